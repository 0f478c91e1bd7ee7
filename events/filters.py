"""Filters of the public list; they live in the address, what means nothing is ignored."""

from django import forms
from django.utils.translation import gettext_lazy as _

from contacts.models import Topic
from events.models import EventFormat


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
