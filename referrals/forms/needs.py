"""Forms about a need: whom else to ask, what the round table reads, what was decided."""

from django import forms
from django.utils.translation import gettext_lazy as _

from contacts.forms.base import TidyForm
from contacts.models import ALL_SHARED_FIELDS, PartnerOrganisation, SharedField
from referrals.actions.referring import MOST_ASKED, Ask
from referrals.actions.round_table import TABLE_TEXT_LENGTH
from referrals.actions.sending import REASON_LENGTH
from referrals.actions.settling import NOTE_LENGTH
from referrals.forms.creating import EVIDENCE
from referrals.models import Need, Service


class PartnersForm(forms.Form):
    """Whom to ask: services that were suggested, and organisations by name."""

    services = forms.ModelMultipleChoiceField(
        queryset=Service.objects.published().select_related("partner"),
        required=False,
    )
    partners = forms.ModelMultipleChoiceField(
        label=_("Partner organisations"),
        queryset=PartnerOrganisation.objects.partners().active(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def clean(self):
        data = super().clean()
        chosen = self.chosen()
        if not chosen and not self.errors:
            self.add_error("partners", _("Please choose at least one partner organisation."))
        if len(chosen) > MOST_ASKED:
            self.add_error("partners", _("Please choose one to ten partner organisations."))
        return data

    def chosen(self) -> dict[PartnerOrganisation, Service | None]:
        """Each organisation once, with the service it was suggested for."""
        given = getattr(self, "cleaned_data", {})
        found: dict[PartnerOrganisation, Service | None] = {}
        for service in given.get("services") or []:
            found.setdefault(service.partner, service)
        for partner in given.get("partners") or []:
            found.setdefault(partner, None)
        return found


class ChosenServiceForm(forms.Form):
    service = forms.ModelChoiceField(queryset=Service.objects.published().select_related("partner"))


class AskForm(TidyForm, forms.Form):
    """What one recipient is asked with; its consent is recorded where it is missing."""

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
    override_capacity = forms.BooleanField(
        label=_("Send although the organisation takes no new cases"), required=False
    )

    def __init__(self, *args, partner, service=None, consented: bool, full: bool, **kwargs):
        super().__init__(*args, prefix=f"an-{partner.reference}", **kwargs)
        self.partner, self.service = partner, service
        self.consented, self.full = consented, full
        if self.is_bound and self.add_prefix("seen") not in self.data:
            self.data = self.data.copy()  # it was not on the page yet: its boxes are as they begin
            self.data.setlist(self.add_prefix("shared_fields"), ALL_SHARED_FIELDS)

    def clean(self):
        data = super().clean()
        if not self.partner.email:
            self.add_error(None, _("This organisation has no e-mail address for referrals."))
        if self.full and not data.get("override_capacity"):
            said = _("This organisation is taking no new cases at the moment.")
            self.add_error("override_capacity", said)
        if self.consented:
            return data
        if not data.get("evidence"):
            said = _("The person has not agreed to be passed on to this organisation.")
            self.add_error("evidence", said)
        elif not data.get("shared_fields"):
            self.add_error(
                "shared_fields", _("Please choose at least one piece of data to pass on.")
            )
        return data

    def ask(self) -> Ask:
        data = self.cleaned_data
        consent = {"evidence": data["evidence"], "shared_fields": data["shared_fields"]}
        return Ask(
            recipient=self.partner,
            service=self.service,
            reason=data["reason"],
            consent=None if self.consented else consent,
            override_capacity=data["override_capacity"],
        )


class TableForm(forms.Form):
    """The words for the round table; a name in them is asked about once."""

    text = forms.CharField(
        label=_("In short, without names"),
        max_length=TABLE_TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_(
            "Partners read this on the wall: what is it about, what is missing? No names, no "
            "addresses, nothing that only one person in town can be."
        ),
    )
    names_meant = forms.BooleanField(label=_("This is no name, keep it"), required=False)


class NoteForm(forms.Form):
    note = forms.CharField(
        label=_("What became of it?"),
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class DecisionForm(forms.Form):
    """`need` is the key of a card; `decision` is the button that was pressed."""

    need = forms.ModelChoiceField(queryset=Need.objects.none(), widget=forms.HiddenInput)
    decision = forms.ChoiceField(choices=[(code, code) for code in ("referred", "open", "settled")])
    service = forms.ModelChoiceField(
        queryset=Service.objects.published().select_related("partner"), required=False
    )
    recipient = forms.ModelChoiceField(
        label=_("Another partner organisation"),
        queryset=PartnerOrganisation.objects.partners().active(),
        required=False,
        empty_label="–",
    )
    note = forms.CharField(
        label=_("Note (stays with us)"),
        max_length=NOTE_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args, needs, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["need"].queryset = needs

    def clean(self):
        data = super().clean()
        if data.get("decision") == "referred" and not self.partner:
            self.add_error("recipient", _("Please choose a partner organisation."))
        if data.get("decision") == "settled" and not data.get("note"):
            self.add_error("note", _("Please write what became of it."))
        return data

    @property
    def partner(self) -> PartnerOrganisation | None:
        """A partner picked by name outranks a suggested service."""
        service = self.cleaned_data.get("service")
        return self.cleaned_data.get("recipient") or (service.partner if service else None)

    @property
    def fitting_service(self) -> Service | None:
        service = self.cleaned_data.get("service")
        return service if service and service.partner == self.partner else None
