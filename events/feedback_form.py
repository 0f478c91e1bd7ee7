"""Three questions to a guest. Nothing is chosen beforehand."""

from django import forms
from django.utils.translation import gettext_lazy as _

from contacts.forms.base import TidyForm
from events.models import Feedback
from events.models.feedback import BEST, WORST

YES, NO = "yes", "no"


class FeedbackForm(TidyForm, forms.Form):
    """`answer` is an earlier one, to be changed."""

    helped = forms.TypedChoiceField(
        label=_("Did the event help you?"),
        help_text=_("1: not at all, 5: very much"),
        choices=[(n, str(n)) for n in range(WORST, BEST + 1)],
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose a number from 1 to 5.")},
    )
    recommends = forms.TypedChoiceField(
        label=_("Would you recommend it to others?"),
        choices=[(YES, _("Yes")), (NO, _("No"))],
        coerce=lambda value: value == YES,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose yes or no.")},
    )
    comment = forms.CharField(
        label=_("What should we do differently next time? (optional)"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args, answer: Feedback | None, **kwargs):
        super().__init__(*args, initial=said(answer) if answer else {}, **kwargs)


def said(answer: Feedback) -> dict:
    recommends = YES if answer.recommends else NO
    return {"helped": answer.helped, "recommends": recommends, "comment": answer.comment}
