"""What guests say afterwards, by the link in their mail."""

from datetime import datetime, timedelta

from django.db import transaction

from contacts.models import PersonState
from events.errors import FeedbackClosedError
from events.models import Feedback, Registration

OPEN_FOR = timedelta(days=30)


def may_answer(registration: Registration, *, at: datetime) -> bool:
    """Who came, until a month after. Data of a restricted person is used for nothing."""
    event, person = registration.event, registration.person
    came = registration.checked_in_at is not None
    active = person is None or person.state == PersonState.ACTIVE
    return came and active and event.starts_at <= at < event.ends_at + OPEN_FOR


def answer_of(registration: Registration) -> Feedback | None:
    return Feedback.objects.filter(voice=Feedback.voice_of(registration.pk)).first()


@transaction.atomic
def answer_feedback(
    *, registration: Registration, helped: int, recommends: bool, comment: str = "", at: datetime
) -> Feedback:
    """Of two answers of one guest the later stands. Raises FeedbackClosedError.

    No history is written: it would name whoever has answered.
    """
    if not may_answer(registration, at=at):
        raise FeedbackClosedError
    said = {"helped": helped, "recommends": recommends, "comment": comment, "modified_at": at}
    row, _new = Feedback.objects.update_or_create(
        voice=Feedback.voice_of(registration.pk),
        defaults=said,
        create_defaults={**said, "event_id": registration.event_id, "created_at": at},
    )
    return row
