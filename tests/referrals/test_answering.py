"""What the recipient's and the sender's steps do beyond the state."""

from datetime import date, timedelta

import pytest

from contacts.models import Consent
from outbox.models import OutboundMail
from referrals import actions, disclosure, tasks
from referrals.errors import (
    ConsentMissingError,
    InvalidValueError,
    RecipientUnavailableError,
    UndoTooLateError,
)
from referrals.models import NeedStatus, Referral, ReferralChangedError, StepNotAllowedError
from tests.factories import ConsentFactory, PartnerFactory

pytestmark = pytest.mark.django_db


def kinds():
    return sorted(OutboundMail.objects.exclude(kind="referral_sent").values_list("kind", flat=True))


def test_accepting_names_the_responsible_and_tells_owner_and_founder(world):
    referral = world.sent(need=world.need(owner=world.advisor_user))

    actions.accept_referral(
        referral=referral, responsible=" Kim Yılmaz ", your_reference="IHK-7",
        by=world.colleague, at=world.now,
    )  # fmt: skip

    stored = Referral.objects.get(pk=referral.pk)
    assert (stored.responsible, stored.recipient_reference) == ("Kim Yılmaz", "IHK-7")
    assert (stored.seen_at, stored.need.status) == (world.now, NeedStatus.HELPING)
    told = OutboundMail.objects.exclude(kind="referral_sent")
    assert sorted(told.values_list("kind", "recipient", "legal_basis")) == [
        ("referral_accepted", world.advisor_user.email, "legitimate_interest"),
        ("referral_accepted_founder", world.person.emails.get().address, "consent"),
    ]


@pytest.mark.parametrize(
    ("contact", "expected"), [("Özlem Krüger", "Özlem Krüger"), ("", "IHK Lüneburg-Wolfsburg")]
)
def test_without_a_name_the_contact_of_the_organisation_is_responsible(world, contact, expected):
    world.partner.contact_name = contact
    world.partner.save()

    assert world.accepted().responsible == expected


def test_a_founder_without_address_gets_no_mail(world):
    world.person.emails.all().delete()
    world.accepted()

    assert kinds() == ["referral_accepted"]


def test_an_advisor_who_accepts_becomes_the_owner(world):
    need = actions.create_need(
        person=world.person, topics=[world.topic], question="?", by=world.colleague, at=world.now
    )
    agency = world.draft().sender
    ConsentFactory(person=world.person, recipient=agency)
    referral = actions.create_referral(
        need=need, recipient=agency, sender=world.partner, by=world.colleague, at=world.now
    )
    actions.send_referral(referral=referral, by=world.colleague, at=world.now)

    actions.accept_referral(referral=referral, by=world.advisor, at=world.now)

    need.refresh_from_db()
    assert need.owner == world.advisor_user
    assert "referral_accepted" in kinds()
    assert OutboundMail.objects.get(kind="referral_accepted").recipient == world.partner.email


def test_a_query_stops_the_clock_until_it_is_answered(world):
    """Asked on Wednesday, answered on the Friday a week later: seven working days are added."""
    referral = world.sent()
    asked = world.now + timedelta(days=1)
    given = {"referral": referral, "by": world.colleague, "at": asked}
    actions.ask_referral(text=" Welche Rechtsform? ", **given)
    link = referral.answer_links.get()
    assert link.expires_at.date() == date(2026, 4, 24)  # 30 working days, two of Easter not counted

    answered = asked + timedelta(days=9)
    actions.answer_query(referral=referral, text="Eine GmbH.", by=world.advisor, at=answered)

    stored = Referral.objects.get(pk=referral.pk)
    assert (stored.status, stored.respond_by) == ("sent", date(2026, 3, 26))
    assert stored.answer_links.get().expires_at.date() == date(2026, 4, 13)
    assert [m.text for m in stored.messages.all()] == ["Welche Rechtsform?", "Eine GmbH."]
    assert [m.by_organisation for m in stored.messages.all()] == [world.partner, stored.sender]
    assert kinds() == ["referral_answered", "referral_query"]


@pytest.mark.parametrize("text", ["", "  ", "x" * 4001])
def test_a_query_needs_words(world, text):
    with pytest.raises(InvalidValueError) as refused:
        actions.ask_referral(referral=world.sent(), text=text, by=world.colleague, at=world.now)

    assert refused.value.field == "text"


@pytest.mark.parametrize(
    ("reason", "text", "field"),
    [
        ("lazy", "", "reason"),
        ("", "", "reason"),
        ("other", " ", "text"),
        ("area", "x" * 2001, "text"),
    ],
)
def test_declining_needs_a_known_reason_and_words_for_other(world, reason, text, field):
    with pytest.raises(InvalidValueError) as refused:
        actions.decline_referral(
            referral=world.sent(), reason=reason, text=text, by=world.colleague, at=world.now
        )

    assert refused.value.field == field


