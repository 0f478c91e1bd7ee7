"""Why a step of an introduction was refused; `field` names the field of the form, if any."""

from django.utils.translation import gettext_lazy as _

from contacts.errors import ContactsError


class IntroductionError(ContactsError):
    field = ""


class NotTheirsError(IntroductionError):
    """Only the advisor who proposed it, or the person whose link it is."""

    code = "not_allowed"
    message = _("Only the advisor who proposed this introduction can do that.")


class IntroductionOverError(IntroductionError):
    """It has come to an end meanwhile; how, nobody outside is told."""

    code = "introduction_over"
    message = _("This introduction is over.")


class BothAgreedError(IntroductionError):
    code = "both_agreed"
    message = _("Both have agreed meanwhile, and the mails to them are on their way.")


class DuplicateIntroductionError(IntroductionError):
    code = "duplicate"
    field = "second"

    def __init__(self, reference: str):
        self.message = _("There is an open introduction of these two: %(reference)s.") % {
            "reference": reference
        }
        super().__init__(self.message)


class RefusedError(IntroductionError):
    """What was filled in does not do; `field` says where."""

    code = "invalid_value"

    def __init__(self, field: str, message):
        super().__init__(message)
        self.field, self.message = field, message


class NamesInTextError(RefusedError):
    """A warning: proposing again with `names_meant=True` goes through."""

    code = "names_in_text"

    def __init__(self, field: str, names: list[str]):
        text = _("This text seems to name somebody: %(names)s.") % {"names": ", ".join(names)}
        super().__init__(field, text)
