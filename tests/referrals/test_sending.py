"""What must be true before a referral goes out, and what sending sets going."""

from datetime import date, timedelta

import pytest

from contacts.models import Consent
from outbox.models import OutboundMail
from referrals import actions
from referrals.errors import (
    CapacityFullError,
    ConsentMissingError,
    DuplicateReferralError,
    InvalidValueError,
    NoAddressError,
    RecipientUnavailableError,
    WrongSideError,
)
from referrals.models import AnswerLink, NeedStatus, Referral
from tests.factories import (
    ConsentFactory,
    PartnerFactory,
    PersonFactory,
    ServiceFactory,
    StartupFactory,
    UserFactory,
    actor,
)

pytestmark = pytest.mark.django_db


def test_sending_starts_the_clock_makes_a_link_and_one_mail(world):
    referral = world.sent()

    stored = Referral.objects.get(pk=referral.pk)
    assert (stored.status, stored.sent_at, stored.respond_by) == (
        "sent",
        world.now,
        date(2026, 3, 17),
    )
    assert stored.consent == Consent.objects.get()
    assert stored.need.status == NeedStatus.WAITING
    link = AnswerLink.objects.get()
    assert link.token_hash == AnswerLink.hash_of(link.token)
    assert link.expires_at.isoformat() == "2026-03-31T22:00:00+00:00"  # 15 working days, local end
    mail = OutboundMail.objects.get()
    assert (mail.kind, mail.recipient) == ("referral_sent", world.partner.email)


def test_a_draft_knows_nothing_of_outsiders(world):
    referral = world.draft()

    assert (referral.status, referral.respond_by, referral.need.status) == ("draft", None, "open")
    assert OutboundMail.objects.count() == AnswerLink.objects.count() == 0
    assert [s.action for s in referral.steps.visible_to(world.advisor)] == ["create"]
    assert list(referral.steps.visible_to(world.colleague)) == []


@pytest.mark.parametrize(
    "consent",
    [
        {"withdrawn": True},
        {"expired": True},
        {"purpose": "newsletter"},
        {"other_recipient": True},
        {"other_person": True},
        {"restricted": True},
    ],
    ids=lambda given: next(iter(given)),
)
def test_without_a_consent_that_covers_the_recipient_nothing_is_sent(world, consent):
    draft = world.draft(consent=False)
    row = ConsentFactory(
        person=PersonFactory() if "other_person" in consent else world.person,
        recipient=world.other if "other_recipient" in consent else world.partner,
        purpose=consent.get("purpose", "referral"),
        given_at=world.now - timedelta(days=9),
        expires_at=world.now if "expired" in consent else None,
        withdrawn_at=world.now if "withdrawn" in consent else None,
    )
    if "restricted" in consent:
        type(row.person).objects.filter(pk=row.person_id).update(state="restricted")

    with pytest.raises(ConsentMissingError) as refused:
        actions.send_referral(referral=draft, by=world.advisor, at=world.now)

    assert refused.value.code == "consent_missing"
    assert Referral.objects.get().status == "draft"
    assert OutboundMail.objects.count() == AnswerLink.objects.count() == 0


def test_a_full_partner_is_a_warning_that_can_be_overridden(world):
    world.partner.capacity, world.partner.full_until = "full", world.now.date()
    world.partner.save()
    draft = world.draft()

    with pytest.raises(CapacityFullError):
        actions.send_referral(referral=draft, by=world.advisor, at=world.now)
    actions.send_referral(referral=draft, override_capacity=True, by=world.advisor, at=world.now)

    assert draft.status == "sent"


def test_a_partner_is_no_longer_full_after_the_day_it_named(world):
    world.partner.capacity = "full"
    world.partner.full_until = world.now.date() - timedelta(days=1)
    world.partner.save()

    assert world.sent().status == "sent"


@pytest.mark.parametrize(
    ("change", "error"),
    [({"email": ""}, NoAddressError), ({"active": False}, RecipientUnavailableError)],
)
def test_an_unreachable_partner_is_refused(world, change, error):
    draft = world.draft()
    for name, value in change.items():
        setattr(draft.recipient, name, value)
    draft.recipient.save()

    with pytest.raises(error):
        actions.send_referral(referral=draft, by=world.advisor, at=world.now)


def test_an_open_double_is_refused(world):
    world.sent()
    second = world.draft()

    with pytest.raises(DuplicateReferralError):
        actions.send_referral(referral=second, by=world.advisor, at=world.now)


@pytest.mark.parametrize("difference", ["person", "recipient", "topic", "closed", "draft"])
def test_what_differs_is_no_double(world, difference):
    from contacts.models import Topic  # noqa: PLC0415 - rows of this test only

    if difference == "draft":
        world.draft()
    else:
        first = world.sent()
    again = {}
    if difference == "person":
        world.person = PersonFactory()
    if difference == "recipient":
        again = {"recipient": world.other}
    if difference == "topic":
        again = {"need": world.need(topics=[Topic.objects.get(code="taxes")])}
    if difference == "closed":
        actions.decline_referral(
            referral=first, reason="capacity", by=world.colleague, at=world.now
        )

    assert world.sent(**again).status == "sent"


