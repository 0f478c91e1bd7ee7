from datetime import timedelta

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from contacts.forms.base import OnceForm, TidyForm
from contacts.models import FollowUpKind, MailTemplate


class ColleagueField(forms.ModelChoiceField):
    """Says of whom is away until when."""

    def __init__(self, **kwargs):
        super().__init__(queryset=User.objects.none(), **kwargs)

    def label_from_instance(self, user):
        if not user.absent_on(timezone.localdate()):
            return str(user)
        day = date_format(user.absent_until, "SHORT_DATE_FORMAT")
        return _("%(name)s (away until %(day)s)") % {"name": user, "day": day}


class FollowUpForm(OnceForm, forms.Form):
    """A task for oneself or a colleague, or a mail that goes to the person on the day."""

    subject = forms.CharField(label=_("What is to be done"), max_length=200)
    due_on = forms.DateField(label=_("Due on"))
    assignee = ColleagueField(label=_("Assigned to"), empty_label=None)
    template = forms.ModelChoiceField(
        label=_("E-mail to the person"),
        queryset=MailTemplate.objects.none(),
        required=False,
        empty_label=_("None: it is a task"),
        help_text=_("With a template the mail goes out by itself on that day."),
    )

    def __init__(self, *args, mail_possible: bool, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["assignee"].queryset = User.objects.agency()
        self.fields["assignee"].initial = self.user_id
        self.fields["template"].queryset = MailTemplate.objects.filter(active=True)
        self.fields["due_on"].initial = lambda: timezone.localdate() + timedelta(days=7)
        if not mail_possible:
            del self.fields["template"]

    def clean_due_on(self):
        if self.cleaned_data["due_on"] < timezone.localdate():
            raise forms.ValidationError(_("This day has passed."))
        return self.cleaned_data["due_on"]

    def parts(self) -> dict:
        template = self.cleaned_data.get("template")
        kind = FollowUpKind.MAIL if template else FollowUpKind.TASK
        names = ("subject", "due_on", "assignee")
        given = {name: self.cleaned_data[name] for name in names}
        return given | {"template": template, "kind": kind}


class PostponeForm(TidyForm, forms.Form):
    due_on = forms.DateField(label=_("Move to"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["due_on"].widget.attrs["class"] = "form-control"

    def clean_due_on(self):
        if self.cleaned_data["due_on"] < timezone.localdate():
            raise forms.ValidationError(_("This day has passed."))
        return self.cleaned_data["due_on"]


class HandOverForm(TidyForm, forms.Form):
    assignee = ColleagueField(label=_("Hand over to"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["assignee"].queryset = User.objects.agency()
        self.fields["assignee"].widget.attrs["class"] = "form-select"
