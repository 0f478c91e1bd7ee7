from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from contacts.forms.base import EditForm, OnceForm, TidyForm
from contacts.models import AffiliationRole, Person, Stage, StageKind, Startup


class StartupForm(EditForm):
    class Meta:
        model = Startup
        fields = [
            "name",
            "pitch",
            "owner",
            "founding_kind",
            "occupation",
            "activity",
            "legal_form",
            "wz_code",
            "wz_edition",
            "planned_founding_on",
            "founded_on",
            "street",
            "house_number",
            "postcode",
            "town",
            "phone",
            "website",
            "registry_number",
            "vat_id",
        ]
        widgets = {"pitch": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = User.objects.agency()

    def clean(self):
        data = super().clean()
        if data.get("wz_code") and not data.get("wz_edition"):
            self.add_error("wz_edition", _("A WZ code needs its edition."))
        return data


class NewStartupForm(OnceForm, StartupForm):
    """The phase is chosen once here; later changes are an action of their own."""

    stage = forms.ModelChoiceField(
        label=_("Phase"), queryset=Stage.objects.none(), required=False, empty_label=None
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["stage"].queryset = Stage.objects.filter(active=True, kind=StageKind.OPEN)


class StageForm(TidyForm, forms.Form):
    stage = forms.ModelChoiceField(
        label=_("Phase"),
        queryset=Stage.objects.none(),
        to_field_name="code",
        empty_label=None,
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        required=False,
        help_text=_("Needed when the venture ends here."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["stage"].queryset = Stage.objects.filter(active=True)

    def clean(self):
        data = super().clean()
        stage = data.get("stage")
        if stage and stage.kind == StageKind.ENDED and not data.get("reason"):
            self.add_error("reason", _("Please give a reason: the venture ends here."))
        return data


class AffiliationForm(TidyForm, forms.Form):
    """Somebody we know already; found by name while typing, or named by reference."""

    person = forms.CharField(label=_("Person"), max_length=150)
    person_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    role = forms.ChoiceField(label=_("Role"), choices=AffiliationRole)
    since = forms.DateField(label=_("Since"), required=False)

    def __init__(self, *args, actor, **kwargs):
        super().__init__(*args, **kwargs)
        self.actor = actor

    def clean(self):
        data = super().clean()
        if "person" in data:
            data["person"] = self.find_person(data)
            if data["person"] is None:
                self.add_error("person", _("Choose a person from the list or type a reference."))
        return data

    def find_person(self, data) -> Person | None:
        people = Person.objects.visible_to(self.actor)
        if data.get("person_id"):
            return people.filter(pk=data["person_id"]).first()
        return people.filter(reference__iexact=data["person"]).first()
