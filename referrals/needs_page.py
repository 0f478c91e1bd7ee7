"""A need and its referrals in words: how things stand, what comes next, what has happened."""

from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actors import Actor
from accounts.history import changes_of
from referrals import words
from referrals.actions.needs import HELPFUL
from referrals.models import Need, NeedStatus, Referral, ReferralStatus, ReferralStep
from referrals.panels import who

S = ReferralStatus
HELPING = (S.ACCEPTED, S.IN_PROGRESS, S.ON_HOLD)
UNANSWERED = (S.SENT, S.QUERY)
MOST_STEPS = 100


def rows_of(need: Need) -> list[Referral]:
    """All referrals of the need, side by side in the order in which they were made."""
    return sorted(need.referrals.all(), key=lambda row: (row.created_at, str(row.pk)))


def state_of(need: Need, referrals: list[Referral]) -> str:
    """The rolled-up state as one would say it."""
    asked = [row for row in referrals if row.status not in (S.DRAFT, S.WITHDRAWN)]
    waiting = [row for row in referrals if row.status in UNANSWERED]
    if need.status == NeedStatus.HELPING:
        return helping(referrals, waiting)
    if need.status == NeedStatus.WAITING:
        return waiting_for(waiting)
    if need.status == NeedStatus.SETTLED:
        return _("Settled: nobody has to help any more.")
    if need.status == NeedStatus.HELPED:
        return helped(referrals)
    if need.status == NeedStatus.UNMET:
        one, many = (
            _("The organisation asked could not help."),
            _("None of the %(n)s organisations asked could help."),
        )
        return one if len(asked) == 1 else many % {"n": len(asked)}
    return _("Nobody has been asked yet.")


def helping(referrals: list[Referral], waiting: list[Referral]) -> str:
    names = names_of(row for row in referrals if row.status in HELPING)
    said = ngettext(
        "%(names)s is taking care of it.", "%(names)s are taking care of it.", len(names)
    ) % {"names": listed(names)}
    if not waiting:
        return said
    return said + " " + _("Not answered yet: %(names)s.") % {"names": spoken(waiting)}


def helped(referrals: list[Referral]) -> str:
    names = names_of(row for row in referrals if row.outcome in HELPFUL)
    if not names:
        return _("Settled: nobody has to help any more.")
    said = ngettext("%(names)s has helped.", "%(names)s have helped.", len(names))
    return said % {"names": listed(names)}


def waiting_for(waiting: list[Referral]) -> str:
    said = _("Not answered yet: %(names)s.") % {"names": spoken(waiting)}
    days = [row.respond_by for row in waiting if row.status == S.SENT and row.respond_by]
    if not days:
        return said
    return f"{said} " + _("The next one is due on %(day)s.") % {"day": short(min(days))}


def spoken(referrals) -> str:
    return ", ".join(names_of(referrals))


def names_of(referrals) -> list[str]:
    return list(dict.fromkeys(row.recipient.spoken_name for row in referrals))


def listed(names: list[str]) -> str:
    """As one says it: A, B and C."""
    if len(names) < 2:
        return "".join(names)
    return _("%(some)s and %(last)s") % {"some": ", ".join(names[:-1]), "last": names[-1]}


def marked(referrals: list[Referral], actor: Actor, today: date) -> list[Referral]:
    """Each referral with its tone, its state in words, and the date that counts next."""
    for row in referrals:
        row.tone = words.tone(row.status)
        row.state = words.state(row, actor)
        row.next_words = next_of(row)
        row.closing_words = why_closed(row)
        row.late = bool(row.status == S.SENT and row.respond_by and row.respond_by < today)
    return referrals


def next_of(row: Referral) -> str:
    """What is due next, or when it ended."""
    if row.status == S.SENT and row.respond_by:
        return _("Answer by %(day)s") % {"day": short(row.respond_by)}
    if row.status == S.QUERY:
        return _("Our answer, asked on %(day)s") % {"day": short(row.status_since)}
    if row.status == S.ON_HOLD and row.resume_on:
        return _("Goes on from %(day)s") % {"day": short(row.resume_on)}
    if row.status == S.DRAFT:
        return _("Not sent yet")
    since = _("since %(day)s") if not row.closed_at else _("on %(day)s")
    return since % {"day": short(row.closed_at or row.status_since)}


def why_closed(row: Referral) -> str:
    """The reason or result, for those that are over."""
    given = (row.get_decline_reason_display(), row.get_outcome_display())
    return next(filter(None, [*given, row.get_withdrawn_reason_display()]), "")


def short(value) -> str:
    day = localtime(value) if isinstance(value, datetime) else value
    return date_format(day, "SHORT_DATE_FORMAT")


# --- what has happened ---


def history_of(need: Need, actor: Actor) -> list[dict]:
    """Steps of all its referrals and what was decided about it, newest first."""
    steps = ReferralStep.objects.visible_to(actor).filter(referral__need=need)
    steps = steps.exclude(action="create")
    steps = steps.select_related("referral__recipient", "by_user", "by_organisation")
    nodes = [step_node(step) for step in steps.order_by("-at", "-id")[:MOST_STEPS]]
    nodes += [change_node(change) for change in changes_of(need)[:MOST_STEPS] if told(change)]
    return sorted(nodes, key=lambda node: node["at"], reverse=True)


def step_node(step: ReferralStep) -> dict:
    name = step.referral.recipient.spoken_name
    return node(
        "referral", f"{name}: {words.done(step.action)}", step, text=step.text, who=who(step)
    )


def told(change) -> dict[str, Any]:
    """What a change of the need says: a heading and the note that goes with it."""
    fields = change.fields
    if "decision" in fields:
        codes = {
            "referred": _("Round table: referred"),
            "open": _("Round table: stays open"),
            "settled": _("Settled"),
        }
        note = fields.get("note", [None, ""])[1]
        return {"title": codes.get(fields["decision"][1], ""), "text": note}
    if "table_text" in fields:
        return {"title": _("Marked for the round table"), "text": fields["table_text"][1]}
    if "tabled_at" in fields:
        on = fields["tabled_at"][1]
        title = _("Marked for the round table") if on else _("Taken off the round table")
        return {"title": title, "text": ""}
    if "owner" in fields:
        return {"title": _("Given to another advisor"), "text": ""}
    return {}


def change_node(change) -> dict:
    said = told(change)
    return node("stage", said["title"], change, text=said["text"], who=str(change.by_label))


def node(kind: str, title: str, row: Any, *, text: str, who: str) -> dict:
    """As components/timeline.html wants it."""
    return {
        "kind": kind,
        "word": title,
        "when": date_format(localtime(row.at), "SHORT_DATETIME_FORMAT"),
        "iso": row.at.isoformat(),
        "text": text,
        "who": who or _("The system"),
        "at": row.at,
    }
