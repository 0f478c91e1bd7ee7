from django.db import migrations

from contacts.search.database import add_trigram_index, drop_trigram_index


class Migration(migrations.Migration):
    dependencies = [("contacts", "0004_agency_logo")]

    operations = [migrations.RunPython(add_trigram_index, drop_trigram_index)]
