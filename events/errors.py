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
