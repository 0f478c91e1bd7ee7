from datetime import date, datetime, time

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contacts.forms.base import OnceForm
from contacts.models import (
    ALL_SHARED_FIELDS,
    ConsentPurpose,
    Evidence,
    PartnerOrganisation,
    SharedField,
)

# What can be recorded here; to an introduction one agrees by mail link alone.
BY_HAND = [c for c in ConsentPurpose.choices if c[0] != ConsentPurpose.INTRODUCTION]


class ConsentForm(OnceForm, forms.Form):
    purpose = forms.ChoiceField(label=_("What for"), choices=BY_HAND)
    recipient = forms.ModelChoiceField(
        label=_("Passed on to"),
        queryset=PartnerOrganisation.objects.none(),
        required=False,
        help_text=_("Only for passing on to a partner organisation."),
    )
    shared_fields = forms.MultipleChoiceField(
        label=_("What is passed on"),
        choices=SharedField,
        required=False,
        initial=ALL_SHARED_FIELDS,
        widget=forms.CheckboxSelectMultiple,
    )
    evidence = forms.ChoiceField(label=_("How it was given"), choices=Evidence)
    evidence_note = forms.CharField(
        label=_("Note on the evidence"),
        max_length=300,
        required=False,
        help_text=_("Where the paper or mail lies, who was present."),
    )
    given_on = forms.DateField(label=_("Given on"))
    expires_on = forms.DateField(label=_("Expires on"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["recipient"].queryset = PartnerOrganisation.objects.active()
        self.fields["given_on"].initial = timezone.localdate

    def clean(self):
        data = super().clean()
        if data.get("purpose") == ConsentPurpose.REFERRAL:
            if not data.get("recipient"):
                self.add_error("recipient", _("Please name the organisation the data may go to."))
            if not data.get("shared_fields"):
                self.add_error(
                    "shared_fields", _("Please choose at least one piece of data to pass on.")
                )
        if data.get("given_on") and data["given_on"] > timezone.localdate():
            self.add_error("given_on", _("A consent cannot be given in the future."))
        return data

    def parts(self, at: datetime) -> dict:
        """What the action takes; given today means given now."""
        names = ("purpose", "recipient", "shared_fields", "evidence", "evidence_note")
        given, expires = self.cleaned_data["given_on"], self.cleaned_data["expires_on"]
        return {name: self.cleaned_data[name] for name in names} | {
            "given_at": at if given == timezone.localdate(at) else start_of(given),
            "expires_at": start_of(expires) if expires else None,
        }


def start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
