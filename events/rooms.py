"""What whoever plans a room should know before guests do."""

from django.utils.translation import gettext as _

from events.models import Event
from events.wording import when_in_words

MOST = 3


def warnings_for(event: Event) -> list[str]:
    """Other events in its room at its time, and seats that the room has not."""
    clashes = Event.objects.clashing(event)[:MOST] if event.room_id else []
    said = [
        _("In the room %(room)s there is also: %(title)s, %(when)s.")
        % {"room": event.room.name, "title": other.title, "when": when_in_words(other)}
        for other in clashes
    ]
    if event.room and event.room.seats and (event.capacity or 0) > event.room.seats:
        words = {"room": event.room.name, "n": event.room.seats}
        said.append(_("The room %(room)s has %(n)s seats, fewer than the event offers.") % words)
    return said
