"""What the actions of events refuse; `message` is for the person who asked."""

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


class RegistrationChangedError(EventError):
    message = _("This registration has just been changed. Please look again.")


class RegistrationClosedError(EventError):
    message = _("Registration is closed.")


class FullError(EventError):
    message = _("All seats are taken.")
