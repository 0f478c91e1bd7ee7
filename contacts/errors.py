"""What contacts' actions refuse; `code` is stable, `message` is for the person who asked."""

from django.utils.translation import gettext_lazy as _


class ContactsError(Exception):
    code = "refused"
    message = _("That is not possible.")


class NotWritableError(ContactsError):
    """Restricted (Art. 18 DSGVO) and anonymised people take no writes."""

    code = "not_writable"
    message = _("The data of this person is locked and cannot be changed.")


class ReasonMissingError(ContactsError):
    code = "reason_missing"
    message = _("Please give a reason: the venture ends here.")


class ConsentRefusedError(ContactsError):
    """What was to be recorded is no valid consent; `message` says what is missing."""

    code = "consent_refused"

    def __init__(self, message):
        super().__init__(message)
        self.message = message


class FollowUpClosedError(ContactsError):
    code = "follow_up_closed"
    message = _("This follow-up is closed already.")


class NothingToUndoError(ContactsError):
    code = "nothing_to_undo"
    message = _("This follow-up has changed since; there is nothing to take back.")


class MailOnItsWayError(ContactsError):
    """A mail that the clock has handed to the outbox is not taken back."""

    code = "mail_on_its_way"
    message = _("The mail is on its way already.")


class AssigneeRefusedError(ContactsError):
    code = "assignee_refused"
    message = _("Only active colleagues of the agency can take follow-ups.")


class FollowUpRefusedError(ContactsError):
    code = "follow_up_refused"
    message = _("A mail needs a person and a mail template.")


class SeriesRunningError(ContactsError):
    """A series runs once at a time for one person; a constraint decides who was first."""

    code = "series_running"
    message = _("This series is running for this person already.")


class SeriesOverError(ContactsError):
    code = "series_over"
    message = _("This series cannot go on.")


class SeriesRefusedError(ContactsError):
    """It could not do what it promises; `message` says why."""

    code = "series_refused"

    def __init__(self, message):
        super().__init__(message)
        self.message = message
