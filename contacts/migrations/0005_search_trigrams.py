from django.db import migrations

from dma_crm.trigrams import TrigramIndex

INDEX = TrigramIndex("contacts_search_text_trigrams", "contacts_searchentry")


class Migration(migrations.Migration):
    dependencies = [("contacts", "0004_agency_logo")]

    operations = [INDEX.operation()]
