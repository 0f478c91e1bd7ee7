from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from contacts.forms.base import EditForm, OnceForm
from contacts.models import Person, Source

LANGUAGES = [
    ("de", _("German")),
    ("en", _("English")),
    ("tr", _("Turkish")),
    ("ar", _("Arabic")),
    ("uk", _("Ukrainian")),
    ("ru", _("Russian")),
    ("pl", _("Polish")),
    ("fa", _("Persian")),
    ("ku", _("Kurdish")),
    ("ro", _("Romanian")),
    ("it", _("Italian")),
    ("es", _("Spanish")),
    ("fr", _("French")),
    ("pt", _("Portuguese")),
    ("el", _("Greek")),
    ("zh", _("Chinese")),
    ("vi", _("Vietnamese")),
]
FEWEST_ROWS, MOST_ROWS = 3, 10


class PersonForm(EditForm):
    """Addresses and phones are rows: as many as stored and one more, at least three."""

    languages = forms.MultipleChoiceField(
        label=_("Languages"),
        choices=LANGUAGES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Person
        fields = [
            "form_of_address",
            "title",
            "given_name",
            "family_name",
            "birth_date",
            "street",
            "house_number",
            "postcode",
            "town",
            "languages",
            "employment",
            "source",
            "first_contact_on",
            "owner",
            "remark",
        ]
        widgets = {"remark": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, record=None, **kwargs):
        super().__init__(*args, record=record, **kwargs)
        self.fields["owner"].queryset = User.objects.agency()
        self.fields["source"].queryset = Source.objects.filter(active=True)
        emails = [email.address for email in record.emails.all()] if record else []
        phones = [phone.number for phone in record.phones.all()] if record else []
        self.add_rows("email", emails, forms.EmailField, _("E-mail"), max_length=254)
        self.add_rows("phone", phones, forms.CharField, _("Phone"), max_length=40)

    def add_rows(self, name: str, stored: list[str], field, label, **options) -> None:
        for n in range(rows_for(stored)):
            value = stored[n] if n < len(stored) else ""
            said = label if n == 0 else _("%(what)s %(number)s") % {"what": label, "number": n + 1}
            self.fields[f"{name}_{n + 1}"] = field(
                label=said, required=False, initial=value, **options
            )

    def rows(self, name: str) -> list:
        return [self[field] for field in self.fields if field.startswith(f"{name}_")]

    def values(self, name: str) -> list[str]:
        return [self.cleaned_data[row.name] for row in self.rows(name)]

    def more_rows(self) -> list:
        return [*self.rows("email")[1:], *self.rows("phone")[1:]]

    def has_more_rows(self) -> bool:
        return any(row.value() or row.errors for row in self.more_rows())

    def lists_of(self, person: Person) -> list[tuple]:
        """What is stored of the rows, to compare in a conflict."""
        emails = [email.address for email in person.emails.all()]
        phones = [phone.number for phone in person.phones.all()]
        return [("email", _("E-mail"), emails), ("phone", _("Phone"), phones)]


class NewPersonForm(OnceForm, PersonForm):
    pass


def rows_for(stored: list[str]) -> int:
    return max(FEWEST_ROWS, min(len(stored) + 1, MOST_ROWS), len(stored))
