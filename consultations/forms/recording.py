"""The form that records a consultation, and what asks a part of it while it is being filled."""

from django import forms
from django.utils.translation import gettext_lazy as _

from consultations.forms.base import LARGEST, NOTE_LENGTH, FactsForm, Note
from consultations.forms.parts import FollowUpPart, PersonPart, ReferralPart, SeriesPart, in_days
from consultations.models import Appointment, Consultation, ConsultationKind, ConsultationResult
from contacts.models import Topic


class SaidSoFar(PersonPart, SeriesPart, ReferralPart, forms.Form):
    """What an unfinished form says of case, topics and partners; `good` holds what is valid.

    It never sees a note: the proposals around the form are made from this alone.
    """

    topics = forms.ModelMultipleChoiceField(queryset=Topic.objects.none(), required=False)

    def __init__(self, *args, actor, **kwargs):
        super().__init__(*args, **kwargs)
        self.limit_cases(actor)
        self.offer_series()
        self.limit_partners()
        self.fields["topics"].queryset = Topic.objects.filter(active=True)

    @property
    def good(self) -> dict:
        self.full_clean()
        return self.cleaned_data


class ConsultationForm(PersonPart, FollowUpPart, ReferralPart, FactsForm):
    """Only two fields are required: who, and the note."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=0, max_value=LARGEST
    )
    window = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    appointment = forms.ModelChoiceField(
        queryset=Appointment.objects.none(), required=False, widget=forms.HiddenInput
    )
    confidential = Note(label=_("Confidential note"), rows=3, required=False)
    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=[("", _("First or further, as it is")), *ConsultationKind.choices],
    )
    result = forms.ChoiceField(
        label=_("Result"),
        required=False,
        choices=[("", _("Goes on, or referred")), *ConsultationResult.choices],
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.limit_cases(self.actor)
        self.offer_series()
        self.offer_templates()
        self.limit_partners()
        self.fields["appointment"].queryset = Appointment.objects.editable_by(self.actor).agreed()

    def clean(self):
        data = super().clean()
        self.clean_person_part(data)
        self.clean_follow_up_part(data)
        self.clean_referral_part(data)
        return data

    def follow_up_chips(self):
        """(value, label, the day it means) of each chip."""
        return [
            (value, label, in_days(self.today, value))
            for value, label in self.fields["follow_up"].choices
        ]


class DraftForm(forms.Form):
    """The few fields of an autosave that have a meaning of their own; the rest is kept as typed."""

    token = forms.UUIDField()
    version = forms.IntegerField(required=False, min_value=0, max_value=LARGEST)
    window = forms.CharField(required=False, max_length=40)
    person = forms.UUIDField(required=False)
    confidential = forms.CharField(required=False, max_length=NOTE_LENGTH, strip=False)


def initial_of(draft: Consultation, form_class: type[ConsultationForm]) -> dict:
    """What was typed, as the form's initial values; names no longer in the form are dropped."""
    typed = draft.draft.get("fields", {})
    several = {"topics", "partners", "consents", "overrides"}
    return {
        name: values if name in several else values[0]
        for name, values in typed.items()
        if name in form_class.base_fields and values
    }
