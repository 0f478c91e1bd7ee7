"""What recording and correcting share."""

from datetime import date

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consultations.models import ConsultationChannel
from contacts.forms.base import TidyForm
from contacts.models import Topic

NOTE_LENGTH = 10_000
LONGEST_MINUTES = 24 * 60
LARGEST = 2**31 - 1
EARLIEST = date(2000, 1, 1)


class Note(forms.CharField):
    """Text kept as typed; the length is told before it is lost."""

    def __init__(self, *, rows, max_length=NOTE_LENGTH, **kwargs):
        super().__init__(max_length=max_length, widget=forms.Textarea({"rows": rows}), **kwargs)


def minutes(label):
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=LONGEST_MINUTES)


class FactsForm(TidyForm, forms.Form):
    """What both recording and correcting ask for."""

    channel = forms.ChoiceField(
        label=_("Channel"),
        choices=ConsultationChannel.choices,
        initial=ConsultationChannel.PHONE,
        widget=forms.RadioSelect,
    )
    topics = forms.ModelMultipleChoiceField(
        label=_("Topic"),
        queryset=Topic.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    summary = Note(label=_("Note"), rows=6)
    held_on = forms.DateField(label=_("Date"), required=False)
    contact_minutes = minutes(_("Minutes"))
    preparation_minutes = minutes(_("Minutes of preparation"))

    def __init__(self, *args, actor, at, **kwargs):
        super().__init__(*args, **kwargs)
        self.actor, self.today = actor, timezone.localdate(at)
        self.fields["topics"].queryset = Topic.objects.filter(active=True)
        self.fields["held_on"].initial = self.today

    def clean_held_on(self):
        day = self.cleaned_data["held_on"] or self.today
        if not EARLIEST <= day <= self.today:
            raise forms.ValidationError(_("Please give a day that is not in the future."))
        return day

    @property
    def facts(self) -> dict:
        names = ["channel", "held_on", "contact_minutes", "preparation_minutes", "kind", "result"]
        return {name: self.cleaned_data[name] for name in names}
