"""The two things about a partner organisation that change often, each in one small form."""

from datetime import date, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from contacts.forms.base import TidyForm
from contacts.models import Capacity

WEEKS_OFFERED = (2, 4, 8)


def days_offered(today: date) -> list[dict]:
    """One click each: weeks from today and the day that is."""
    return [{"weeks": weeks, "day": today + timedelta(weeks=weeks)} for weeks in WEEKS_OFFERED]


class CapacityForm(TidyForm, forms.Form):
    capacity = forms.ChoiceField(choices=Capacity)
    full_until = forms.DateField(label=_("full until"), required=False)

    def __init__(self, *args, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today

    def clean(self):
        data = super().clean()
        if data.get("capacity") != Capacity.FULL:
            data["full_until"] = None
        elif data.get("full_until") and data["full_until"] < self.today:
            self.add_error("full_until", _("This day lies in the past."))
        return data


class OrganisationAbsenceForm(TidyForm, forms.Form):
    """Both days, or neither: then the organisation is back."""

    absent_from = forms.DateField(label=_("absent from"), required=False)
    absent_until = forms.DateField(label=_("absent until"), required=False)

    def clean(self):
        data = super().clean()
        begin, end = data.get("absent_from"), data.get("absent_until")
        if bool(begin) != bool(end):
            self.add_error("absent_until", _("An absence needs its first and its last day."))
        elif begin and begin > end:
            self.add_error("absent_until", _("The last day comes before the first."))
        return data