def test_declining_tells_the_sender_and_leaves_the_need_unmet(world):
    referral = actions.decline_referral(
        referral=world.sent(), reason="other", text="Umzug.", by=world.colleague, at=world.now
    )

    stored = Referral.objects.get(pk=referral.pk)
    assert (stored.decline_reason, stored.decline_text, stored.closed_at) == (
        "other",
        "Umzug.",
        world.now,
    )
    assert stored.need.status == NeedStatus.UNMET
    assert kinds() == ["referral_declined"]


def test_undo_takes_the_answer_back_and_tells_those_who_were_told(world):
    referral = world.accepted()
    later = world.now + timedelta(minutes=29)

    actions.undo_answer(referral=referral, by=world.colleague, at=later)

    stored = Referral.objects.get(pk=referral.pk)
    assert (stored.status, stored.responsible, stored.recipient_reference) == ("sent", "", "")
    assert [s.action for s in stored.steps.order_by("version")] == [
        "create",
        "send",
        "accept",
        "undo",
    ]
    assert kinds() == [
        "referral_accepted",
        "referral_accepted_founder",
        "referral_undone",
        "referral_undone_founder",
    ]
    assert disclosure.founder_of(stored, world.colleague, later) is None


def test_undoing_a_refusal_tells_the_sender_only(world):
    referral = actions.decline_referral(
        referral=world.sent(), reason="area", by=world.colleague, at=world.now
    )

    actions.undo_answer(referral=referral, by=world.link(referral), at=world.now)

    assert (referral.status, referral.decline_reason, referral.closed_at) == ("sent", "", None)
    assert kinds() == ["referral_declined", "referral_undone"]


def test_undo_ends_with_the_next_thing_that_happens(world):
    referral = world.accepted()
    later = world.now + timedelta(minutes=1)
    actions.propose_forward(referral=referral, recipient=world.other, by=world.colleague, at=later)

    with pytest.raises(UndoTooLateError):
        actions.undo_answer(referral=referral, by=world.colleague, at=later)


def test_who_declines_an_open_query_and_undoes_it_has_lost_no_time(world):
    referral = world.sent()
    actions.ask_referral(referral=referral, text="?", by=world.colleague, at=world.now)
    later = world.now + timedelta(days=7)

    actions.decline_referral(referral=referral, reason="area", by=world.colleague, at=later)
    actions.undo_answer(referral=referral, by=world.colleague, at=later)

    assert (referral.status, referral.respond_by) == ("sent", date(2026, 3, 24))


def test_who_ends_long_work_by_mistake_and_undoes_it_gets_the_whole_time_again(world):
    """Its first answer is weeks old: counted on, it would expire at the next tick of the clock."""
    referral = world.accepted()
    later = {"by": world.colleague, "at": world.now + timedelta(days=60)}
    actions.start_referral(referral=referral, first_contact_on=later["at"].date(), **later)

    actions.decline_referral(referral=referral, reason="area", **later)
    actions.undo_answer(referral=referral, **later)

    assert (referral.status, referral.respond_by) == ("sent", date(2026, 5, 18))
    assert tasks.keep_time(at=later["at"])["expired"] == 0


def test_a_late_refusal_that_is_undone_stays_late(world):
    referral = world.sent()
    late = {"by": world.colleague, "at": world.now + timedelta(days=10)}

    actions.decline_referral(referral=referral, reason="area", **late)
    actions.undo_answer(referral=referral, **late)

    assert referral.respond_by == date(2026, 3, 17)


def test_a_proposal_keeps_the_state_and_waits_for_the_sender(world):
    referral = world.accepted()

    actions.propose_forward(
        referral=referral,
        recipient=world.other,
        text="Passt besser.",
        by=world.colleague,
        at=world.now,
    )

    stored = Referral.objects.get(pk=referral.pk)
    assert (stored.status, stored.forward_to, stored.forward_text) == (
        "accepted",
        world.other,
        "Passt besser.",
    )
    assert "referral_forward_proposed" in kinds()


@pytest.mark.parametrize("who", ["sender", "recipient", "gone"])
def test_a_proposal_names_a_third_organisation(world, who):
    referral = world.sent()
    recipient = {
        "sender": referral.sender,
        "recipient": referral.recipient,
        "gone": PartnerFactory(active=False),
    }[who]

    with pytest.raises(RecipientUnavailableError):
        actions.propose_forward(
            referral=referral, recipient=recipient, by=world.colleague, at=world.now
        )


def proposed(world):
    return actions.propose_forward(
        referral=world.sent(need=world.need()),
        recipient=world.other,
        text="Passt besser.",
        by=world.colleague,
        at=world.now,
    )


def test_confirming_makes_a_linked_referral_and_ends_the_old_one(world):
    referral = proposed(world)
    ConsentFactory(person=world.person, recipient=world.other)

    actions.confirm_forward(referral=referral, by=world.advisor, at=world.now)

    old = Referral.objects.get(pk=referral.pk)
    new = old.forwarded_as
    assert (old.status, old.forward_to) == ("forwarded", world.other)
    assert (new.status, new.recipient, new.sender, new.need, new.reason) == (
        "sent",
        world.other,
        old.sender,
        old.need,
        "Passt besser.",
    )
    assert new.need.status == NeedStatus.WAITING
    assert kinds() == ["referral_forward_decided", "referral_forward_proposed"]
    assert OutboundMail.objects.filter(kind="referral_sent").count() == 2


