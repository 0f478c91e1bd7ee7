"""Agreeing on an appointment: days and times as the clock on the wall shows them."""

from datetime import datetime, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consultations.appointments.clock import moment, when_in_words
from consultations.appointments.models import Appointment, AppointmentChannel
from contacts.forms.base import EditForm, OnceForm
from contacts.models import Person

LONGEST, LATEST = timedelta(hours=12), timedelta(days=2 * 366)
is_secure_link = URLValidator(schemes=["https"])


class TimeField(forms.TimeField):
    def __init__(self, **kwargs):
        widget = forms.TimeInput(format="%H:%M", attrs={"type": "time", "step": 300})
        super().__init__(widget=widget, **kwargs)


class AppointmentForm(EditForm):
    """`everything()` is what the actions take."""

    day = forms.DateField(label=_("Day"))
    starts = TimeField(label=_("From"))
    ends = TimeField(label=_("Until"))

    class Meta:
        model = Appointment
        fields = ["channel", "place", "subject", "told"]
        widgets = {"channel": forms.RadioSelect}

    def __init__(self, *args, at, record=None, **kwargs):
        super().__init__(*args, record=record, **kwargs)
        self.at = at
        self.fields["channel"].choices = AppointmentChannel.choices
        self.fields["place"].label = _("Address, phone number or link")
        self.fields["subject"].label = _("What it is about")
        self.fields["subject"].help_text = _("The person reads this in the invitation.")
        self.fields["told"].label = _("Send the invitation and every change by e-mail")
        self.initial = {**moments_of(record), **self.initial}

    def clean(self):
        data = super().clean()
        starts, ends = self.moment("starts"), self.moment("ends")
        data |= {"starts_at": starts, "ends_at": ends}
        if starts and ends:
            self.check_order(starts, ends)
        self.check_place(data.get("channel"), data.get("place", ""))
        return data

    def moment(self, name: str) -> datetime | None:
        day, hour = self.cleaned_data.get("day"), self.cleaned_data.get(name)
        if day is None or hour is None:
            return None
        try:
            return moment(day, hour)
        except ValidationError as error:
            self.add_error(name, error)
            return None

    def check_order(self, starts: datetime, ends: datetime) -> None:
        if not timedelta() < ends - starts <= LONGEST:
            self.add_error("ends", _("Please give a time after the beginning."))
        if not self.at < starts < self.at + LATEST:
            self.add_error("day", _("Please give a moment within the next two years."))

    def check_place(self, channel: str | None, place: str) -> None:
        if channel == AppointmentChannel.IN_PERSON and not place:
            self.add_error("place", _("Please say where it is."))
        if channel == AppointmentChannel.VIDEO:
            try:
                is_secure_link(place)
            except ValidationError:
                self.add_error("place", _("Please give the link of the meeting (https://…)."))

    def everything(self) -> dict:
        moments = {name: self.cleaned_data[name] for name in ("starts_at", "ends_at")}
        return {**self.changes(), **moments}

    def lists_of(self, appointment: Appointment) -> list[tuple]:
        """What the page of an edit conflict compares beside plain fields, see `values`."""
        return [("when", _("When"), [when_in_words(appointment)])]

    def values(self, name: str) -> list[str]:
        moments = {key: self.cleaned_data[key] for key in ("starts_at", "ends_at")}
        return [when_in_words(Appointment(**moments))]


class NewAppointmentForm(OnceForm, AppointmentForm):
    """From the page of a venture it asks with whom of its people."""

    person = forms.ModelChoiceField(
        label=_("With"), queryset=Person.objects.none(), empty_label=None
    )

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people
        hour = timezone.localtime(self.at).replace(minute=0) + timedelta(days=7)
        self.initial = {
            "day": hour.date(),
            "starts": "10:00",
            "ends": "11:00",
            **self.initial,
        }


def moments_of(record: Appointment | None) -> dict:
    if record is None:
        return {}
    start, end = timezone.localtime(record.starts_at), timezone.localtime(record.ends_at)
    return {"day": start.date(), "starts": start.time(), "ends": end.time()}
