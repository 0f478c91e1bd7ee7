"""What founders are asked by their link. Nothing is chosen beforehand; a `no` ends its branch."""

from django import forms
from django.utils.translation import gettext_lazy as _

from contacts.forms.base import TidyForm
from referrals.feedback.answering import has_founded
from referrals.models import FounderFeedback, ImpactSurvey

YES, NO = "yes", "no"
COMMENT_LENGTH = 2000
MOST_JOBS = 99_999


class YesNoField(forms.TypedChoiceField):
    def __init__(self, **kwargs):
        super().__init__(
            choices=[(YES, _("Yes")), (NO, _("No"))],
            coerce=lambda value: value == YES,
            empty_value=None,
            widget=forms.RadioSelect,
            error_messages={"required": _("Please choose yes or no.")},
            **kwargs,
        )

    def prepare_value(self, value):
        return {True: YES, False: NO}.get(value, value) if isinstance(value, bool) else value


class SurveyForm(TidyForm, forms.Form):
    """`row` is what was asked; an earlier answer fills the form, to be changed."""

    comment = forms.CharField(
        required=False, max_length=COMMENT_LENGTH, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args, row, **kwargs):
        self.row = row
        answered = {name: getattr(row, name) for name in self.base_fields}
        super().__init__(*args, initial=answered if row.answered_at else {}, **kwargs)
        self.fields["comment"].label = _("What else should we know? (optional)")

    def need(self, name: str) -> None:
        """Asked only because of the answer before it."""
        if name not in self.errors and self.cleaned_data.get(name) is None:
            self.add_error(name, self.fields[name].error_messages["required"])


class FeedbackForm(SurveyForm):
    contacted = YesNoField()
    helped = YesNoField(required=False, label=_("Did it help you?"))
    field_order = ["contacted", "helped", "comment"]

    def __init__(self, *args, row: FounderFeedback, **kwargs):
        super().__init__(*args, row=row, **kwargs)
        self.fields["contacted"].label = _("Has %(partner)s been in touch with you?") % {
            "partner": row.referral.recipient.name
        }

    def clean(self):
        data = super().clean()
        if data.get("contacted"):
            self.need("helped")
        return data


class ImpactForm(SurveyForm):
    founded = YesNoField(label=_("Have you founded?"))
    running = YesNoField(required=False, label=_("Does the business still exist?"))
    jobs = forms.IntegerField(
        label=_("How many people work there, you included? (optional)"),
        required=False,
        min_value=1,
        max_value=MOST_JOBS,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    field_order = ["founded", "running", "jobs", "comment"]

    def __init__(self, *args, row: ImpactSurvey, **kwargs):
        super().__init__(*args, row=row, **kwargs)
        self.known = has_founded(row)
        if self.known:
            del self.fields["founded"]

    def clean(self):
        data = super().clean()
        if self.known:
            data["founded"] = True
        if data.get("founded"):
            self.need("running")
        if not (data.get("founded") and data.get("running")) and "jobs" in self.errors:
            del self.errors["jobs"]  # what was typed there before the "no" counts for nothing
            data["jobs"] = None
        return data
