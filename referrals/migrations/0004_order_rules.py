from django.db import migrations

from referrals import masterdata


def load(apps, schema_editor):
    masterdata.load(apps)


class Migration(migrations.Migration):
    dependencies = [("referrals", "0003_closed_loop"), ("contacts", "0003_master_data")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