def test_confirming_needs_a_consent_for_the_new_organisation(world):
    referral = proposed(world)

    with pytest.raises(ConsentMissingError):
        actions.confirm_forward(referral=referral, by=world.advisor, at=world.now)

    assert Referral.objects.get().status == "sent"


def test_refusing_clears_the_proposal(world):
    referral = proposed(world)

    actions.refuse_forward(referral=referral, text="Bitte Sie.", by=world.advisor, at=world.now)

    stored = Referral.objects.get(pk=referral.pk)
    assert (stored.status, stored.forward_to, stored.forward_text) == ("sent", None, "")
    assert stored.steps.order_by("-version")[0].text == "Bitte Sie."
    with pytest.raises(StepNotAllowedError):
        actions.refuse_forward(referral=referral, by=world.advisor, at=world.now)


def test_accepting_after_all_drops_the_proposal(world):
    referral = proposed(world)

    actions.accept_referral(referral=referral, by=world.colleague, at=world.now)

    assert Referral.objects.get(pk=referral.pk).forward_to is None


@pytest.mark.parametrize("days", [1, -1])
def test_the_first_contact_lies_between_sending_and_today(world, days):
    with pytest.raises(InvalidValueError):
        actions.start_referral(
            referral=world.accepted(),
            first_contact_on=world.now.date() + timedelta(days=days),
            by=world.colleague,
            at=world.now,
        )


@pytest.mark.parametrize(
    "day", [date(2026, 3, 10), date(2028, 3, 10), date(9999, 12, 31), date(1, 1, 1)]
)
def test_a_pause_ends_on_a_coming_day(world, day):
    referral = world.accepted()
    actions.start_referral(
        referral=referral, first_contact_on=world.now.date(), by=world.colleague, at=world.now
    )

    with pytest.raises(InvalidValueError):
        actions.hold_referral(referral=referral, resume_on=day, by=world.colleague, at=world.now)


def test_work_pauses_goes_on_and_ends_with_an_outcome(world):
    referral, today = world.accepted(), world.now.date()
    given = {"referral": referral, "by": world.colleague, "at": world.now}
    actions.start_referral(first_contact_on=today, **given)
    actions.hold_referral(resume_on=today + timedelta(days=30), text="Urlaub.", **given)
    assert (referral.status, referral.resume_on) == ("on_hold", today + timedelta(days=30))
    actions.resume_referral(**given)
    assert (referral.status, referral.resume_on) == ("in_progress", None)

    actions.complete_referral(outcome="partly_helped", text="Plan steht.", **given)

    stored = Referral.objects.get(pk=referral.pk)
    assert (stored.outcome, stored.outcome_text, stored.need.status) == (
        "partly_helped",
        "Plan steht.",
        NeedStatus.HELPED,
    )
    assert "referral_completed" in kinds()


def test_an_unknown_outcome_is_refused(world):
    with pytest.raises(InvalidValueError):
        actions.complete_referral(
            referral=world.accepted(), outcome="great", by=world.colleague, at=world.now
        )


def test_the_sender_acknowledges_once(world):
    referral = world.accepted()
    actions.complete_referral(referral=referral, outcome="helped", by=world.colleague, at=world.now)

    actions.acknowledge_outcome(referral=referral, by=world.advisor, at=world.now)

    assert Referral.objects.get(pk=referral.pk).acknowledged_at == world.now
    with pytest.raises(StepNotAllowedError):
        actions.acknowledge_outcome(referral=referral, by=world.advisor, at=world.now)


def test_a_withdrawn_draft_was_never_known(world):
    draft = world.draft()

    actions.withdraw_referral(referral=draft, reason="mistake", by=world.advisor, at=world.now)

    assert OutboundMail.objects.count() == 0
    assert list(draft.steps.visible_to(world.colleague)) == []


@pytest.mark.parametrize("reason", ["", "consent", "whim"])
def test_the_sender_withdraws_for_a_reason_of_theirs(world, reason):
    with pytest.raises(InvalidValueError):
        actions.withdraw_referral(
            referral=world.sent(), reason=reason, by=world.advisor, at=world.now
        )


def test_whoever_comes_second_is_told_and_leaves_nothing(world):
    referral = world.sent()
    late = Referral.objects.get(pk=referral.pk)
    actions.accept_referral(referral=referral, by=world.colleague, at=world.now)
    mails = OutboundMail.objects.count()

    with pytest.raises(ReferralChangedError):
        actions.decline_referral(
            referral=late, reason="area", by=world.link(referral), at=world.now
        )

    assert OutboundMail.objects.count() == mails
    assert Referral.objects.get().status == "accepted"
    assert Consent.objects.count() == 1
