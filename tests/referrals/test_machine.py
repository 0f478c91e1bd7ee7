"""The whole table of steps, written by hand: every pair that may, and all the rest."""

from datetime import timedelta

import pytest

from accounts.actors import AGENCY_ID, NOBODY, Actor
from dma_crm.models import new_id
from outbox.models import OutboundMail
from referrals import rules
from referrals.errors import UndoTooLateError, WrongSideError
from referrals.forms.steps import ACTIONS
from referrals.models import (
    STEPS,
    Referral,
    ReferralStatus,
    StepNotAllowedError,
)
from tests.factories import ConsentFactory, PartnerFactory, ReferralFactory

MAY = {
    ("draft", "send"): "sender",
    ("draft", "withdraw"): "sender",
    ("sent", "accept"): "recipient",
    ("sent", "ask"): "recipient",
    ("sent", "decline"): "recipient",
    ("sent", "forward"): "recipient",
    ("sent", "confirm_forward"): "sender",
    ("sent", "refuse_forward"): "sender",
    ("sent", "withdraw"): "sender",
    ("query", "answer"): "sender",
    ("query", "decline"): "recipient",
    ("query", "withdraw"): "sender",
    ("accepted", "decline"): "recipient",
    ("accepted", "forward"): "recipient",
    ("accepted", "confirm_forward"): "sender",
    ("accepted", "refuse_forward"): "sender",
    ("accepted", "undo"): "recipient",
    ("accepted", "start"): "recipient",
    ("accepted", "still_active"): "recipient",
    ("accepted", "complete"): "recipient",
    ("in_progress", "decline"): "recipient",
    ("in_progress", "hold"): "recipient",
    ("in_progress", "still_active"): "recipient",
    ("in_progress", "complete"): "recipient",
    ("on_hold", "resume"): "recipient",
    ("completed", "acknowledge"): "sender",
    ("declined", "undo"): "recipient",
}
LEADS_TO = {
    "send": "sent",
    "accept": "accepted",
    "ask": "query",
    "answer": "sent",
    "decline": "declined",
    "confirm_forward": "forwarded",
    "undo": "sent",
    "start": "in_progress",
    "hold": "on_hold",
    "resume": "in_progress",
    "complete": "completed",
    "withdraw": "withdrawn",
}
STATES = ReferralStatus.values
VERBS = list(ACTIONS)
NOT_IN_API = {"send", "still_active"}
WHO = [
    "sender",
    "recipient",
    "link",
    "manager",
    "admin",
    "stranger",
    "system",
    "nobody",
    "other_link",
]


def arguments(verb, now, other):
    return {
        "ask": {"text": "Welche Rechtsform?"},
        "answer": {"text": "Eine GmbH."},
        "decline": {"reason": "capacity"},
        "forward": {"recipient": other},
        "start": {"first_contact_on": now.date()},
        "hold": {"resume_on": now.date() + timedelta(days=3)},
        "complete": {"outcome": "helped"},
        "withdraw": {"reason": "mistake"},
    }.get(verb, {})


def in_state(state, **more) -> Referral:
    """With a proposal on it, so that only state and side decide."""
    traits = {} if state == "draft" else {state: True}
    other = PartnerFactory()
    referral = ReferralFactory(**traits, forward_to=other, **more)
    ConsentFactory(person=referral.need.person, recipient=other)
    return referral


def actors_for(referral) -> dict[str, Actor]:
    """Values without users behind them: hashing a password for each would take minutes."""
    link = {"organisation_id": referral.recipient_id}
    agency = {"channel": "screen", "organisation_id": AGENCY_ID}
    return {
        "sender": Actor(role="advisor", **agency),
        "recipient": Actor(role="partner", channel="screen", **link),
        "link": Actor.of_link(**link, referral_id=referral.pk),
        "manager": Actor(role="manager", **agency),
        "admin": Actor(role="admin", **agency),
        "stranger": Actor(role="partner", channel="screen", organisation_id=new_id()),
        "system": Actor.system(),
        "nobody": NOBODY,
        "other_link": Actor.of_link(**link, referral_id=new_id()),
    }


def may_act_as(who: str, side: str | None) -> bool:
    sides = {"sender": "sender", "recipient": "recipient", "link": "recipient"}
    return who in sides and sides[who] == side


