"""Mails before and after an event, in the organiser's own words where there are some.

The day before, to everybody with a seat; afterwards a thank-you to those who came and another
text to those who did not. Each once. Where nobody was checked in, the door list was not kept, and
nobody is told that they were missed.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from contacts.context_processors import read_agency
from contacts.placeholders import PLACEHOLDER, fill
from events import mails
from events.mail_kinds import answers_to, context_of, guarded, registration_of
from events.models import EventState, Registration, RegistrationState
from outbox.markup import html_of
from outbox.messages import SUBJECT_LENGTH, Message, framed, one_line, signed_text
from outbox.models import OutboundMail
from outbox.registry import register_kind
from outbox.sources import defuse

BEFORE = timedelta(days=1)
AFTER, LATEST = timedelta(hours=12), timedelta(days=3)  # so long the door list may be completed
MOST_AT_ONCE = 500
REMINDER, THANKS, MISSED = "event_reminder", "event_thanks", "event_missed"
FIELDS = {REMINDER: "mail_before", THANKS: "mail_after", MISSED: "mail_missed"}
LABELS = {
    REMINDER: _("Reminder the day before"),
    THANKS: _("Thanks to those who came"),
    MISSED: _("To those who did not come"),
}
PLACEHOLDERS = ("name", "event", "when", "place", "agency")
SUBJECTS = {
    "de": {
        REMINDER: "Morgen: {event}",
        THANKS: "Danke, dass Sie da waren: {event}",
        MISSED: "Wir haben Sie vermisst: {event}",
    },
    "en": {
        REMINDER: "Tomorrow: {event}",
        THANKS: "Thank you for coming: {event}",
        MISSED: "We missed you: {event}",
    },
}
# What is sent unless the organiser has written something else.
TEXTS = {
    "de": {
        REMINDER: "Guten Tag {name},\n\nwir freuen uns, Sie bald zu sehen.",
        THANKS: (
            "Guten Tag {name},\n\nschön, dass Sie bei „{event}“ dabei waren. Haben Sie noch Fragen"
            " oder ein Vorhaben, über das Sie sprechen möchten? Antworten Sie einfach auf diese"
            " E-Mail.\n\nViele Grüße\n{agency}"
        ),
        MISSED: (
            "Guten Tag {name},\n\nzu „{event}“ hatten wir Sie erwartet; schade, dass es nicht"
            " geklappt hat. Wenn Sie über Ihr Vorhaben sprechen möchten, antworten Sie einfach auf"
            " diese E-Mail.\n\nViele Grüße\n{agency}"
        ),
    },
    "en": {
        REMINDER: "Good day {name},\n\nwe look forward to seeing you soon.",
        THANKS: (
            "Good day {name},\n\nit was good to have you at “{event}”. If you have questions left"
            " or a venture to talk about, simply answer this e-mail.\n\nKind regards\n{agency}"
        ),
        MISSED: (
            "Good day {name},\n\nwe had expected you at “{event}”; a pity that it did not work"
            " out. If you would like to talk about your venture, simply answer this e-mail."
            "\n\nKind regards\n{agency}"
        ),
    },
}
# Below every reminder, whatever the organiser has written: (value, text around it).
FACTS = {
    "de": [
        ("event", "**{event}**\n{when}\n{place}"),
        ("access", "{access}"),
        ("online_link", "Online dabei sein: {online_link}"),
        ("ticket_code", "Ihr Ticket: {url}\nCode am Einlass: {ticket_code}"),
        ("calendar_url", "In den Kalender eintragen: {calendar_url}"),
        ("cancel_url", "Sie können doch nicht? Dann sagen Sie bitte ab: {cancel_url}"),
    ],
    "en": [
        ("event", "**{event}**\n{when}\n{place}"),
        ("access", "{access}"),
        ("online_link", "Take part online: {online_link}"),
        ("ticket_code", "Your ticket: {url}\nCode at the door: {ticket_code}"),
        ("calendar_url", "Add to your calendar: {calendar_url}"),
        ("cancel_url", "You cannot come after all? Please cancel: {cancel_url}"),
    ],
}
# Below every thank-you: by this link guests say how it was.
QUESTIONS = {
    "de": "Wie war es? Drei kurze Fragen, ohne Anmeldung und ohne Ihren Namen: {feedback_url}",
    "en": "How was it? Three short questions, no login, and without your name: {feedback_url}",
}


def unknown_placeholders(text: str) -> list[str]:
    return [name for name in PLACEHOLDER.findall(text) if name not in PLACEHOLDERS]


def write_to_guests(*, at: datetime) -> int:
    """Queue what is due; how many."""
    due = {REMINDER: to_remind(at), THANKS: to_thank(at), MISSED: missed(at)}
    return sum(
        queue(kind, row, at=at)
        for kind, rows in due.items()
        for row in rows.order_by("event_id", "queue")[:MOST_AT_ONCE]
    )


def confirmed() -> QuerySet[Registration]:
    taking_place = Q(event__state=EventState.PUBLISHED, state=RegistrationState.CONFIRMED)
    return Registration.objects.filter(taking_place).exclude(email="").select_related("event")


def to_remind(at: datetime) -> QuerySet[Registration]:
    """Not those whose confirmation is younger than a day: it says the same."""
    soon = Q(event__starts_at__gt=at, event__starts_at__lte=at + BEFORE)
    early = Q(state_since__lte=at - BEFORE)
    return confirmed().filter(soon, early, reminded_at=None)


def to_write_afterwards(at: datetime) -> QuerySet[Registration]:
    over = Q(event__ends_at__lte=at - AFTER, event__ends_at__gt=at - LATEST)
    came = Registration.objects.filter(event=OuterRef("event"), checked_in_at__isnull=False)
    return confirmed().filter(over, Exists(came), written_to_at=None)


def to_thank(at: datetime) -> QuerySet[Registration]:
    return to_write_afterwards(at).filter(checked_in_at__isnull=False)


def missed(at: datetime) -> QuerySet[Registration]:
    return to_write_afterwards(at).filter(checked_in_at=None)


@transaction.atomic
def queue(kind: str, row: Registration, *, at: datetime) -> bool:
    """False where another clock was faster."""
    mark = "reminded_at" if kind == REMINDER else "written_to_at"
    if not Registration.objects.filter(pk=row.pk, **{mark: None}).update(**{mark: at}):
        return False
    occasion = f"{row.event.starts_at:%Y%m%d%H%M}" if kind == REMINDER else "once"
    mails.tell(kind, row, at=at, occasion=occasion)
    return True


def build(mail: OutboundMail) -> Message:
    """Raises Registration.DoesNotExist."""
    row = registration_of(mail)
    language = row.language
    values = {name: str(value) for name, value in context_of(row).items()}
    values |= {"event": row.event.title, "agency": read_agency().name}
    body = getattr(row.event, FIELDS[mail.kind]) or TEXTS[language][mail.kind]
    body = body.replace("\r\n", "\n").rstrip()
    if mail.kind == REMINDER:
        facts = [text for name, text in FACTS[language] if values[name]]
        body = "\n\n".join([body, *facts])
    if mail.kind == THANKS:
        body = f"{body}\n\n{QUESTIONS[language]}"
    subject = one_line(fill(SUBJECTS[language][mail.kind], values))[:SUBJECT_LENGTH]
    # Values are defused for the HTML: what somebody is called must never become a link.
    html = html_of(fill(body, {name: defuse(value) for name, value in values.items()}))
    text = signed_text(fill(body, values))
    return Message(subject, text, framed(subject, html), answers_to())


def reminds(row: Registration, mail: OutboundMail, at: datetime) -> bool:
    return expected(row) and row.event.starts_at > at


def thanks(row: Registration, mail: OutboundMail, at: datetime) -> bool:
    return expected(row) and row.checked_in_at is not None


def misses(row: Registration, mail: OutboundMail, at: datetime) -> bool:
    return expected(row) and row.checked_in_at is None


def expected(row: Registration) -> bool:
    seated = row.state == RegistrationState.CONFIRMED
    return seated and row.event.state == EventState.PUBLISHED


GUARDS = {REMINDER: reminds, THANKS: thanks, MISSED: misses}


def register() -> None:
    for kind, label in LABELS.items():
        register_kind(kind, build=build, may_go=guarded(GUARDS[kind]), label=label)
