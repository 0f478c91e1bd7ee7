"""The two introductions that `seed_demo` loads are as their actions would have left them."""

from collections import Counter

import pytest

from accounts.models import Change
from contacts.models import ALL_SHARED_FIELDS
from outbox.models import OutboundMail
from outbox.registry import kind_of
from referrals.introductions.proposing import Side, check_texts
from referrals.introductions.sweeps import run_introductions
from referrals.models import Introduction, IntroductionParty
from tests.demo.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loaded")]


def introductions() -> list[Introduction]:
    return list(Introduction.objects.order_by("created_at").with_names())


def sides(row: Introduction) -> tuple[Side, ...]:
    return tuple(Side(each.person, each.about, ALL_SHARED_FIELDS) for each in row.parties.all())


def test_one_has_taken_place_and_one_waits_for_the_second_answer():
    told = OutboundMail.objects.filter(purpose="introduction")

    assert [row.status for row in introductions()] == ["introduced", "proposed"]
    assert {row.owner.email for row in introductions()} == {"beratung@dma.example"}
    assert Counter(mail.kind for mail in told) == {
        "introduction_proposed": 4,
        "introduction_made": 2,
    }
    assert all("Guten Tag" in kind_of(mail).build(mail).text for mail in told)


def test_every_answer_has_its_consent_and_its_row_of_history():
    for row in introductions():
        parties = list(row.parties.all())
        versions = Change.objects.filter(record_id=row.pk).values_list("version", flat=True)
        assert sorted(versions) == list(range(1, row.version + 1))
        assert row.version == 1 + sum(bool(party.agreed) for party in parties)
        for party in parties:
            assert IntroductionParty.behind(party.token) == party
            assert bool(party.agreed) == bool(party.consent) == bool(party.shared_fields)
            assert party.consent is None or party.consent.evidence_note == row.reference


def test_its_texts_name_nobody_and_the_clock_has_nothing_to_do():
    for row in introductions():
        check_texts(sides(row), row.purpose, names_meant=False)
    assert run_introductions(at=NOW) == 0
