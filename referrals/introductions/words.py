"""What is shown of introductions: states, tones, history."""

from collections.abc import Iterable

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from accounts.history import changes_of
from accounts.models import Change
from contacts.models import SharedField
from referrals.models import (
    Introduction,
    IntroductionOutcome,
    IntroductionParty,
    IntroductionStatus,
)

S = IntroductionStatus
TONES = {
    S.PROPOSED: "info",
    S.INTRODUCED: "good",
    S.DECLINED: "neutral",
    S.WITHDRAWN: "neutral",
    S.EXPIRED: "warning",
    S.CLOSED: "neutral",
}
SHORT = {
    S.PROPOSED: pgettext_lazy("introduction", "Proposed"),
    S.INTRODUCED: pgettext_lazy("introduction", "Introduced to each other"),
    S.DECLINED: pgettext_lazy("introduction", "Does not come about"),
    S.WITHDRAWN: pgettext_lazy("introduction", "Withdrawn"),
    S.EXPIRED: pgettext_lazy("introduction", "Expired without an answer"),
    S.CLOSED: pgettext_lazy("introduction", "Closed"),
}
MOST_SHOWN = 50


def tone(status: str) -> str:
    return TONES[IntroductionStatus(status)]


def happened(status: str) -> str:
    return str(SHORT[IntroductionStatus(status)])


def state_of(introduction: Introduction) -> str:
    """For the agency alone: while it waits, for whom."""
    if introduction.status != S.PROPOSED:
        return happened(introduction.status)
    silent = [party.person for party in introduction.parties.all() if party.agreed is None]
    if len(silent) != 1:
        return _("Waits for both")
    return _("Waits for %(name)s") % {"name": silent[0].display_name}


def pair_of(introduction: Introduction) -> str:
    return " ↔ ".join(party.person.display_name for party in introduction.parties.all())


def spoken_fields(fields: Iterable[str]) -> str:
    """In their usual order, whatever the order they were ticked in."""
    chosen = set(fields)
    return ", ".join(str(field.label) for field in SharedField if field in chosen)


def history_of(introduction: Introduction, parties: list[IntroductionParty]) -> list[dict]:
    """Newest first, as components/timeline.html wants it."""
    names = {str(party.pk): party.person.display_name for party in parties}
    changes = changes_of(introduction)[:MOST_SHOWN]
    return [item for change in changes for item in reversed(list(items_of(change, names)))]


def items_of(change: Change, names: dict[str, str]):
    if change.version == 1:
        yield item_of(change, happened(S.PROPOSED))
    for field, (_before, after) in sorted(change.fields.items()):
        kind, _colon, party = field.partition(":")
        if kind == "agreed":
            said = _("%(name)s agrees") if after else _("%(name)s does not agree")
            yield item_of(change, said % {"name": names.get(party, "")})
        if kind == "outcome":
            label = IntroductionOutcome(after).label
            yield item_of(change, f"{names.get(party, '')}: {label}")
    if "status" in change.fields:
        yield item_of(change, happened(change.fields["status"][1]))


def item_of(change: Change, title: str) -> dict:
    who = change.by_user or change.by_label or ""
    return {
        "kind": "referral",
        "word": title,
        "when": date_format(localtime(change.at), "DATETIME_FORMAT"),
        "iso": localtime(change.at).isoformat(),
        "title": "",
        "who": str(who),
        "url": "",
        "text": "",
        "badge": "",
    }
