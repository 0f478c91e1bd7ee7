"""What the pages of introductions show."""

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.actors import Actor
from contacts.actions.consents import agency_name
from contacts.consent_texts import current_text
from contacts.models import ConsentPurpose
from outbox.models import OutboundMail
from outbox.reasons import in_words
from outbox.registry import label_of
from outbox.wording import state_of as mail_state
from referrals.introductions import mails, words
from referrals.introductions.actions import waits
from referrals.introductions.forms import AgreeForm, DeclineForm, OutcomeForm
from referrals.introductions.mail_kinds import GUARDS, other_of
from referrals.models import Introduction, IntroductionParty, IntroductionStatus

S = IntroductionStatus


# --- for the agency ---


def detail(row: Introduction, actor: Actor, *, bound: OutcomeForm | None = None) -> dict:
    parties = list(row.parties.all())
    sent = mails_of(parties)
    writes = actor.user_id == row.owner_id
    for party, other in zip(parties, reversed(parties), strict=True):
        party.reader = other.person.display_name
        party.rows = rows_of(party)
        party.mails = sent[party.pk]
        party.form = form_of(party, bound) if writes and row.status == S.INTRODUCED else None
    return {
        "introduction": row,
        "pair": words.pair_of(row),
        "parties": parties,
        "state": words.state_of(row),
        "tone": words.tone(row.status),
        "facts": facts_of(row, parties),
        "history": words.history_of(row, parties),
        "may_withdraw": writes and row.status == S.PROPOSED,
    }


def form_of(party: IntroductionParty, bound: OutcomeForm | None) -> OutcomeForm | None:
    if party.outcome:
        return None
    if bound is not None and bound.party_id == party.pk:
        return bound
    return OutcomeForm(auto_id=f"id_{party.pk}_%s")


def rows_of(party: IntroductionParty) -> list[dict]:
    return [
        {"term": _("Answer"), "value": answer_of(party)},
        {"term": _("Asked to share"), "value": words.spoken_fields(party.offered_fields)},
        {"term": _("Shares"), "value": words.spoken_fields(party.shared_fields)},
        {"term": _("Outcome"), "value": party.get_outcome_display()},
    ]


def answer_of(party: IntroductionParty) -> str:
    if party.agreed is None:
        return pgettext("answer", "none yet")
    said = _("agrees") if party.agreed else _("does not agree")
    return f"{said}, {day_of(party.answered_at)}"


def day_of(at: datetime | None) -> str:
    return date_format(timezone.localdate(at), "DATE_FORMAT") if at else ""


def facts_of(row: Introduction, parties: list[IntroductionParty]) -> list[dict]:
    last = max(party.expires_at for party in parties) - timedelta(seconds=1)
    waiting = row.status == S.PROPOSED
    facts = [
        {"term": _("Owner"), "value": str(row.owner)},
        {"term": _("Proposed"), "value": day_of(row.created_at)},
        {"term": _("Answer by"), "value": day_of(last) if waiting else ""},
        {"term": pgettext("introductions", "Introduced"), "value": day_of(row.introduced_at)},
        {"term": _("Ended"), "value": day_of(row.closed_at)},
    ]
    return [fact for fact in facts if fact["value"]]


def mails_of(parties: list[IntroductionParty]) -> dict[Any, list[dict]]:
    """What was written to each, found by the keys it was written under."""
    keys = {mails.key(kind, party): party.pk for kind in GUARDS for party in parties}
    found: dict[Any, list[dict]] = {party.pk: [] for party in parties}
    for mail in OutboundMail.objects.filter(dedupe_key__in=keys).order_by("created_at", "id"):
        shown = {"label": short_label(mail.kind), "at": mail.sent_at or mail.created_at}
        shown |= mail_state(mail) | {"reason": in_words(mail.last_error)}
        found[keys[mail.dedupe_key]].append(shown)
    return found


def short_label(kind: str) -> str:
    """Within the page of an introduction nobody needs to be told that it is one."""
    return label_of(kind).partition(": ")[2] or label_of(kind)


# --- behind the mail link ---


def invitation(party: IntroductionParty, token: str, at: datetime, *, bound=None) -> dict:
    introduction = party.introduction
    return {
        "introduction": introduction,
        "party": party,
        "owner": introduction.owner,
        "stage": stage_of(party, at),
        "about_other": other_of(party).about,
        "last_day": timezone.localdate(party.expires_at - timedelta(seconds=1)),
        "shared": words.spoken_fields(party.shared_fields),
        "consent_text": current_text(ConsentPurpose.INTRODUCTION, agency_name=agency_name())[0],
        "agree_form": bound if isinstance(bound, AgreeForm) else AgreeForm(party=party),
        "decline_form": bound if isinstance(bound, DeclineForm) else DeclineForm(),
        "outcome_form": bound if isinstance(bound, OutcomeForm) else OutcomeForm(),
        "form": bound,
        "agree_url": reverse("referrals:introduction_agree", args=[token]),
        "decline_url": reverse("referrals:introduction_decline", args=[token]),
        "outcome_url": reverse("referrals:introduction_told", args=[token]),
    }


def stage_of(party: IntroductionParty, at: datetime) -> str:
    """What the page is about for this person; of the other's answer it depends only when joined."""
    introduction = party.introduction
    if party.agreed is False:
        return "declined"
    if introduction.status == S.PROPOSED:
        rows = introduction.parties.select_related("person")
        if not waits(introduction, rows, at):
            return "over"
        return "agreed" if party.agreed else "asked"
    if introduction.status == S.INTRODUCED:
        return "outcome" if party.outcome_asked_at else "introduced"
    return "closed" if introduction.status == S.CLOSED else "over"
