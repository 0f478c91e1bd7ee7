from django.utils.translation import gettext_lazy as _


class ConsultationError(Exception):
    """What an action refuses; `message` is told to whoever asked."""

    code = "refused"
    message = _("That is not possible.")


class NoteNotReadableError(ConsultationError):
    """Says nothing about whether there is a note: strangers learn nothing."""

    code = "note_not_readable"
    message = _("This note is not open to you.")


class ReadingReasonMissingError(ConsultationError):
    code = "reason_missing"
    message = _("Please say why you need to read this note.")


class DraftChangedError(ConsultationError):
    """Another window saved the same draft; `current` is how it stands."""

    code = "draft_changed"
    message = _("This draft is being written in another window, too.")


class AlreadyLoggedError(ConsultationError):
    """The draft was saved as a consultation already, or discarded."""

    code = "already_logged"
    message = _("This consultation has been saved already.")


class AppointmentClosedError(ConsultationError):
    """Somebody called it off, or recorded the consultation, since the page was opened."""

    code = "appointment_closed"
    message = _("This appointment has been changed in the meantime. Please look at it again.")
