"""Ventures and their way through the phases."""

from datetime import timedelta

import pytest

from accounts.history import EditConflict, changes_of
from contacts.actions import (
    affiliate,
    change_stage,
    create_partner,
    create_startup,
    end_affiliation,
    update_partner,
    update_startup,
)
from contacts.errors import NotWritableError, ReasonMissingError
from contacts.models import Affiliation, PartnerOrganisation, Stage, StageChange, Startup
from tests.factories import (
    AffiliationFactory,
    PartnerFactory,
    PersonFactory,
    StartupFactory,
    actor,
)

pytestmark = pytest.mark.django_db


def stage(code):
    return Stage.objects.get(code=code)


def test_create_startup_starts_in_the_first_phase_with_its_founders(now):
    person = PersonFactory()

    startup = create_startup(name="Übermorgen", people=[person], by=actor(), at=now)

    assert (startup.reference, startup.sort_name) == ("S-2026-0001", "uebermorgen")
    assert startup.stage == stage("orientation")
    assert [tie.role for tie in startup.affiliations.all()] == ["founder"]
    change = StageChange.objects.get()
    assert (change.before, change.after, change.at) == (None, startup.stage, now)


def test_change_stage_writes_the_change_and_its_reason(now):
    startup, by = StartupFactory(), actor()

    change_stage(startup=startup, stage=stage("founding"), reason=" Eintrag ", by=by, at=now)

    startup = Startup.objects.get()
    assert (startup.stage, startup.stage_since) == (stage("founding"), now)
    change = StageChange.objects.get()
    assert (change.before, change.after) == (stage("orientation"), stage("founding"))
    assert (change.reason, change.by_user_id) == ("Eintrag", by.user_id)
    assert changes_of(startup).count() == 1


def test_change_stage_to_an_ended_one_needs_a_reason(now):
    startup = StartupFactory()

    with pytest.raises(ReasonMissingError):
        change_stage(startup=startup, stage=stage("ended"), reason="  ", by=actor(), at=now)

    assert not StageChange.objects.exists()


def test_change_stage_to_the_same_one_is_no_change(now):
    startup = StartupFactory()

    change_stage(startup=startup, stage=stage("orientation"), by=actor(), at=now)

    assert not StageChange.objects.exists()


def test_of_two_stage_changes_at_once_one_wins(now):
    startup = StartupFactory()
    also_open = Startup.objects.get()
    change_stage(startup=startup, stage=stage("founding"), by=actor(), at=now)

    with pytest.raises(EditConflict):
        change_stage(startup=also_open, stage=stage("growth"), by=actor(), at=now)

    assert Startup.objects.get().stage == stage("founding")
    assert StageChange.objects.count() == 1


def test_update_startup_sorts_by_its_new_name(now):
    startup = StartupFactory()

    update_startup(startup=startup, changes={"name": "Äpfel"}, version=1, by=actor(), at=now)

    assert Startup.objects.get().sort_name == "aepfel"


def test_affiliate_twice_is_once(now):
    person, startup = PersonFactory(), StartupFactory()

    for _click in range(2):
        affiliate(person=person, startup=startup, role="founder", by=actor(), at=now)

    assert Affiliation.objects.count() == 1


def test_affiliate_refuses_a_locked_person(now):
    person = PersonFactory(state="restricted")

    with pytest.raises(NotWritableError):
        affiliate(person=person, startup=StartupFactory(), role="founder", by=actor(), at=now)


def test_end_affiliation_never_ends_before_it_began_and_only_once(now):
    tie = AffiliationFactory(since=now.date())

    end_affiliation(affiliation=tie, until=now.date() - timedelta(days=9), by=actor(), at=now)
    end_affiliation(affiliation=tie, until=now.date() + timedelta(days=9), by=actor(), at=now)

    assert Affiliation.objects.get().until == now.date()


def test_create_and_update_partner(now):
    partner = create_partner(name="Ölhafen", by=actor(), at=now)
    full = {"capacity": "full", "full_until": now.date()}
    update_partner(partner=partner, changes=full, version=1, by=actor(), at=now)
    update_partner(partner=partner, changes={"capacity": "open"}, version=2, by=actor(), at=now)

    partner = PartnerOrganisation.objects.get(pk=partner.pk)
    assert (partner.sort_name, partner.reference) == ("oelhafen", "O-2026-0001")
    assert (partner.capacity, partner.full_until, partner.version) == ("open", None, 3)


def test_update_partner_of_an_old_version_is_a_conflict(now):
    partner = PartnerFactory(version=4)

    with pytest.raises(EditConflict):
        update_partner(partner=partner, changes={"name": "X"}, version=3, by=actor(), at=now)
