"""What the actions of events refuse; `message` is for the person who asked."""

from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext_lazy as _

from contacts.errors import ContactsError


class EventError(ContactsError):
    message = _("That is not possible.")


class EndsBeforeStartError(EventError):
    message = _("The event ends before it starts.")


class StateStepError(EventError):
    message = _("This step is not possible in the present state.")


class EventChangedError(EventError):
    message = _("Somebody has just changed this event. Please look again.")


class SeatsTakenError(EventError):
    message = _("More people are registered than there would be seats.")


class GuestsExpectedError(EventError):
    message = _("People are registered: cancel the event instead, then they are told.")


class RegistrationStepError(EventError):
    message = _("This is not possible any more. Please look again.")


class NoSeatError(RegistrationStepError):
    message = _("Whoever this is has no seat: waiting, cancelled or lapsed.")


class RegistrationChangedError(EventError):
    message = _("This registration has just been changed. Please look again.")


class RegistrationClosedError(EventError):
    message = _("Registration is closed.")


class ChooseAPartError(EventError):
    message = _("Guests of this programme are registered for its parts, each singly.")


class RoomElsewhereError(EventError):
    message = _("This room is in another venue.")


class PartOutsideError(EventError):
    message = _("Every part lies within the days of the programme.")


class NoPartOfAPartError(EventError):
    message = _("A part has no parts of its own.")


class ProgrammeNotPublicError(EventError):
    message = _("The programme is not public: publish it first.")


class RegistrationKindError(EventError):
    message = _("People are registered already: how they register cannot be changed any more.")


class FullError(EventError):
    message = _("All seats are taken.")


class NoSuchHourError(EventError):
    """The clock change skips that hour on that day, or has it twice."""

    def __init__(self, day, hour):
        words = {"day": date_format(day, "SHORT_DATE_FORMAT"), "hour": time_format(hour, "H:i")}
        said = _("On %(day)s the clock change leaves out or doubles the hour %(hour)s.")
        self.message = said % words


class LaterDateError(EventError):
    """What was asked for a date and all that follow fails at one of those that follow."""

    def __init__(self, event, reason):
        day = date_format(timezone.localtime(event.starts_at), "SHORT_DATE_FORMAT")
        self.message = _("At the date on %(day)s: %(reason)s") % {"day": day, "reason": reason}


class NotInTheCalendarError(EventError):
    message = _("Please choose days until 2100.")


class FeedbackClosedError(EventError):
    message = _("These questions are closed.")
