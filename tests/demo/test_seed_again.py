"""The same seed on the same day makes the same data, whatever the hour; other days work too."""

import random
from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.db import connection, transaction

from contacts import masterdata
from dma_crm import demo
from dma_crm.emptying import emptied
from referrals.models import Referral, ReferralStatus
from tests.demo.conftest import NOW, load

LATER = datetime(2026, 3, 10, 15, 5, tzinfo=UTC)
# Hashes are salted; they are all that may differ.
SALTED = {"password"}


@pytest.fixture(autouse=True)
def _database(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        masterdata.load(apps)
        yield
        transaction.set_rollback(True)


def dump() -> dict[str, list[tuple]]:
    """Every row of every table that the demo fills, in the order of its keys."""
    partners = apps.get_model("contacts.PartnerOrganisation")
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values_list(*columns(model)))
        for model in sorted({*emptied(), partners}, key=lambda model: model._meta.label)
    }


def columns(model) -> list[str]:
    return [f.attname for f in model._meta.concrete_fields if f.attname not in SALTED]


def test_same_seed_on_the_same_day_makes_the_same_rows():
    """At another hour only the two answers that are minutes old move; another seed moves all."""
    load()
    first = dump()
    load()
    again = dump()
    load(LATER)
    later = dump()
    load(seed=2)
    other = dump()

    assert sum(map(len, first.values())) > 5_000
    for label, rows in first.items():
        assert again[label] == rows, label
    people, referrals = "contacts.Person", "referrals.Referral"
    assert later[people] == first[people]
    assert len(set(later[referrals]) - set(first[referrals])) == 2
    assert other[people][:5] != first[people][:5]


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 1, 1, 0, 4, tzinfo=UTC),  # a holiday, minutes after midnight
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),  # a Sunday, in the hour that comes twice
    ],
)
def test_demo_can_be_loaded_on_any_day(now):
    load(now)

    connection.check_constraints()
    assert set(Referral.objects.values_list("status", flat=True)) == set(ReferralStatus.values)
    assert not Referral.objects.filter(modified_at__gt=now).exists()
    waiting = Referral.objects.filter(status="sent", recipient__short_name="IHK")
    assert waiting.count() >= 3


def test_days_are_counted_as_work_is_done():
    """From Friday 2026-05-22 over Whitsun to Tuesday."""
    data = demo.Demo(dice=None, now=datetime(2026, 5, 25, 8, 0, tzinfo=UTC))  # Whit Monday

    assert [data.workday(n).isoformat() for n in (-1, 1, 2)] == [
        "2026-05-22",
        "2026-05-26",
        "2026-05-27",
    ]
    assert demo.Demo(dice=None, now=NOW).workday(1).isoformat() == "2026-03-11"


def test_ids_carry_their_moment():
    data = demo.Demo(random.Random(1), NOW)
    earlier, later = data.new_id(data.moments_ago), data.new_id(data.now)

    assert (earlier.version, later.version) == (7, 7)
    assert earlier.int >> 80 == int(data.moments_ago.timestamp() * 1000)
    assert earlier < later
