import re

from django import forms
from django.utils.translation import gettext_lazy as _

from contacts.forms.base import EditForm, OnceForm, TidyForm
from contacts.forms.people import LANGUAGES
from contacts.models import LegalForm, Stage, StageKind
from referrals.models import Service

PREFIX = re.compile(r"\d{1,5}")
MOST_PREFIXES = 50
REAL_FORMS = [choice for choice in LegalForm.choices if choice[0] != LegalForm.UNDECIDED]


class PrefixesField(forms.CharField):
    """Beginnings of postcodes, "38, 391" and so on; a list of digits inside."""

    def prepare_value(self, value):
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value):
        words = re.split(r"[\s,;]+", super().clean(value))
        prefixes = list(dict.fromkeys(word for word in words if word))
        if len(prefixes) > MOST_PREFIXES or not all(map(is_prefix, prefixes)):
            raise forms.ValidationError(_("Please write beginnings of postcodes, such as 38, 391."))
        return prefixes


def is_prefix(word: str) -> bool:
    return word.isascii() and bool(PREFIX.fullmatch(word))


def boxes(label, choices, help_text=""):
    return forms.MultipleChoiceField(
        label=label,
        choices=choices,
        required=False,
        help_text=help_text,
        widget=forms.CheckboxSelectMultiple,
    )


class ServiceForm(EditForm):
    legal_forms = boxes(_("Legal forms"), REAL_FORMS, help_text=_("None means all"))
    languages = boxes(_("Languages"), LANGUAGES)
    postcode_prefixes = PrefixesField(
        label=_("Area by postcode"),
        required=False,
        max_length=400,
        help_text=_("Beginnings of postcodes, such as 38, 391; empty means everywhere."),
    )

    class Meta:
        model = Service
        fields = [
            "name",
            "description",
            "topics",
            "stages",
            "legal_forms",
            "postcode_prefixes",
            "eligibility",
            "cost",
            "languages",
            "waiting_days",
            "full_until",
            "status",
            "assured_on",
        ]
        widgets = {
            "description": forms.Textarea(attrs={"rows": 4}),
            "eligibility": forms.Textarea(attrs={"rows": 3}),
            "topics": forms.CheckboxSelectMultiple,
            "stages": forms.CheckboxSelectMultiple,
        }
        help_texts = {
            "eligibility": _("What somebody must bring along, in words that founders understand."),
            "full_until": _("Leave empty while there are places."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        under_way = Stage.objects.filter(kind=StageKind.OPEN, active=True)
        self.fields["stages"].queryset = under_way  # nobody is helped in "paused" or "ended"

    def changes(self) -> dict:
        """Columns only, which a conflict can compare; `lists` are the rest."""
        return {k: v for k, v in super().changes().items() if k not in {"topics", "stages"}}

    def lists(self) -> dict:
        return {name: list(self.cleaned_data[name]) for name in ("topics", "stages")}

    def lists_of(self, record):
        for name in ("topics", "stages"):
            label = self.fields[name].label
            yield name, label, [str(row) for row in getattr(record, name).all()]

    def values(self, name: str) -> list[str]:
        return [str(row) for row in self.cleaned_data[name]]


class NewServiceForm(OnceForm, ServiceForm):
    pass


class FullUntilForm(TidyForm, forms.Form):
    """Empty means: free again."""

    full_until = forms.DateField(label=_("full until"), required=False)

    def __init__(self, *args, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today

    def clean(self):
        data = super().clean()
        if data.get("full_until") and data["full_until"] < self.today:
            self.add_error("full_until", _("This day lies in the past."))
        return data
