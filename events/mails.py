"""Who is told of what: each function writes its mails into the outbox, in the same transaction.

How they are worded and whether they may still go is decided when they are sent: mail_kinds.py.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from contacts.models import ConsentPurpose, LegalBasis
from events.models import Event, Registration
from outbox.actions import mail_of, queue_mails
from outbox.models import OutboundMail

# A cancellation by mistake is taken back within it, and nobody has heard of either.
SECOND_THOUGHTS = timedelta(minutes=1)


def tell(
    kind: str, row: Registration, *, at: datetime, occasion: str = "", whole: bool = False
) -> None:
    """One row in the outbox, about this registration as it stands unless `occasion` names it.

    `whole`: about all that this guest has in the programme whose part it is.
    """
    if row.email:
        programme = row.event.parent_id if whole else None
        queue_mails([mail_about(kind, row, at=at, occasion=occasion, programme=programme)])


def mail_about(
    kind: str,
    row: Registration,
    *,
    at: datetime,
    occasion: str,
    due_at: datetime | None = None,
    programme: UUID | None = None,
) -> OutboundMail:
    subjects = {"registration": row.pk, "event": row.event_id, "version": row.version}
    if programme:
        subjects["programme"] = programme
        occasion = f"whole-{occasion or row.version}"
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
    def queue(row: Registration, *, at: datetime, whole: bool = False) -> None:
        tell(kind, row, at=at, whole=whole)

    return queue


registration_requested = about("registration_requested")
registration_confirmed = about("registration_confirmed")
registration_waiting = about("registration_waiting")
registration_offered = about("registration_offered")
registration_cancelled = about("registration_cancelled")


def registration_repeated(row: Registration, *, at: datetime, whole: bool = False) -> None:
    """Somebody has typed an address that is registered already: at most one mail an hour.

    Before it is confirmed, the first mail says all there is to say.
    """
    if row.confirmed_at is None:
        registration_requested(row, at=at, whole=whole)
    else:
        tell("registration_repeated", row, at=at, occasion=f"{at:%Y%m%d%H}", whole=whole)


def event_cancelled(event: Event, events: Sequence[Event], *, at: datetime) -> None:
    """`events`: it, and the parts that go with it."""
    tell_all("event_cancelled", event, events, at=at, due_at=at + SECOND_THOUGHTS)


def event_moved(event: Event, events: Sequence[Event], *, at: datetime) -> None:
    """Another day, hour or place."""
    tell_all("event_moved", event, events, at=at, due_at=at + SECOND_THOUGHTS)


def event_revived(event: Event, events: Sequence[Event], *, at: datetime) -> None:
    """To those who were told that it is cancelled, see mail_kinds."""
    tell_all("event_revived", event, events, at=at)


def tell_all(
    kind: str,
    event: Event,
    events: Sequence[Event],
    *,
    at: datetime,
    due_at: datetime | None = None,
) -> None:
    """Each address once, in however many of the events it is registered."""
    rows = Registration.objects.active().filter(event__in=events).exclude(email="")
    once = {row.email: row for row in rows.order_by("-event_id", "-queue")}
    given = {"at": at, "occasion": str(event.version), "due_at": due_at}
    queue_mails(
        [
            mail_about(kind, row, **given, programme=None if row.event_id == event.pk else event.pk)
            for row in reversed(once.values())
        ]
    )
