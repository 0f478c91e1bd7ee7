"""How mails of introductions are worded, and whether they may still go when their turn comes."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contacts.models import PersonState, SharedField
from outbox.messages import Message, render
from outbox.models import OutboundMail
from outbox.registry import register_kind
from referrals.introductions import mails
from referrals.introductions.actions import offered
from referrals.introductions.words import spoken_fields
from referrals.models import IntroductionParty, IntroductionStatus, MutedNotice

S = IntroductionStatus
RECORD_GONE, STATE_CHANGED, CONSENT_GONE, NEVER_TOLD, MUTED = (
    "record_gone",
    "state_changed",
    "consent_gone",
    "never_told",
    "muted",
)


def party_of(mail: OutboundMail) -> IntroductionParty:
    rows = IntroductionParty.objects.select_related("person", "introduction__owner")
    return rows.get(pk=mail.subjects["party"])


def both(party: IntroductionParty) -> list[IntroductionParty]:
    rows = IntroductionParty.objects.filter(introduction=party.introduction_id)
    return list(rows.select_related("person", "consent"))


def other_of(party: IntroductionParty) -> IntroductionParty:
    return next(each for each in both(party) if each.pk != party.pk)


def shown_of(party: IntroductionParty) -> dict[str, str]:
    """What this party has agreed to share, as it stands now."""
    return {field: value for field, value in offered(party).items() if field in party.shared_fields}


def build(mail: OutboundMail) -> Message:
    """Raises IntroductionParty.DoesNotExist when what it speaks of is gone."""
    party = party_of(mail)
    owner = party.introduction.owner
    context = context_of(party, mail)
    reply_to = owner.email if owner.is_active else ""
    if mail.kind == mails.MADE:
        shown = shown_of(other_of(party))
        context |= {
            "other": shown,
            "own_fields": spoken_fields(party.shared_fields),
            "reply_tells": SharedField.EMAIL not in party.shared_fields,
        }
        reply_to = shown.get(SharedField.EMAIL) or reply_to
    return render(f"referrals/{mail.kind}", context, reply_to=reply_to)


def context_of(party: IntroductionParty, mail: OutboundMail) -> dict[str, Any]:
    """Of the other one no more than the text that names nobody."""
    last_moment = party.expires_at - timedelta(seconds=1)
    return {
        "name": mail.recipient_name,
        "introduction": party.introduction,
        "owner": party.introduction.owner,
        "about_other": other_of(party).about,
        "last_day": timezone.localdate(last_moment),
        "url": settings.BASE_URL + reverse("referrals:introduction_invitation", args=[party.token]),
    }


Guard = Callable[[IntroductionParty, OutboundMail, datetime], str]


def unanswered(party: IntroductionParty, mail: OutboundMail, at: datetime) -> str:
    waits = party.introduction.status == S.PROPOSED and party.agreed is None
    return "" if waits and at < party.expires_at else STATE_CHANGED


def unmuted(guard: Guard) -> Guard:
    def guarded(party: IntroductionParty, mail: OutboundMail, at: datetime) -> str:
        muted = MutedNotice.objects.filter(person=party.person_id, kind=mail.kind)
        return guard(party, mail, at) or (MUTED if muted.exists() else "")

    return guarded


def agreed_by_both(party: IntroductionParty, mail: OutboundMail, at: datetime) -> str:
    if party.introduction.status not in {S.INTRODUCED, S.CLOSED}:
        return STATE_CHANGED
    consents = [each.consent for each in both(party)]
    hold = all(consent and consent.is_active(at) for consent in consents)
    return "" if hold else CONSENT_GONE


def without_outcome(party: IntroductionParty, mail: OutboundMail, at: datetime) -> str:
    asked = party.introduction.status == S.INTRODUCED and not party.outcome
    return agreed_by_both(party, mail, at) if asked else STATE_CHANGED


def was_told(party: IntroductionParty, mail: OutboundMail, at: datetime) -> str:
    """Whoever never heard of it needs not hear that it is over."""
    return "" if mails.left("introduction_proposed", [party]) else NEVER_TOLD


GUARDS: dict[str, Guard] = {
    "introduction_proposed": unanswered,
    "introduction_reminder": unmuted(unanswered),
    mails.MADE: agreed_by_both,
    "introduction_ended": was_told,
    "introduction_outcome": unmuted(without_outcome),
}
LABELS = {
    "introduction_proposed": _("Introduction: question whether they agree"),
    "introduction_reminder": _("Introduction: reminder"),
    mails.MADE: _("Introduction: the two get to know each other"),
    "introduction_ended": _("Introduction: does not come about"),
    "introduction_outcome": _("Introduction: question what came of it"),
}
ABOUT_BOTH = set(GUARDS) - {"introduction_ended"}  # that one speaks of nobody


def may_go(mail: OutboundMail, at: datetime) -> str:
    """Asked at the moment of sending: between the step and now somebody's data may be locked."""
    try:
        party = party_of(mail)
    except IntroductionParty.DoesNotExist:
        return RECORD_GONE
    concerned = both(party) if mail.kind in ABOUT_BOTH else [party]
    active = all(each.person.state == PersonState.ACTIVE for each in concerned)
    if not active or not party.person.emails.filter(address=mail.recipient).exists():
        return RECORD_GONE
    return GUARDS[mail.kind](party, mail, at)


def register() -> None:
    for kind in GUARDS:
        register_kind(kind, build=build, may_go=may_go, label=LABELS[kind])
