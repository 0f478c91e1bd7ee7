from django.db import migrations

from contacts import masterdata


def load(apps, schema_editor):
    masterdata.load_series(apps)


class Migration(migrations.Migration):
    dependencies = [("contacts", "0009_follow_up_series")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
