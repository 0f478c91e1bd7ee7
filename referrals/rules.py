"""Who may take which step, and from which states: one table for actions, pages and the API."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.actors import MAIL_LINK_ROLE, Actor
from accounts.models import Role
from referrals.errors import UndoTooLateError, WrongSideError
from referrals.models import Referral, ReferralError, ReferralStatus, StepNotAllowedError

SENDER, RECIPIENT = "sender", "recipient"
NO_SIDE: frozenset[str] = frozenset()
SIDES = {  # by whether one receives and whether one sends; referring to oneself is both
    (False, False): NO_SIDE,
    (True, False): frozenset({RECIPIENT}),
    (False, True): frozenset({SENDER}),
    (True, True): frozenset({SENDER, RECIPIENT}),
}
# Managers may look and reassign, administrators may look: neither acts for the agency.
ACTING_ROLES = frozenset({Role.ADVISOR, Role.PARTNER, MAIL_LINK_ROLE})
# Drafts are sent on our pages; "still active?" is asked by mail and answered there.
NOT_IN_API = frozenset({"send", "still_active"})
UNDO_WITHIN = timedelta(minutes=30)


def always(referral: Referral, at: datetime) -> bool:
    return True


def has_proposal(referral: Referral, at: datetime) -> bool:
    return referral.forward_to_id is not None


def is_unacknowledged(referral: Referral, at: datetime) -> bool:
    return referral.acknowledged_at is None


def is_fresh(referral: Referral, at: datetime) -> bool:
    """Answered at most 30 minutes ago, and that was the last thing that happened."""
    untouched = referral.modified_at == referral.status_since
    return untouched and at - referral.status_since <= UNDO_WITHIN


@dataclass(frozen=True)
class Rule:
    side: str
    states: frozenset[str]
    further: Callable[[Referral, datetime], bool] = always
    error: type[ReferralError] = StepNotAllowedError


def rule(side: str, *states: ReferralStatus, **more) -> Rule:
    return Rule(side, frozenset(states), **more)


S = ReferralStatus
RULES = {
    "send": rule(SENDER, S.DRAFT),
    "accept": rule(RECIPIENT, S.SENT),
    "ask": rule(RECIPIENT, S.SENT),
    "answer": rule(SENDER, S.QUERY),
    "decline": rule(RECIPIENT, S.SENT, S.QUERY, S.ACCEPTED, S.IN_PROGRESS),
    "forward": rule(RECIPIENT, S.SENT, S.ACCEPTED),
    "confirm_forward": rule(SENDER, S.SENT, S.ACCEPTED, further=has_proposal),
    "refuse_forward": rule(SENDER, S.SENT, S.ACCEPTED, further=has_proposal),
    "undo": rule(RECIPIENT, S.ACCEPTED, S.DECLINED, further=is_fresh, error=UndoTooLateError),
    "start": rule(RECIPIENT, S.ACCEPTED),
    "still_active": rule(RECIPIENT, S.ACCEPTED, S.IN_PROGRESS),
    "hold": rule(RECIPIENT, S.IN_PROGRESS),
    "resume": rule(RECIPIENT, S.ON_HOLD),
    "complete": rule(RECIPIENT, S.ACCEPTED, S.IN_PROGRESS),
    "withdraw": rule(SENDER, S.DRAFT, S.SENT, S.QUERY),
    "acknowledge": rule(SENDER, S.COMPLETED, further=is_unacknowledged),
}

# Where the recipient owes an answer, a contact or an outcome.
REMINDED = frozenset({S.SENT, S.ACCEPTED, S.IN_PROGRESS})


def sides_of(referral: Referral, actor: Actor) -> frozenset[str]:
    """On which side of this referral the actor may act."""
    if actor.role not in ACTING_ROLES or actor.organisation_id is None:
        return NO_SIDE
    by_link = actor.role == MAIL_LINK_ROLE
    if by_link and actor.referral_id != referral.pk:
        return NO_SIDE
    receives = referral.recipient_id == actor.organisation_id
    sends = referral.sender_id == actor.organisation_id and not by_link
    return SIDES[receives, sends]


def check(referral: Referral, verb: str, *, by: Actor, at: datetime) -> None:
    """Raises WrongSideError, StepNotAllowedError or UndoTooLateError."""
    wanted = RULES[verb]
    if wanted.side not in sides_of(referral, by):
        raise WrongSideError
    if referral.status not in wanted.states:
        raise StepNotAllowedError
    if not wanted.further(referral, at):
        raise wanted.error


def may(referral: Referral, verb: str, actor: Actor, at: datetime) -> bool:
    try:
        check(referral, verb, by=actor, at=at)
    except ReferralError:
        return False
    return True


def may_remind(referral: Referral, actor: Actor) -> bool:
    """The sender asks how things stand, unless a proposal waits for the sender's own decision."""
    waits = referral.status in REMINDED and not referral.forward_to_id
    return waits and SENDER in sides_of(referral, actor)


def allowed_actions(referral: Referral, actor: Actor, at: datetime) -> list[str]:
    """The verbs of the API that this actor may use now; asks no database.

    Lists ask for each of their rows, so nothing is raised and worded on the way.
    """
    left = rules_for(sides_of(referral, actor), referral.status)
    return [verb for verb, wanted in left if wanted.further(referral, at)]


@functools.cache
def rules_for(sides: frozenset[str], status: str) -> list[tuple[str, Rule]]:
    """Those of the API that a status leaves to these sides."""
    return [
        (verb, wanted)
        for verb, wanted in RULES.items()
        if verb not in NOT_IN_API and wanted.side in sides and status in wanted.states
    ]
