"""Every write of events that has a rule."""

from events.actions.copies import copy_event, repeat_event
from events.actions.door import check_in, undo_check_in, walk_in
from events.actions.door_reports import Report, take_report
from events.actions.events import (
    cancel_event,
    create_event,
    create_part,
    publish_event,
    unpublish_event,
    update_event,
)
from events.actions.feedback import OPEN_FOR, answer_feedback, answer_of, may_answer
from events.actions.registrations import (
    add_registration,
    cancel_all_parts,
    cancel_registration,
    confirm_registration,
    register,
    register_for_parts,
)
from events.actions.seating import HOLD, offer_ends_at, settle
from events.actions.series import cancel_following, publish_following, update_following
from events.actions.venues import create_room, create_venue, update_room, update_venue

__all__ = [
    "HOLD",
    "OPEN_FOR",
    "Report",
    "add_registration",
    "answer_feedback",
    "answer_of",
    "cancel_all_parts",
    "cancel_event",
    "cancel_following",
    "cancel_registration",
    "check_in",
    "confirm_registration",
    "copy_event",
    "create_event",
    "create_part",
    "create_room",
    "create_venue",
    "may_answer",
    "offer_ends_at",
    "publish_event",
    "publish_following",
    "register",
    "register_for_parts",
    "repeat_event",
    "settle",
    "take_report",
    "undo_check_in",
    "unpublish_event",
    "update_event",
    "update_following",
    "update_room",
    "update_venue",
    "walk_in",
]
