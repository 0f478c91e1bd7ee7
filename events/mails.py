"""Who is told of what: each function writes its mails into the outbox, in the same transaction.

How they are worded and whether they may still go is decided when they are sent: mail_kinds.py.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from contacts.models import ConsentPurpose, LegalBasis
from events.models import Event, Registration
from outbox.actions import mail_of, queue_mails
from outbox.models import OutboundMail

# A cancellation by mistake is taken back within it, and nobody has heard of either.
SECOND_THOUGHTS = timedelta(minutes=1)


def tell(kind: str, row: Registration, *, at: datetime, occasion: str = "") -> None:
    """One row in the outbox, about this registration as it stands unless `occasion` names it."""
    if row.email:
        queue_mails([mail_about(kind, row, at=at, occasion=occasion)])


def mail_about(
    kind: str, row: Registration, *, at: datetime, occasion: str, due_at: datetime | None = None
) -> OutboundMail:
    subjects = {"registration": row.pk, "event": row.event_id, "version": row.version}
    if row.person_id:
        subjects["person"] = row.person_id
    return mail_of(
        kind=kind,
        dedupe_key=f"{kind}:{row.pk}:{occasion or row.version}",
        recipient=row.email,
        recipient_name=row.name,
        subjects=subjects,
        purpose=ConsentPurpose.EVENT,
        legal_basis=LegalBasis.PUBLIC_TASK,
        due_at=due_at,
        at=at,
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


def tell_all(kind: str, event: Event, *, at: datetime, due_at: datetime | None = None) -> None:
    rows = event.registrations.active().exclude(email="").order_by("queue")
    given = {"at": at, "occasion": str(event.version), "due_at": due_at}
    queue_mails([mail_about(kind, row, **given) for row in rows])
