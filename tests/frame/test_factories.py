from datetime import UTC, datetime

import pytest
from django.apps import apps

from accounts.models import ActedOn
from contacts.models import Stage
from tests import factories

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
MADE = [name for name in factories.__all__ if name.endswith("Factory")]
STATES = "sent query accepted in_progress on_hold completed declined withdrawn expired"
BY_HAND = {
    "accounts.Change": {"record_type": "contacts.person", "version": 2, "fields": {}},
    "accounts.ReadLog": {"subject": "B-2026-0001", "at": NOW},
    "contacts.EntryWord": {"word": "mueller"},
    "contacts.ImportRun": {"file_name": "kontakte.csv"},
    "contacts.ImportedRow": {"number": 3, "outcome": "created"},
    "contacts.MatchKey": {"key": "mail:zoe@gruenden.example"},
    "contacts.PersonEmail": {"address": "zoe@gruenden.example"},
    "contacts.PersonPhone": {"number": "+491713920001"},
    "contacts.SearchEntry": {"kind": "person"},
    "contacts.SearchWord": {"word": "mueller"},
    "contacts.StageChange": {"startup_id": 1},
    "dma_crm.JobRun": {"name": "outbox.deliver"},
    "dma_crm.ReferenceCounter": {"prefix": "V", "year": 2026},
    "partner_api.IdempotencyRecord": {"key_digest": "4f" * 32},
    "partner_api.KeyMinute": {"left": 600},
    "referrals.ReferralMessage": {"at": NOW},
    "referrals.ReferralStep": {"action": "accept"},
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", MADE)
def test_factory_builds_a_valid_row_that_has_a_name(name):
    row = getattr(factories, name)()

    assert type(row).objects.get(pk=row.pk) == row
    assert str(row) not in {"", f"{type(row).__name__} object ({row.pk})"}


@pytest.mark.parametrize("label", BY_HAND)
def test_row_without_a_factory_has_a_name(label):
    row = apps.get_model(label)(**BY_HAND[label])
    if isinstance(row, ActedOn):
        row.at = NOW

    assert str(row) not in {"", f"{type(row).__name__} object ({row.pk})"}


@pytest.mark.django_db
def test_rows_of_a_catalogue_are_called_by_their_label():
    assert str(Stage.objects.get(code="founding")) == "Gründung"


@pytest.mark.django_db
@pytest.mark.parametrize("state", STATES.split())
def test_referral_trait_builds_its_state(state):
    referral = factories.ReferralFactory(**{state: True})

    assert referral.status == state
    assert referral.consent.person == referral.need.person
