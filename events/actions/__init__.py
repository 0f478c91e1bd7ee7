"""Every write of events that has a rule."""

from events.actions.door import check_in, undo_check_in
from events.actions.events import (
    cancel_event,
    create_event,
    create_venue,
    publish_event,
    unpublish_event,
    update_event,
    update_venue,
)
from events.actions.registrations import (
    add_registration,
    cancel_registration,
    confirm_registration,
    register,
)
from events.actions.seating import HOLD, offer_ends_at, settle

__all__ = [
    "HOLD",
    "add_registration",
    "cancel_event",
    "cancel_registration",
    "check_in",
    "confirm_registration",
    "create_event",
    "create_venue",
    "offer_ends_at",
    "publish_event",
    "register",
    "settle",
    "undo_check_in",
    "unpublish_event",
    "update_event",
    "update_venue",
]
