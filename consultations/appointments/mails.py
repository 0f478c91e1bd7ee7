"""The mail that tells a person of an appointment as it stands when the mail goes."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import translation

from consultations.appointments.calendars import invitation
from consultations.appointments.clock import when_in_words
from consultations.appointments.models import Appointment, AppointmentState
from contacts.models import PersonState
from contacts.placeholders import greeting
from outbox.actions import delay_mail, queue_mail
from outbox.messages import Message, render, with_calendar
from outbox.models import MailState, OutboundMail

KIND = "appointment"
SETTLING = timedelta(seconds=60)  # several changes in a row make one mail
NOT_TOLD = {MailState.QUEUED, MailState.CANCELLED, MailState.DEAD}


def address_of(appointment: Appointment) -> str:
    """Empty where nothing is to be mailed."""
    first = appointment.person.emails.first() if appointment.told else None
    return first.address if first else ""


def key_of(appointment: Appointment, sequence: int, recipient: str) -> str:
    return f"{KIND}:{appointment.pk}:{sequence}:{recipient}"


def still_untold(appointment: Appointment, *, at: datetime) -> bool:
    """Whether the mail about this sequence waits untouched: then it waits for more changes."""
    key = key_of(appointment, appointment.sequence, address_of(appointment))
    return delay_mail(dedupe_key=key, until=at + SETTLING, at=at)


def queue_news(appointment: Appointment, *, at: datetime) -> None:
    """A mail about the appointment's present sequence, in a minute."""
    recipient = address_of(appointment)
    if not recipient:
        return
    queue_mail(
        kind=KIND,
        dedupe_key=key_of(appointment, appointment.sequence, recipient),
        recipient=recipient,
        recipient_name=appointment.person.display_name,
        subjects={
            "appointment": appointment.pk,
            "sequence": appointment.sequence,
            "person": appointment.person_id,
        },
        purpose=KIND,
        legal_basis="public_task",
        due_at=at + SETTLING,
        at=at,
    )


def spoken_of(mail: OutboundMail) -> Appointment:
    rows = Appointment.objects.select_related("person", "advisor")
    return rows.get(pk=mail.subjects["appointment"])


def build(mail: OutboundMail) -> Message:
    """Raises Appointment.DoesNotExist when it is gone."""
    appointment = spoken_of(mail)
    with translation.override(settings.LANGUAGE_CODE):
        method, calendar = invitation(appointment, address=mail.recipient, name=mail.recipient_name)
        context = {
            "appointment": appointment,
            "greeting": greeting(appointment.person),
            "when": when_in_words(appointment),
            "moved": was_told(appointment, mail),
        }
        cancelled = appointment.state == AppointmentState.CANCELLED
        name = "appointment_cancelled" if cancelled else "appointment"
        message = render(f"consultations/{name}", context, reply_to=appointment.advisor.email)
    return with_calendar(message, calendar, method)


def may_go(mail: OutboundMail, at: datetime) -> str:
    """Asked again right before sending: it may have been moved, cancelled or erased since."""
    appointment = Appointment.objects.select_related("person").filter(
        pk=mail.subjects["appointment"]
    )
    row = appointment.first()
    if row is None:
        return "record_gone"
    if row.person.state != PersonState.ACTIVE:
        return "person_locked"
    if not row.person.emails.filter(address=mail.recipient).exists():
        return "address_changed"
    if row.sequence != int(mail.subjects["sequence"]):
        return "superseded"
    return out_of_date(row, mail, at)


def out_of_date(appointment: Appointment, mail: OutboundMail, at: datetime) -> str:
    if appointment.state == AppointmentState.HELD or appointment.ends_at < at:
        return "state_changed"
    cancelled = appointment.state == AppointmentState.CANCELLED
    return "never_told" if cancelled and not was_told(appointment, mail) else ""


def was_told(appointment: Appointment, mail: OutboundMail) -> bool:
    """Whether an earlier mail may have reached the same mailbox."""
    sequences = range(int(mail.subjects["sequence"]))
    keys = [key_of(appointment, sequence, mail.recipient) for sequence in sequences]
    return OutboundMail.objects.filter(dedupe_key__in=keys).exclude(state__in=NOT_TOLD).exists()
