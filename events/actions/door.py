"""At the door: who comes."""

from datetime import datetime

from django.db import transaction

from accounts.actors import Actor
from events.actions.registrations import held
from events.errors import RegistrationStepError
from events.models import SEATED, Registration, RegistrationState


@transaction.atomic
def check_in(*, registration: Registration, by: Actor, at: datetime) -> Registration:
    """Twice is once, at the first moment. Whoever stands there with a seat has confirmed it.

    Raises RegistrationStepError for whoever has no seat.
    """
    _event, row = held(registration, at=at)
    if row.checked_in_at:
        return row
    if row.state not in SEATED:
        raise RegistrationStepError
    came = {"checked_in_at": at, "respond_by": None}
    if row.state == RegistrationState.CONFIRMED:
        row.write(**came, by=by, at=at)
    else:
        row.move_to(RegistrationState.CONFIRMED, **came, by=by, at=at)
    return row


@transaction.atomic
def undo_check_in(*, registration: Registration, by: Actor, at: datetime) -> Registration:
    _event, row = held(registration, at=at)
    row.write(checked_in_at=None, by=by, at=at)
    return row
