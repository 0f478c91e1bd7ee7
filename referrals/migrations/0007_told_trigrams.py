from django.db import migrations

from dma_crm.trigrams import TrigramIndex

INDEX = TrigramIndex(
    "referrals_told_trigrams", "referrals_referralstep", where="action = 'create'", fresh=True
)


class Migration(migrations.Migration):
    """For the addresses in what partners told of the founders whom they refer."""

    dependencies = [("referrals", "0006_orders_by_creation")]

    operations = [INDEX.operation()]
