"""Filters of lists; they live in the address, what means nothing is ignored."""

from django import forms
from django.utils.translation import gettext_lazy as _

from contacts.models import Topic
from events.models import EventFormat, RegistrationState


class EventFilter(forms.Form):
    format = forms.ChoiceField(
        label=_("Format"), required=False, choices=[("", _("All")), *EventFormat.choices]
    )
    topic = forms.ChoiceField(label=_("Topic"), required=False)

    def __init__(self, data):
        super().__init__(data)
        topics = [(topic.code, topic.label) for topic in Topic.objects.filter(active=True)]
        self.fields["topic"].choices = [("", _("All")), *topics]
        self.is_valid()
        self.chosen = {name: value for name, value in self.cleaned_data.items() if value}

    def apply(self, events):
        if "format" in self.chosen:
            events = events.filter(format=self.chosen["format"])
        if "topic" in self.chosen:
            events = events.filter(topics__code=self.chosen["topic"])
        return events


class GuestFilter(forms.Form):
    q = forms.CharField(
        label=_("Name or e-mail"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("All")),
            ("came", _("Came")),
            ("missing", _("Confirmed, not here")),
            *RegistrationState.choices,
        ],
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def __init__(self, data):
        super().__init__(data)
        self.is_valid()
        self.chosen = {name: value for name, value in self.cleaned_data.items() if value}

    def apply(self, rows):
        words, state = self.chosen.get("q"), self.chosen.get("state")
        if words:
            rows = rows.named(words)
        if state == "came":
            return rows.filter(checked_in_at__isnull=False)
        if state == "missing":
            return rows.filter(state=RegistrationState.CONFIRMED, checked_in_at=None)
        return rows.filter(state=state) if state else rows
