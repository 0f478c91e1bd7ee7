"""Why a step was refused: `code` for machines, `message` for people, `field` for their form."""

from django.utils.translation import gettext_lazy as _

from referrals.models import ReferralError


class WrongSideError(ReferralError):
    """The step belongs to the other organisation, or to somebody with another role."""

    code = "not_allowed"
    message = _("This step is up to the other side.")


class ConsentMissingError(ReferralError):
    code = "consent_missing"
    message = _("The person has not agreed to be passed on to this organisation.")


class CapacityFullError(ReferralError):
    """A warning: sending again with `override_capacity=True` goes through."""

    code = "capacity_full"
    message = _("This organisation is taking no new cases at the moment.")


class DuplicateReferralError(ReferralError):
    code = "duplicate"
    message = _("This person has an open referral to this organisation on the same topic.")


class RecipientUnavailableError(ReferralError):
    code = "recipient_unavailable"
    message = _("This organisation is no longer in use.")
    field = "recipient"


class NoAddressError(ReferralError):
    code = "recipient_without_address"
    message = _("This organisation has no e-mail address for referrals. Please add one first.")
    field = "recipient"


class RemindedTodayError(ReferralError):
    code = "reminded_today"
    message = _("This organisation has been reminded of it today already.")


class UndoTooLateError(ReferralError):
    code = "undo_too_late"
    message = _("This can no longer be undone: 30 minutes are over or something happened since.")


class InvalidValueError(ReferralError):
    """What was handed over with the step is missing or makes no sense."""

    code = "invalid_value"
    message = _("This value is not possible.")

    def __init__(self, field: str, message=None):
        super().__init__(message)
        self.field = field


class AskRefusedError(ReferralError):
    """One of several recipients cannot be asked, so that nobody is; `about` says which one."""

    def __init__(self, about, error: ReferralError):
        self.about, self.code, self.field = about, error.code, error.field
        super().__init__(f"{about.spoken_name}: {error.message}")


class NamesInTextError(ReferralError):
    """A warning: saving again with `names_meant=True` goes through."""

    code = "names_in_text"
    field = "text"

    def __init__(self, names: list[str]):
        self.names = names
        shown = ", ".join(names)
        super().__init__(_("This text seems to name somebody: %(names)s.") % {"names": shown})


class NotOnTableError(ReferralError):
    """Somebody has decided on it meanwhile, or it was taken off."""

    code = "not_on_table"
    message = _("This need is no longer on the round table.")