def test_the_need_takes_phase_and_postcode_of_the_venture(world):
    startup = StartupFactory(postcode="38440")
    need = world.need(startup=startup)

    assert (need.stage, need.postcode) == (startup.stage, "38440")


def test_the_need_takes_what_is_given_before_what_is_known(world):
    type(world.person).objects.filter(pk=world.person.pk).update(postcode="38518")
    world.person.refresh_from_db()

    assert world.need().postcode == "38518"
    assert world.need(postcode=" 38440 ").postcode == "38440"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"topics": []}, "topics"),
        ({"question": "  "}, "question"),
        ({"question": "x" * 2001}, "question"),
        ({"postcode": "1" * 11}, "postcode"),
    ],
)
def test_a_need_without_sense_is_refused(world, more, field):
    with pytest.raises(InvalidValueError) as refused:
        world.need(**more)

    assert refused.value.field == field


@pytest.mark.parametrize("role", ["manager", "admin"])
def test_only_advisors_and_partners_make_needs_and_referrals(world, role):
    need = world.need()

    with pytest.raises(WrongSideError):
        actions.create_need(
            person=world.person, topics=[world.topic], question="?", by=actor(role), at=world.now
        )
    with pytest.raises(WrongSideError):
        actions.create_referral(need=need, recipient=world.partner, by=actor(role), at=world.now)


def test_nobody_sends_in_the_name_of_another(world):
    with pytest.raises(WrongSideError):
        actions.create_referral(
            need=world.need(),
            recipient=world.other,
            sender=world.partner,
            by=world.advisor,
            at=world.now,
        )


def test_between_partners_the_agency_is_in_copy(world):
    need = actions.create_need(
        person=world.person, topics=[world.topic], question="?", by=world.colleague, at=world.now
    )
    ConsentFactory(person=world.person, recipient=world.other)
    draft = actions.create_referral(
        need=need,
        recipient=world.other,
        sender=world.partner,
        your_reference="IHK-7",
        by=world.colleague,
        at=world.now,
    )

    actions.send_referral(referral=draft, by=world.colleague, at=world.now)

    assert (draft.agency_copied, draft.sender_reference) == (True, "IHK-7")
    assert sorted(OutboundMail.objects.values_list("kind", "recipient")) == [
        ("referral_copied", "gruenden@dma.example"),
        ("referral_sent", world.other.email),
    ]


def test_nobody_refers_to_themselves_or_to_whom_is_gone(world):
    gone = PartnerFactory(active=False)
    agency = world.draft().sender

    for recipient in (gone, agency):
        with pytest.raises(RecipientUnavailableError):
            actions.create_referral(
                need=world.need(), recipient=recipient, by=world.advisor, at=world.now
            )


def test_the_service_is_one_of_the_recipient(world):
    with pytest.raises(InvalidValueError):
        world.draft(service=ServiceFactory(partner=world.other))

    assert world.draft(service=ServiceFactory(partner=world.partner)).service.partner == (
        world.partner
    )


def test_one_save_records_consent_and_sends(world):
    referral = actions.refer_person(
        person=world.person,
        topics=[world.topic],
        question="Wer hilft?",
        recipient=world.partner,
        consent={"evidence": "spoken", "shared_fields": ["name", "email"]},
        owner=world.advisor_user,
        by=world.advisor,
        at=world.now,
    )

    assert referral.status == "sent"
    assert referral.consent.shared_fields == ["name", "email"]
    assert referral.need.owner == world.advisor_user


def test_one_save_leaves_nothing_behind_when_it_fails(world):
    with pytest.raises(ConsentMissingError):
        actions.refer_person(
            person=world.person,
            topics=[world.topic],
            question="Wer hilft?",
            recipient=world.partner,
            by=world.advisor,
            at=world.now,
        )

    assert (Referral.objects.count(), world.person.needs.count()) == (0, 0)


def test_managers_give_a_need_to_another_advisor(world):
    need, successor = world.need(owner=world.advisor_user), UserFactory()
    manager = actor("manager")

    actions.reassign_need(need=need, owner=successor, by=manager, at=world.now)

    need.refresh_from_db()
    assert (need.owner, need.version) == (successor, 2)


@pytest.mark.parametrize("role", ["advisor", "admin"])
def test_others_do_not_reassign(world, role):
    with pytest.raises(WrongSideError):
        actions.reassign_need(
            need=world.need(), owner=world.advisor_user, by=actor(role), at=world.now
        )


@pytest.mark.parametrize("given", [{"role": "manager"}, {"is_active": False}])
def test_a_need_belongs_to_an_active_advisor(world, given):
    with pytest.raises(InvalidValueError):
        actions.reassign_need(
            need=world.need(), owner=UserFactory(**given), by=actor("manager"), at=world.now
        )
