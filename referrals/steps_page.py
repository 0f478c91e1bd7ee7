"""A referral as a page shows it, to either side and behind a mail link: one shape for all."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _

from accounts.actors import MAIL_LINK_ROLE, Actor
from referrals import clock, disclosure, rules, words
from referrals.errors import InvalidValueError
from referrals.forms.steps import ACTIONS, FORMS, StepForm
from referrals.models import (
    Referral,
    ReferralChangedError,
    ReferralError,
    ReferralStatus,
)
from referrals.panels import who
from referrals.reminders import is_reminded, reminders

ASKED_FOR = {"still_active"}  # offered when it is the question
PRIMARY = {
    "still_active",
    "send",
    "accept",
    "answer",
    "confirm_forward",
    "start",
    "resume",
    "acknowledge",
}


@dataclass(frozen=True)
class Choice:
    """One step that may be taken: a button alone, or a form that opens."""

    verb: str
    label: str
    url: str
    form: StepForm
    is_open: bool
    hint: str = ""

    @property
    def is_button(self) -> bool:
        return not self.form.visible_fields()

    @property
    def is_primary(self) -> bool:
        return self.verb in PRIMARY or self.is_open


def choices(
    referral: Referral, actor: Actor, at: datetime, *, url_of, bound=None, opened=""
) -> list[Choice]:
    """What this actor may do now; `bound` is a form that was sent with errors and stays open.

    `opened` is the step whose form stands open at first: a link in a mail led to it.
    """
    verbs = [v for v in words.PATHS if v not in ASKED_FOR or clock.is_silent(referral, at)]
    allowed = [verb for verb in verbs if rules.may(referral, verb, actor, at)]
    return [
        Choice(
            verb,
            str(words.BUTTONS[verb]),
            url_of(verb),
            bound if bound and bound.verb == verb else FORMS[verb](referral=referral, verb=verb),
            verb == (bound.verb if bound else opened),
            undoable_until(referral) if verb == "undo" else "",
        )
        for verb in allowed
    ]


def undoable_until(referral: Referral) -> str:
    end = localtime(referral.status_since + rules.UNDO_WITHIN)
    return _("Possible until %(time)s.") % {"time": date_format(end, "TIME_FORMAT")}


def take(form: StepForm, *, by: Actor, at: datetime) -> None:
    """Run the step a valid form asks for; what is wrong with a value goes back into the form.

    Raises ReferralError for everything else.
    """
    if form.is_outdated():
        raise ReferralChangedError
    try:
        ACTIONS[form.verb](referral=form.referral, **form.arguments(), by=by, at=at)
    except InvalidValueError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)


def told(error: ReferralError, referral: Referral) -> str:
    """What went wrong and how things stand now."""
    referral.refresh_from_db(fields=["status", "status_since"])
    state = _("It now stands at: %(status)s.") % {"status": referral.get_status_display()}
    return f"{error.message} {state}"


def page_context(
    referral: Referral, actor: Actor, at: datetime, *, url_of, bound=None, opened=""
) -> dict:
    readable = disclosure.is_readable(referral, actor)
    return {
        "referral": referral,
        "tone": words.tone(referral.status),
        "state": words.state(referral, actor),
        "handed_over": disclosure.handed_over(referral) if readable else None,
        "founder": disclosure.founder_of(referral, actor, at),
        "choices": choices(referral, actor, at, url_of=url_of, bound=bound, opened=opened),
        "steps": timeline(referral, actor),
        "may_remind": rules.may_remind(referral, actor),
        "reminded_today": is_reminded(referral, localdate(at)),
        "facts": facts(referral, actor),
        "is_recipient": actor.organisation_id == referral.recipient_id,
        "may_read_case": actor.is_agency,
        "overdue": is_overdue(referral, at),
        "question": question(referral, at),
    }


def question(referral: Referral, at: datetime) -> str:
    """What the recipient is asked first when a case has been silent."""
    if referral.status == ReferralStatus.ON_HOLD and referral.resume_on <= localdate(at):
        return _("Does it go on?")
    if not clock.is_silent(referral, at):
        return ""
    if referral.status == ReferralStatus.ACCEPTED:
        return _("Are you still on it? No first contact has been noted yet.")
    day = date_format(localtime(referral.modified_at), "j. F Y")
    return _("Are you still on it? Nothing has been noted since %(day)s.") % {"day": day}


def is_overdue(referral: Referral, at: datetime) -> bool:
    waits = referral.status == ReferralStatus.SENT and referral.respond_by
    return bool(waits and referral.respond_by < localdate(at))


def facts(referral: Referral, actor: Actor) -> list[dict]:
    """Only what is known; both sides see the same but the other side's own reference."""
    mine = actor.organisation_id
    received = mine == referral.recipient_id
    responsible = _("Responsible with us") if received else _("Person responsible")
    rows = [
        (_("From"), referral.sender.name),
        (_("To"), referral.recipient.name),
        (_("Service"), referral.service),
        (_("Answer by"), day(referral.respond_by) if referral.status == "sent" else ""),
        (responsible, referral.responsible),
        (_("Reason for declining"), referral.get_decline_reason_display()),
        (_("Proposal"), referral.forward_to),
        (_("First contact"), day(referral.first_contact_on)),
        (_("Goes on from"), day(referral.resume_on)),
        (_("Outcome"), referral.get_outcome_display()),
        (_("Reason for withdrawing"), referral.get_withdrawn_reason_display()),
        (_("Our reference"), own_reference(referral, mine)),
    ]
    return [{"term": term, "value": value} for term, value in rows if value]


def own_reference(referral: Referral, organisation_id) -> str:
    if organisation_id == referral.recipient_id:
        return referral.recipient_reference
    return referral.sender_reference if organisation_id == referral.sender_id else ""


def day(value) -> str:
    return date_format(value, "l, j. F Y") if value else ""


def timeline(referral: Referral, actor: Actor) -> list[dict]:
    """Steps and messages, newest first, as components/timeline.html wants them."""
    steps = referral.steps.visible_to(actor).select_related("by_user", "by_organisation")
    readable = disclosure.is_readable(referral, actor)
    spoken = {(row.at, row.by_organisation_id): row.text for row in referral.messages.all()}
    nodes = [
        node(
            step,
            spoken.get((step.at, step.by_organisation_id), step.text) if readable else "",
            actor,
        )
        for step in steps.order_by("-version")
    ]
    if not actor.is_agency:
        return nodes
    return sorted(nodes + reminders(referral), key=lambda each: each["iso"], reverse=True)


def node(step, text: str, actor: Actor) -> dict:
    organisation = step.by_organisation.spoken_name if step.by_organisation_id else ""
    inside = actor.is_agency or step.by_organisation_id == actor.organisation_id
    person = who(step) if inside and actor.role != MAIL_LINK_ROLE else ""
    names = dict.fromkeys(filter(None, [person, organisation]))
    return {
        "kind": "referral",
        "word": words.done(step.action),
        "when": date_format(localtime(step.at), "SHORT_DATETIME_FORMAT"),
        "iso": step.at.isoformat(),
        "text": text,
        "who": ", ".join(names) or _("The system"),
    }


def url_of(referral: Referral):
    return lambda verb: reverse(f"referrals:{words.url_name(verb)}", args=[referral.reference])
