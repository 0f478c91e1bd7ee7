"""Rows the agency words itself, and how it shows itself."""

import hashlib
import unicodedata
from itertools import islice

from django import forms
from django.utils.translation import gettext_lazy as _

from contacts.folding import words
from contacts.forms.base import EditForm, TidyForm
from contacts.models import Agency, MailTemplate, PartnerOrganisation, Source, Stage, Topic
from contacts.placeholders import faults, placeholders

NAME_LENGTH = 100


class WordedForm(TidyForm, forms.ModelForm):
    """A German name, which is needed, and an English one, which falls back to it."""

    german = forms.CharField(label=_("Name"), max_length=NAME_LENGTH)
    english = forms.CharField(label=_("Name in English"), max_length=NAME_LENGTH, required=False)
    position = forms.IntegerField(label=_("Position"), min_value=0, max_value=999, initial=99)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        names = self.instance.names
        self.initial |= {"german": names.get("de", ""), "english": names.get("en", "")}
        self.order_fields(["german", "english", "subject", "body", "kind", "position", "active"])

    def row_values(self) -> dict:
        """The columns; names of further languages stay as they are."""
        data = self.cleaned_data
        names = {**self.instance.names, "de": data["german"], "en": data["english"]}
        kept = {language: name for language, name in names.items() if name}
        return {"names": kept} | {name: data[name] for name in self._meta.fields}

    def row_version(self) -> dict:
        """Of rows that keep versions: the one that was opened."""
        return {}


class TopicForm(WordedForm):
    class Meta:
        model = Topic
        fields = ["position", "active"]


class SourceForm(WordedForm):
    class Meta(TopicForm.Meta):
        model = Source


class StageForm(WordedForm):
    class Meta:
        model = Stage
        fields = ["position", "active", "kind"]


class WordingForm(TidyForm, forms.ModelForm):
    """Subject and text of a mail; braces that are no placeholder are told with their place."""

    MOST_FAULTS = 5

    class Meta:
        model = MailTemplate
        fields = ["subject", "body"]
        widgets = {"body": forms.Textarea(attrs={"rows": 14})}

    def clean_body(self):
        return self.known(self.cleaned_data["body"].replace("\r\n", "\n"))

    def clean_subject(self):
        return self.known(self.cleaned_data["subject"])

    def known(self, text: str) -> str:
        text = unicodedata.normalize("NFC", text)
        wrong = list(islice(faults(text), self.MOST_FAULTS))
        if wrong:
            known = ", ".join(f"{{{each.names[0]}}}" for each in placeholders)
            raise forms.ValidationError([*wrong, _("There are: %(known)s") % {"known": known}])
        return text


class MailTemplateForm(WordingForm, WordedForm):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, max_value=2**31 - 1)

    class Meta(WordingForm.Meta):
        fields = ["position", "active", "subject", "body"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version

    def row_version(self) -> dict:
        return {"version": self.cleaned_data["version"]}


class TrialForm(WordingForm):
    """What is being typed, with the person for whom it is tried."""

    person_id = forms.UUIDField(required=False)


def code_of(name: str) -> str:
    """A code for a new row, from its German name; it never changes afterwards."""
    return "_".join(words(name))[:40].strip("_") or "row"


PNG = b"\x89PNG\r\n\x1a\n"
LARGEST_LOGO, WIDEST_LOGO = 200 * 1024, 1200


class AgencyForm(EditForm):
    """The agency's own row among the organisations, with what stands in head and foot of pages."""

    claim = forms.CharField(label=_("Claim"), max_length=200, required=False)
    imprint_url = forms.URLField(label=_("Imprint"), required=False, assume_scheme="https")
    privacy_url = forms.URLField(label=_("Privacy notice"), required=False, assume_scheme="https")
    accessibility_contact = forms.EmailField(label=_("Contact for accessibility"), required=False)
    mail_footer = forms.CharField(
        label=_("Mail footer"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    logo = forms.FileField(
        label=_("Logo"),
        required=False,
        max_length=200,
        help_text=_("PNG, at most 200 KB and 1,200 pixels wide."),
    )
    remove_logo = forms.BooleanField(label=_("Remove the logo"), required=False)

    class Meta:
        model = PartnerOrganisation
        fields = [
            "name",
            "short_name",
            "about",
            "email",
            "phone",
            "website",
            "street",
            "house_number",
            "postcode",
            "town",
        ]
        widgets = {"about": forms.Textarea(attrs={"rows": 2})}

    shown = ("claim", "imprint_url", "privacy_url", "accessibility_contact", "mail_footer")

    def __init__(self, *args, agency: Agency, **kwargs):
        initial = {name: getattr(agency, name) for name in self.shown}
        super().__init__(*args, record=agency.organisation, initial=initial, **kwargs)

    def clean_logo(self):
        """Looks at the content: only a PNG of sensible size, which carries no script."""
        upload = self.cleaned_data["logo"]
        if not upload:
            return None
        content = upload.read(LARGEST_LOGO + 1)
        if len(content) > LARGEST_LOGO or not is_png(content):
            raise forms.ValidationError(_("Please choose a PNG of at most 200 KB."))
        if not 1 <= int.from_bytes(content[16:20]) <= WIDEST_LOGO:
            raise forms.ValidationError(_("Please choose a picture at most 1,200 pixels wide."))
        return content

    def agency_changes(self) -> dict:
        changes = {name: self.cleaned_data[name] for name in self.shown}
        logo = self.cleaned_data["logo"]
        if logo:
            changes |= {"logo": logo, "logo_digest": hashlib.sha256(logo).hexdigest()}
        elif self.cleaned_data["remove_logo"]:
            changes |= {"logo": b"", "logo_digest": ""}
        return changes


def is_png(content: bytes) -> bool:
    """Signature and first chunk, RFC 2083 (3.1, 4.1.1)."""
    return content.startswith(PNG) and content[12:16] == b"IHDR" and len(content) > 32
