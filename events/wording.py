"""Days, times and places in words, in the language of the page and the agency's own time."""

from datetime import date, datetime

from django.utils import timezone
from django.utils.dateformat import format as spell
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from events.models import Event, Venue


def day_in_words(moment: datetime) -> str:
    return date_in_words(timezone.localtime(moment))


def date_in_words(day: date) -> str:
    return spell(day, pgettext("date format", "l, F j, Y"))


def month_in_words(moment: datetime) -> str:
    return spell(timezone.localtime(moment), "F Y")


def time_in_words(moment: datetime) -> str:
    return spell(timezone.localtime(moment), pgettext("time format", "g:i A"))


def moment_in_words(moment: datetime) -> str:
    words = {"day": day_in_words(moment), "time": time_in_words(moment)}
    return _("%(day)s, %(time)s") % words


def when_in_words(event: Event) -> str:
    """Thursday, March 12, 2026, 6:00 PM to 8:00 PM; both days where it ends on another one."""
    words = {
        "day": day_in_words(event.starts_at),
        "start": time_in_words(event.starts_at),
        "last_day": day_in_words(event.ends_at),
        "end": time_in_words(event.ends_at),
    }
    if words["day"] == words["last_day"]:
        return _("%(day)s, %(start)s to %(end)s") % words
    return _("%(day)s, %(start)s to %(last_day)s, %(end)s") % words


def hours_in_words(event: Event) -> str:
    """As `when_in_words`, below a heading that names the day."""
    words = {"start": time_in_words(event.starts_at), "end": time_in_words(event.ends_at)}
    last_day = day_in_words(event.ends_at)
    if last_day != day_in_words(event.starts_at):
        return _("%(start)s to %(last_day)s, %(end)s") % {**words, "last_day": last_day}
    return _("%(start)s to %(end)s") % words


def street_of(venue: Venue) -> str:
    return " ".join(filter(None, [venue.street, venue.house_number]))


def town_of(venue: Venue) -> str:
    return " ".join(filter(None, [venue.postcode, venue.town]))


def address_of(venue: Venue) -> str:
    """In one line, as a calendar's LOCATION has it."""
    return ", ".join(filter(None, [venue.name, street_of(venue), town_of(venue)]))


def house_in_words(event: Event) -> str:
    """The venue, and the room in it."""
    return ", ".join(place.name for place in filter(None, [event.venue, event.room]))


def full_place(event: Event) -> str:
    """As `place_in_words`, with street and town."""
    if event.venue is None:
        return place_in_words(event)
    where = [house_in_words(event), street_of(event.venue), town_of(event.venue)]
    return ", ".join(filter(None, where))


def place_in_words(event: Event) -> str:
    """Where to go, short; says so when the place is not known yet."""
    parts = [house_in_words(event)] if event.venue else []
    parts += [_("online")] if event.online else []
    return _(" and ").join(parts) or _("The place will be announced.")
