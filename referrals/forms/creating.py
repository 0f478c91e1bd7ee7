from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from contacts.forms.base import TidyForm
from contacts.models import (
    ALL_SHARED_FIELDS,
    Evidence,
    PartnerOrganisation,
    Person,
    SharedField,
    Startup,
    Topic,
)
from referrals.actions.sending import REASON_LENGTH
from referrals.actions.values import TEXT_LENGTH
from referrals.models import Service

# What an advisor can vouch for here; the others come by other ways.
EVIDENCE = [c for c in Evidence.choices if c[0] in {"spoken", "written", "mail"}]


class ReferralForm(TidyForm, forms.Form):
    """One save: need, partner, consent where it is missing, sending."""

    person = forms.ModelChoiceField(queryset=Person.objects.none(), widget=forms.HiddenInput)
    startup = forms.ModelChoiceField(
        label=_("Venture"), queryset=Startup.objects.none(), required=False
    )
    topics = forms.ModelMultipleChoiceField(
        label=_("Topics"),
        queryset=Topic.objects.filter(active=True),
        widget=forms.CheckboxSelectMultiple,
    )
    question = forms.CharField(
        label=_("What is needed?"),
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The partner reads this before accepting: please no names or contact data."),
    )
    service = forms.ModelChoiceField(
        queryset=Service.objects.published().select_related("partner"),
        required=False,
        widget=forms.HiddenInput,
    )
    recipient = forms.ModelChoiceField(
        label=_("Another partner organisation"),
        queryset=PartnerOrganisation.objects.partners().active(),
        required=False,
    )
    reason = forms.CharField(
        label=_("Why this partner?"),
        max_length=REASON_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    evidence = forms.ChoiceField(
        label=_("How the consent was given"),
        choices=EVIDENCE,
        required=False,
        widget=forms.RadioSelect,
    )
    shared_fields = forms.MultipleChoiceField(
        label=_("What is passed on"),
        choices=SharedField,
        required=False,
        initial=list(ALL_SHARED_FIELDS),
        widget=forms.CheckboxSelectMultiple,
    )
    consent_for = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    override_capacity = forms.BooleanField(
        label=_("Send although the organisation takes no new cases"), required=False
    )

    def __init__(self, *args, actor, person: Person | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = Person.objects.visible_to(actor)
        known = person or self.posted_person(actor)
        ventures = Startup.objects.visible_to(actor)
        ties = {"affiliations__person": known, "affiliations__until": None}
        self.fields["startup"].queryset = ventures.filter(**ties).distinct()

    def posted_person(self, actor) -> Person | None:
        """Ventures are offered for the person the form is about."""
        try:
            key = UUID(self.data.get("person", ""))
        except ValueError:
            return None
        return Person.objects.visible_to(actor).filter(pk=key).first()

    def clean(self):
        data = super().clean()
        self.forget_consent_for_another()
        if not data.get("service") and not data.get("recipient"):
            self.add_error("recipient", _("Please choose a partner organisation."))
        if data.get("evidence") and not data.get("shared_fields"):
            self.add_error(
                "shared_fields", _("Please choose at least one piece of data to pass on.")
            )
        return data

    def forget_consent_for_another(self) -> None:
        """What was ticked beside the name of one partner is no consent for the next one picked."""
        asked_for = self.cleaned_data.get("consent_for")
        elsewhere = asked_for and self.partner and asked_for != str(self.partner.pk)
        if elsewhere:
            self.cleaned_data["evidence"] = ""
        if elsewhere or not (asked_for or self.cleaned_data.get("evidence")):
            self.data = self.data.copy()
            self.data.pop("evidence", None)
            self.data.setlist("shared_fields", ALL_SHARED_FIELDS)

    @property
    def partner(self) -> PartnerOrganisation | None:
        """A partner picked by name outranks a suggested service."""
        service = self.cleaned_data.get("service")
        return self.cleaned_data.get("recipient") or (service.partner if service else None)

    def arguments(self) -> dict:
        """What `refer_person` takes."""
        names = ("person", "startup", "topics", "question", "reason", "override_capacity")
        data, service = self.cleaned_data, self.cleaned_data["service"]
        consent = {"evidence": data["evidence"], "shared_fields": data["shared_fields"]}
        fits = service and service.partner == self.partner
        return {name: data[name] for name in names} | {
            "recipient": self.partner,
            "service": service if fits else None,
            "consent": consent if data["evidence"] else None,
        }
