"""The recipient at work: begin, pause, go on, finish."""

from datetime import date, datetime

from django.db import transaction

from accounts.actors import Actor
from referrals import mails, rules
from referrals.actions.links import prolong_links
from referrals.actions.steps import take_step
from referrals.actions.values import code_of, coming_day, past_day, text_of
from referrals.models import Outcome, Referral, ReferralStatus


@transaction.atomic
def start_referral(
    *, referral: Referral, first_contact_on: date, by: Actor, at: datetime
) -> Referral:
    """The first contact has taken place."""
    rules.check(referral, "start", by=by, at=at)
    day = past_day("first_contact_on", first_contact_on, since=referral.sent_at, at=at)
    take_step(referral, "start", to=ReferralStatus.IN_PROGRESS, by=by, at=at, first_contact_on=day)
    prolong_links(referral, at)
    return referral


@transaction.atomic
def hold_referral(
    *, referral: Referral, resume_on: date, text: str = "", by: Actor, at: datetime
) -> Referral:
    """Rests until a day that is named."""
    rules.check(referral, "hold", by=by, at=at)
    day = coming_day("resume_on", resume_on, at=at)
    text = text_of("text", text)
    take_step(referral, "hold", to=ReferralStatus.ON_HOLD, by=by, at=at, text=text, resume_on=day)
    prolong_links(referral, at)
    return referral


@transaction.atomic
def resume_referral(*, referral: Referral, by: Actor, at: datetime) -> Referral:
    take_step(referral, "resume", to=ReferralStatus.IN_PROGRESS, by=by, at=at, resume_on=None)
    prolong_links(referral, at)
    return referral


@transaction.atomic
def confirm_active(*, referral: Referral, by: Actor, at: datetime) -> Referral:
    """The answer to "still active?": a step without change, with which the silence is over."""
    take_step(referral, "still_active", by=by, at=at)
    prolong_links(referral, at)
    return referral


@transaction.atomic
def complete_referral(
    *, referral: Referral, outcome: str, text: str = "", by: Actor, at: datetime
) -> Referral:
    """Done, with what came of it; the sender is told and acknowledges."""
    rules.check(referral, "complete", by=by, at=at)
    outcome = code_of("outcome", outcome, Outcome.values)
    text = text_of("text", text)
    take_step(
        referral,
        "complete",
        to=ReferralStatus.COMPLETED,
        by=by,
        at=at,
        text=text,
        outcome=outcome,
        outcome_text=text,
    )
    mails.referral_completed(referral, at=at)
    return referral
