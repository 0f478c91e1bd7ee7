"""Shapes of input for accounts; what must hold across rows is checked by the actions."""

from copy import copy
from datetime import date, timedelta

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from accounts.actions import LONGEST_KEY_LIFETIME
from accounts.actors import AGENCY_ID
from accounts.models import AGENCY_ROLES, DEFAULT_SCOPES, ApiKey, Role, Scope, User

FURTHEST_DAY = timedelta(days=5 * 366)


class DateInput(forms.DateInput):
    """The browser's own calendar; it speaks ISO whatever the language."""

    input_type = "date"

    def __init__(self, **attrs):
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class UserForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["name", "email", "phone", "role", "organisation", "is_active"]
        help_texts = {
            "organisation": _("Only for partner users."),
            "is_active": _("Whoever is not active cannot log in; what they did stays."),
        }
        error_messages = {
            "email": {"unique": _("There is an account with this e-mail address already.")}
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        field.queryset = field.queryset.exclude(pk=AGENCY_ID)
        field.empty_label = _("Please choose")

    def clean_email(self):
        return self.cleaned_data["email"].lower()

    def clean(self):
        data = super().clean()
        is_partner = data.get("role") == Role.PARTNER
        if is_partner and not data.get("organisation") and "organisation" not in self.errors:
            self.add_error("organisation", _("A partner user belongs to a partner organisation."))
        if not is_partner:
            data["organisation"] = None
        return data

    def _post_clean(self):
        """The instance stays as it was read: the action writes, and compares with before."""
        given = self.instance
        self.instance = copy(given)
        super()._post_clean()
        self.instance = given


class ProfileForm(forms.ModelForm):
    digest_weekdays = forms.TypedMultipleChoiceField(
        label=_("Mail of the morning on"),
        choices=[(day, WEEKDAYS[day]) for day in range(5)],
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "At seven: what you can act on that day. Not on holidays, not while you are away, and"
            " not when nothing is due. Without a day it is switched off."
        ),
    )

    class Meta:
        model = User
        fields = ["name", "phone", "single_key_shortcuts"]
        help_texts = {
            "single_key_shortcuts": _("Keys such as b for a consultation, without Ctrl or Alt.")
        }

    def __init__(self, *args, role: str, **kwargs):
        """Only advisors have a digest; without a weekday it does not come."""
        super().__init__(*args, **kwargs)
        self.initial["digest_weekdays"] = self.instance.digest_weekdays
        if role != Role.ADVISOR:
            del self.fields["digest_weekdays"]


class AbsenceForm(forms.Form):
    absent_from = forms.DateField(label=_("First day"), required=False, widget=DateInput())
    absent_until = forms.DateField(label=_("Last day"), required=False, widget=DateInput())
    deputy = forms.ModelChoiceField(
        label=_("Deputy"), queryset=User.objects.none(), required=False, empty_label=_("Nobody")
    )

    def __init__(self, *args, user: User, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today
        colleagues = User.objects.filter(is_active=True).exclude(pk=user.pk)
        if user.role in AGENCY_ROLES:
            colleagues = colleagues.filter(role__in=AGENCY_ROLES)
        else:
            colleagues = colleagues.filter(organisation=user.organisation_id)
        self.fields["deputy"].queryset = colleagues

    def clean(self):
        data = super().clean()
        first, last = data.get("absent_from"), data.get("absent_until")
        if self.errors:
            return data
        if (first is None) != (last is None):
            missing = "absent_until" if first else "absent_from"
            self.add_error(missing, _("Give both days, or neither."))
        elif first and last < first:
            self.add_error("absent_until", _("The last day lies before the first."))
        elif last and last > self.today + FURTHEST_DAY:
            self.add_error("absent_until", _("This day is too far away."))
        return data


class KeyForm(forms.ModelForm):
    """A key of the organisation of whoever makes it."""

    LIFETIMES = [
        ("182", _("6 months")),
        ("365", _("12 months")),
        (str(LONGEST_KEY_LIFETIME.days), _("18 months")),
    ]
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=Scope.choices,
        initial=[str(scope) for scope in DEFAULT_SCOPES],
        widget=forms.CheckboxSelectMultiple,
    )
    lifetime = forms.TypedChoiceField(
        label=_("Valid for"), choices=LIFETIMES, initial="365", coerce=int
    )

    class Meta:
        model = ApiKey
        fields = ["name"]
        help_texts = {"name": _("What it is for, such as the name of the partner's system.")}


class ApiKeyForm(KeyForm):
    class Meta(KeyForm.Meta):
        fields = ["organisation", "name"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        organisations = self.fields["organisation"].queryset
        self.fields["organisation"].queryset = organisations.exclude(pk=AGENCY_ID)


class ReadLogFilter(forms.Form):
    user = forms.ModelChoiceField(
        label=_("Who"), queryset=User.objects.agency(), required=False, empty_label=_("All")
    )
    since = forms.DateField(label=_("From"), required=False, widget=DateInput())
    until = forms.DateField(label=_("Until"), required=False, widget=DateInput())
    subject = forms.CharField(label=_("Consultation"), max_length=20, required=False)


class ColleagueForm(forms.Form):
    """Role and organisation are those of whoever invites.

    No model form: whether an address is free is said by the action, which tells nobody whose it is.
    """

    name = User._meta.get_field("name").formfield()
    email = User._meta.get_field("email").formfield(
        help_text=_("The address with which your colleague logs in.")
    )
    phone = User._meta.get_field("phone").formfield()

    def clean_email(self):
        return self.cleaned_data["email"].lower()
