from django.db import migrations

from contacts import masterdata


def load(apps, schema_editor):
    masterdata.load(apps)


class Migration(migrations.Migration):
    dependencies = [("contacts", "0002_initial")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
