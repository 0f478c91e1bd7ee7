"""A partner's list as work to be done: what each row asks, by when, and the steps it offers."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import prefetch_related_objects
from django.http import QueryDict
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from accounts.actors import Actor
from referrals import rules, words
from referrals.models import Referral, ReferralStatus

S = ReferralStatus
# The rest is on the referral's own page.
OFFERED = {
    S.SENT: ("accept", "ask", "decline", "forward"),
    S.QUERY: ("answer", "decline"),
    S.ACCEPTED: ("start", "complete", "decline"),
    S.IN_PROGRESS: ("complete", "hold"),
    S.ON_HOLD: ("resume",),
    S.COMPLETED: ("acknowledge",),
}
ONE_CLICK = frozenset({"accept", "start", "resume", "acknowledge"})
PRIMARY = frozenset({"accept", "answer", "start", "resume", "acknowledge"})
UNDONE_BY_A_CLICK = frozenset({"accept", "decline"})
LABELS = {
    "ask": pgettext_lazy("referral step", "Query"),
    "start": pgettext_lazy("referral step", "First contact today"),
    "forward": pgettext_lazy("referral step", "Propose others"),
}
VERBS = {path: verb for verb, path in words.PATHS.items()}


@dataclass(frozen=True)
class RowStep:
    """A button, or a link that opens the step's form in the row."""

    verb: str
    label: str
    url: str

    @property
    def is_button(self) -> bool:
        return self.verb in ONE_CLICK

    @property
    def is_primary(self) -> bool:
        return self.verb in PRIMARY


def steps(referral: Referral, actor: Actor, at: datetime) -> list[RowStep]:
    """Another organisation is not offered while one proposal is thought about."""
    return [
        RowStep(verb, str(LABELS.get(verb, words.BUTTONS[verb])), step_url(referral, verb))
        for verb in OFFERED.get(S(referral.status), ())
        if rules.may(referral, verb, actor, at)
        and not (verb == "forward" and referral.forward_to_id)
    ]


def step_url(referral: Referral, verb: str) -> str:
    return reverse("referrals:step", args=[referral.reference, words.PATHS[verb]])


def with_defaults(data: QueryDict, referral: Referral, *, name: str, at: datetime) -> QueryDict:
    """What a single click leaves out; what a form sent empty stays empty, and is told so."""
    data = data.copy()
    data.setdefault("responsible", referral.recipient.contact_name or name)
    data.setdefault("first_contact_on", localdate(at).isoformat())
    return data


@dataclass(frozen=True)
class Due:
    words: str
    tone: str = "neutral"


def due(referral: Referral, actor: Actor, at: datetime) -> Due:
    """What time it is for this row, in words."""
    today, since = localdate(at), localdate(referral.status_since)
    when = {"day": day_words(since, today)}
    match referral.status:
        case S.SENT if referral.respond_by:
            return answer_due(referral.respond_by, today)
        case S.QUERY if referral.sender_id == actor.organisation_id:
            return Due(_("%(day)s you were asked back") % when, "warning")
        case S.QUERY:
            return Due(_("%(day)s asked back by you") % when)
        case S.ACCEPTED:
            return Due(_("%(day)s accepted, no contact yet") % when)
        case S.ON_HOLD if referral.resume_on:
            day = date_format(referral.resume_on, "j. F")
            return Due(_("Paused until %(day)s") % {"day": day})
        case _status:
            return Due(_("In progress since %(day)s") % {"day": date_format(since, "j. F")})


def answer_due(day: date, today: date) -> Due:
    late, left = (today - day).days, (day - today).days
    if late > 0:
        text = ngettext("%(n)s day overdue", "%(n)s days overdue", late) % {"n": late}
        return Due(text, "danger")
    if left == 0:
        return Due(_("due today"), "warning")
    if left == 1:
        return Due(_("due tomorrow"), "warning")
    return Due(_("due on %(day)s") % {"day": date_format(day, "l, j. F")})


def day_words(day: date, today: date) -> str:
    if day == today:
        return _("today")
    return _("on %(day)s") % {"day": date_format(day, "j. F")}


def add_queries(rows: list[Referral]) -> None:
    """What is being asked, on rows with an open query, in one query for all of them."""
    asked = [row for row in rows if row.status == S.QUERY]
    prefetch_related_objects(asked, "messages")
    for row in asked:
        messages = sorted(row.messages.all(), key=lambda message: message.at)
        row.query_text = messages[-1].text if messages else ""


TAKEN_BY = gettext_lazy("%(name)s was faster. The referral now stands at: %(status)s.")


def faster(referral: Referral, actor: Actor) -> str:
    """Who came first, by name within the own organisation, and how things stand now."""
    steps = referral.steps.visible_to(actor).select_related("by_user", "by_organisation")
    step = steps.order_by("version").last()
    if step is None:
        return ""
    own = step.by_organisation_id == actor.organisation_id and step.by_user_id
    organisation = step.by_organisation.spoken_name if step.by_organisation_id else _("The system")
    name = str(step.by_user) if own else organisation
    return TAKEN_BY % {"name": name, "status": words.state(referral, actor)}
