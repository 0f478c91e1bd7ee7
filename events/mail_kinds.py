"""How each mail to a guest is worded, and whether it may still go when its turn comes."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from contacts.context_processors import read_agency
from contacts.models import PersonState
from events.models import Event, EventState, Registration, RegistrationState
from events.seats import position
from events.tickets import has_ticket, spelt
from events.wording import full_place, moment_in_words, place_in_words, when_in_words
from outbox.messages import Message, render
from outbox.models import MailState, OutboundMail
from outbox.registry import register_kind

S = RegistrationState
Guard = Callable[[Registration, OutboundMail, datetime], bool]


def registration_of(mail: OutboundMail) -> Registration:
    rows = Registration.objects.select_related("event__venue", "event__room", "person")
    return rows.get(pk=mail.subjects["registration"])


def build(mail: OutboundMail) -> Message:
    """In the language the guest registered in; the agency gets the answers, whoever is the host.

    Raises Registration.DoesNotExist.
    """
    row = registration_of(mail)
    programme = programme_of(mail)
    folder = "events/en" if row.language == "en" else "events"
    context = context_of(row) | (of_programme(programme, row) if programme else {})
    return render(f"{folder}/{mail.kind}", context, reply_to=answers_to())


def programme_of(mail: OutboundMail) -> Event | None:
    """The programme, if the mail is about all that its guest has there."""
    programme = mail.subjects.get("programme")
    return Event.objects.select_related("venue", "room").get(pk=programme) if programme else None


def of_programme(programme: Event, row: Registration) -> dict[str, Any]:
    """In place of what `context_of` says of one part."""
    rows = [one for one in row.of_same_guest() if one.is_active]
    answers = [one.respond_by for one in rows if one.respond_by]
    with translation.override(row.language):
        return {
            **about_event(programme, row),
            "whole": True,
            "parts": [part_of(one) for one in rows if one.event.state != EventState.CANCELLED],
            "respond_by": moment_in_words(min(answers)) if answers else "",
            "online_link": "",
            "ticket_code": "",
        }


def part_of(row: Registration) -> dict[str, str]:
    event = row.event
    link = event.online_link if row.state == S.CONFIRMED else ""
    return {
        "title": event.title,
        "when": when_in_words(event),
        "place": place_in_words(event),
        "stands": standing(row),
        "seated": row.state == S.CONFIRMED,
        "online_link": link,
        "url": address("registration", row.token, row),
    }


def standing(row: Registration) -> str:
    """What a guest has there, in few words."""
    if row.state == S.WAITING:
        return gettext("Waiting list, place %(n)s") % {"n": position(row)}
    if row.state == S.CONFIRMED:
        return gettext("Your seat is confirmed")
    if row.state in (S.HELD, S.OFFERED) and row.respond_by:
        term = moment_in_words(row.respond_by)
        return gettext("A seat is held until %(moment)s") % {"moment": term}
    return row.get_state_display()


def answers_to() -> str:
    return read_agency().organisation.email


def context_of(row: Registration) -> dict[str, Any]:
    event = row.event
    with translation.override(row.language):
        return {
            "name": row.name,
            "row": row,
            **about_event(event, row),
            "parts": [],
            "whole": False,
            "position": position(row) if row.state == S.WAITING else 0,
            "respond_by": moment_in_words(row.respond_by) if row.respond_by else "",
            "ticket_code": spelt(row.ticket_code) if has_ticket(row, timezone.now()) else "",
            "online_link": event.online_link if row.state == S.CONFIRMED else "",
            "url": address("registration", row.token, row),
            "cancel_url": address("registration_cancel", row.token, row),
            "feedback_url": address("feedback", row.token, row),
        }


def about_event(event: Event, row: Registration) -> dict[str, Any]:
    return {
        "event": event,
        "when": when_in_words(event),
        "place": full_place(event),
        "access": event.access,
        "event_url": address("event", event.slug, row),
        "calendar_url": address("event_calendar", event.slug, row),
    }


def address(page: str, key: str, row: Registration) -> str:
    language = "?lang=en" if row.language == "en" else ""
    return settings.BASE_URL + reverse(f"events:{page}", args=[key]) + language


def in_states(*states: str) -> Guard:
    def holds(row: Registration, mail: OutboundMail, at: datetime) -> bool:
        return row.state in states and row.event.state == EventState.PUBLISHED

    return holds


def confirmed(row: Registration, mail: OutboundMail, at: datetime) -> bool:
    """Of a programme also whoever waits in all parts: the mail says so of each."""
    states = (S.CONFIRMED, S.WAITING) if "programme" in mail.subjects else (S.CONFIRMED,)
    return in_states(*states)(row, mail, at)


def unproven(row: Registration, mail: OutboundMail, at: datetime) -> bool:
    return row.is_active and row.confirmed_at is None


def still_offered(row: Registration, mail: OutboundMail, at: datetime) -> bool:
    return row.state == S.OFFERED and row.respond_by > at


def still_cancelled(row: Registration, mail: OutboundMail, at: datetime) -> bool:
    return row.is_active and row.event.state == EventState.CANCELLED


def was_told(row: Registration, mail: OutboundMail, at: datetime) -> bool:
    """Of what never went out nobody has to hear that it is not so."""
    about = {"subjects__registration": str(row.pk)}
    if "programme" in mail.subjects:
        about = {"subjects__programme": mail.subjects["programme"]}
    told = OutboundMail.objects.filter(kind="event_cancelled", recipient=mail.recipient, **about)
    gone = told.filter(state__in=(MailState.SENT, MailState.SENDING, MailState.UNCERTAIN))
    return row.event.state == EventState.PUBLISHED and row.is_active and gone.exists()


KINDS: dict[str, tuple[Any, Guard]] = {
    "registration_requested": (_("Please confirm a registration"), unproven),
    "registration_repeated": (_("Registered again"), in_states(S.OFFERED, S.CONFIRMED, S.WAITING)),
    "registration_confirmed": (_("Registration confirmed"), confirmed),
    "registration_waiting": (_("On the waiting list"), in_states(S.WAITING)),
    "registration_offered": (_("Moved up from the waiting list"), still_offered),
    "registration_cancelled": (_("Registration cancelled"), in_states(S.CANCELLED)),
    "event_cancelled": (_("Event cancelled"), still_cancelled),
    "event_moved": (_("Event moved"), in_states(S.HELD, S.OFFERED, S.CONFIRMED, S.WAITING)),
    "event_revived": (_("Event takes place after all"), was_told),
}


def guarded(holds: Guard) -> Callable[[OutboundMail, datetime], str]:
    """Asked at the moment of sending: much may have happened since the mail was queued."""

    def may_go(mail: OutboundMail, at: datetime) -> str:
        try:
            row = registration_of(mail)
        except Registration.DoesNotExist:
            return "record_gone"
        if row.email != mail.recipient:
            return "address_changed"
        if row.person and row.person.state != PersonState.ACTIVE:
            return "person_locked"
        rows = row.of_same_guest() if "programme" in mail.subjects else [row]
        return "" if any(holds(one, mail, at) for one in rows) else "state_changed"

    return may_go


def register() -> None:
    for kind, (label, holds) in KINDS.items():
        register_kind(kind, build=build, may_go=guarded(holds), label=label)
