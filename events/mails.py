"""Who is told of what: each function writes its mails into the outbox, in the same transaction.

How they are worded and whether they may still go is decided when they are sent: mail_kinds.py.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from contacts.models import ConsentPurpose, LegalBasis
from events.models import Event, Registration
from outbox.actions import queue_mail

# A cancellation by mistake is taken back within it, and nobody has heard of either.
SECOND_THOUGHTS = timedelta(minutes=1)


def tell(kind: str, row: Registration, *, at: datetime, occasion: str = "", **more: Any) -> None:
    """One row in the outbox, about this registration as it stands unless `occasion` names it."""
    if not row.email:
        return
    subjects = {"registration": row.pk, "event": row.event_id, "version": row.version}
    if row.person_id:
        subjects["person"] = row.person_id
    queue_mail(
        kind=kind,
        dedupe_key=f"{kind}:{row.pk}:{occasion or row.version}",
        recipient=row.email,
        recipient_name=row.name,
        subjects=subjects,
        purpose=ConsentPurpose.EVENT,
        legal_basis=LegalBasis.PUBLIC_TASK,
        at=at,
        **more,
    )


def about(kind: str) -> Callable[..., None]:
    def queue(row: Registration, *, at: datetime) -> None:
        tell(kind, row, at=at)

    return queue


registration_requested = about("registration_requested")
registration_confirmed = about("registration_confirmed")
registration_waiting = about("registration_waiting")
registration_offered = about("registration_offered")
registration_cancelled = about("registration_cancelled")


def registration_repeated(row: Registration, *, at: datetime) -> None:
    """Somebody has typed an address that is registered already: at most one mail an hour.

    Before it is confirmed, the first mail says all there is to say.
    """
    if row.confirmed_at is None:
        registration_requested(row, at=at)
    else:
        tell("registration_repeated", row, at=at, occasion=f"{at:%Y%m%d%H}")


def event_cancelled(event: Event, *, at: datetime) -> None:
    tell_all("event_cancelled", event, at=at, due_at=at + SECOND_THOUGHTS)


def event_moved(event: Event, *, at: datetime) -> None:
    """Another day, hour or place."""
    tell_all("event_moved", event, at=at, due_at=at + SECOND_THOUGHTS)


def event_revived(event: Event, *, at: datetime) -> None:
    """To those who were told that it is cancelled, see mail_kinds."""
    tell_all("event_revived", event, at=at)


def tell_all(kind: str, event: Event, *, at: datetime, **more: Any) -> None:
    for row in event.registrations.active().order_by("queue"):
        tell(kind, row, at=at, occasion=str(event.version), **more)