@pytest.mark.django_db
@pytest.mark.parametrize("state", STATES)
def test_allowed_actions_is_the_table(state, now):
    referral = in_state(state)
    expected = {
        who: [v for v in VERBS if v not in NOT_IN_API and may_act_as(who, MAY.get((state, v)))]
        for who in WHO
    }

    found = {
        who: rules.allowed_actions(referral, a, now) for who, a in actors_for(referral).items()
    }

    assert found == expected


@pytest.mark.django_db
@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("state", STATES)
def test_every_pair_of_state_and_step(state, verb, now):
    """Whoever is on the right side takes the step where the table has it, and nothing elsewhere."""
    referral = in_state(state)
    side = MAY.get((state, verb)) or rules.RULES[verb].side
    by = actors_for(referral)[side]
    given = arguments(verb, now, PartnerFactory())

    if (state, verb) not in MAY:
        with pytest.raises(StepNotAllowedError):
            ACTIONS[verb](referral=referral, **given, by=by, at=now)
        stored = Referral.objects.get(pk=referral.pk)
        assert (stored.status, stored.version, stored.steps.count()) == (state, 1, 0)
        assert OutboundMail.objects.count() == 0
        return

    ACTIONS[verb](referral=referral, **given, by=by, at=now)

    stored = Referral.objects.get(pk=referral.pk)
    assert stored.status == LEADS_TO.get(verb, state)
    step = stored.steps.get()
    assert (step.action, step.before, step.after, step.version) == (verb, state, stored.status, 2)
    assert (step.by_organisation_id, step.channel) == (by.organisation_id, "screen")


@pytest.mark.django_db
@pytest.mark.parametrize(("state", "verb"), sorted(MAY))
def test_nobody_else_takes_a_step(state, verb, now):
    referral = in_state(state)
    given = arguments(verb, now, PartnerFactory())

    for who, by in actors_for(referral).items():
        if may_act_as(who, MAY[state, verb]):
            continue
        with pytest.raises((WrongSideError, StepNotAllowedError)) as refused:
            ACTIONS[verb](referral=referral, **given, by=by, at=now)
        only_later = (who, verb) == ("system", "acknowledge")  # the clock does so after 14 days
        assert refused.type is (StepNotAllowedError if only_later else WrongSideError), who

    stored = Referral.objects.get(pk=referral.pk)
    assert (stored.status, stored.version, stored.steps.count()) == (state, 1, 0)


@pytest.mark.django_db
@pytest.mark.parametrize(("state", "verb"), sorted(pair for pair in MAY if MAY[pair] != "sender"))
def test_the_mail_link_takes_every_step_of_the_recipient(state, verb, now):
    referral = in_state(state)
    given = arguments(verb, now, PartnerFactory())

    ACTIONS[verb](referral=referral, **given, by=actors_for(referral)["link"], at=now)

    assert referral.steps.get().channel == "mail_link"


def test_a_step_of_the_table_is_a_step_of_the_model():
    """The states that the rules lead to are those `move_to` allows, both ways."""
    taken = {(state, LEADS_TO[verb]) for state, verb in MAY if verb in LEADS_TO}
    by_the_system = {
        ("sent", "expired"),
        ("query", "expired"),
        ("accepted", "withdrawn"),
        ("in_progress", "withdrawn"),
        ("on_hold", "withdrawn"),
    }

    assert taken | by_the_system == {(a, b) for a, after in STEPS.items() for b in after}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("minutes", "allowed"), [(0, True), (30, True), (30.01, False), (24 * 60, False)]
)
def test_undo_is_open_for_thirty_minutes(minutes, allowed, now):
    referral = in_state("accepted")
    by = actors_for(referral)["recipient"]
    at = now + timedelta(minutes=minutes)

    assert rules.may(referral, "undo", by, at) is allowed
    if not allowed:
        with pytest.raises(UndoTooLateError):
            ACTIONS["undo"](referral=referral, by=by, at=at)


@pytest.mark.django_db
def test_the_agency_receives_what_partners_send(now):
    """Then advisors are the recipient and the partner is the sender."""
    partner = PartnerFactory()
    referral = ReferralFactory(sent=True)
    Referral.objects.filter(pk=referral.pk).update(sender=partner, recipient=referral.sender)
    referral = Referral.objects.get(pk=referral.pk)

    found = {
        role: rules.allowed_actions(referral, Actor(role, "screen", organisation), now)
        for role, organisation in [
            ("advisor", AGENCY_ID),
            ("partner", partner.pk),
            ("manager", AGENCY_ID),
        ]
    }

    assert found == {
        "advisor": ["accept", "ask", "decline", "forward"],
        "partner": ["withdraw"],
        "manager": [],
    }
