"""What always holds of the rows, and how they call themselves."""

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Role
from referrals import actions
from referrals.actions.closing import stop
from referrals.models import (
    Need,
    Referral,
    ReferralChangedError,
    ReferralMessage,
    Service,
    StepNotAllowedError,
)
from tests.factories import AnswerLinkFactory, ReferralFactory, ServiceFactory, actor

pytestmark = pytest.mark.django_db


def test_rows_say_which_they_are(world):
    referral = world.sent()
    actions.ask_referral(referral=referral, text="?", by=world.colleague, at=world.now)

    assert str(referral) == referral.reference
    assert str(referral.need) == referral.need.reference
    assert str(ReferralMessage.objects.get()) == f"{referral.pk} 10.03.2026 09:00"
    assert str(referral.steps.first()).startswith(str(referral.pk))
    assert str(AnswerLinkFactory(referral=referral)) == str(referral.pk)
    assert str(ServiceFactory(name="Sprechtag")) == "Sprechtag"


def test_needs_are_the_agency_s(world):
    need = world.need()

    assert list(Need.objects.visible_to(actor(Role.MANAGER))) == [need]
    assert list(Need.objects.visible_to(world.colleague)) == []


def test_a_service_leads_to_its_partner_s_list(world):
    service = ServiceFactory(partner=world.partner)

    assert service.get_absolute_url() == f"/partner/{world.partner.reference}/leistungen/"


def test_published_services_are_everybody_s_and_drafts_are_not(world):
    shown = ServiceFactory(partner=world.partner)
    ServiceFactory(partner=world.partner, status="draft")

    assert list(Service.objects.visible_to(world.stranger)) == [shown]
    assert Service.objects.visible_to(actor(Role.ADVISOR)).count() == 2


@pytest.mark.parametrize(
    "broken",
    [
        {"status": "lost"},
        {"status": "sent"},
        {"status": "declined", "sent": True},
        {"status": "completed", "sent": True},
        {"status": "withdrawn"},
        {"recipient": "sender"},
    ],
    ids=str,
)
def test_a_row_that_cannot_be_is_refused_by_the_database(world, broken):
    referral = ReferralFactory()
    changes = dict(broken)
    if changes.pop("sent", False):
        changes["sent_at"] = world.now
    if "recipient" in changes:
        changes["recipient"] = referral.sender

    with pytest.raises(IntegrityError), transaction.atomic():
        Referral.objects.filter(pk=referral.pk).update(**changes)


def test_a_step_that_is_not_in_the_table_is_refused_by_the_row_itself(world):
    draft = world.draft()

    with pytest.raises(StepNotAllowedError):
        draft.move_to("accepted", action="accept", by=world.advisor, at=world.now)


def test_an_older_copy_cannot_write(world):
    draft = world.draft()
    older = Referral.objects.get(pk=draft.pk)
    draft.write(action="forward", by=world.advisor, at=world.now)

    with pytest.raises(ReferralChangedError):
        older.write(action="forward", by=world.advisor, at=world.now)
    assert older.version == 1


def test_a_withdrawal_of_consent_looks_again_when_somebody_was_faster(world):
    referral = world.sent()
    stale = Referral.objects.select_related("need").get(pk=referral.pk)
    actions.accept_referral(referral=referral, by=world.colleague, at=world.now)

    with transaction.atomic():
        assert stop(stale, world.now) is True
    assert Referral.objects.get(pk=referral.pk).status == "withdrawn"


def test_a_withdrawal_of_consent_leaves_what_has_just_closed(world):
    referral = world.sent()
    stale = Referral.objects.select_related("need").get(pk=referral.pk)
    actions.decline_referral(referral=referral, reason="area", by=world.colleague, at=world.now)

    with transaction.atomic():
        assert stop(stale, world.now) is False
    assert Referral.objects.get(pk=referral.pk).status == "declined"
