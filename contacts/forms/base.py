"""What all forms of contacts share: tidy lines, sensible days, and a create that happens once."""

from datetime import date
from uuid import UUID

from django import forms
from django.core import signing
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from contacts.imports.values.cells import clean as one_line
from dma_crm.models import new_id

NO_CHOICE = "---------"  # Django's, read out as nine dashes by screen readers
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2100, 12, 31)


class TidyForm(forms.BaseForm):
    """Single lines without control and direction marks; days between 1900 and 2100."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.ModelChoiceField) and field.empty_label == NO_CHOICE:
                field.empty_label = "–"
            if isinstance(field, forms.DateField):
                field.widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
                field.validators = [
                    *field.validators,
                    MinValueValidator(FIRST_DAY),
                    MaxValueValidator(LAST_DAY),
                ]

    def clean(self):
        data = super().clean()
        for name in filter(self.is_line, list(data)):
            data[name] = one_line(data[name])
            if self.fields[name].required and not data[name]:
                self.add_error(name, self.fields[name].error_messages["required"])
        return data

    def is_line(self, name: str) -> bool:
        field = self.fields[name]
        return type(field) is forms.CharField and type(field.widget) is forms.TextInput


class EditForm(TidyForm, forms.ModelForm):
    """A form over a copy of the record, so that what is stored can still be compared.

    A choice with a default needs no star and may be missing: it keeps the default.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, max_value=2**31 - 1)

    def __init__(self, *args, record=None, **kwargs):
        if record is not None:
            fresh = type(record)._base_manager.get(pk=record.pk)
            kwargs["instance"] = fresh
            kwargs["initial"] = {"version": record.version, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        for name in self.defaults():
            self.fields[name].required = False

    def defaults(self) -> dict:
        columns = {field.name: field for field in self._meta.model._meta.fields}
        return {
            name: columns[name].default
            for name in self.fields
            if name in columns and columns[name].choices and columns[name].has_default()
        }

    def clean(self):
        data = super().clean()
        for name, default in self.defaults().items():
            if name in data and data[name] == "":
                data[name] = default
        return data

    def changes(self) -> dict:
        return {name: self.cleaned_data[name] for name in self._meta.fields if name in self.fields}


class OnceForm(TidyForm):
    """A create form whose token is the id of the record to be, signed for this user.

    A second submit of one form meets the record that the first has made.
    """

    token = forms.CharField(widget=forms.HiddenInput, max_length=200)

    def __init__(self, *args, user_id: int, **kwargs):
        super().__init__(*args, **kwargs)
        self.user_id = user_id
        self.fields["token"] = forms.CharField(
            widget=forms.HiddenInput, max_length=200, initial=lambda: issue(user_id)
        )

    def clean_token(self) -> UUID:
        new_id = self.read_token(self.cleaned_data["token"])
        if new_id is None:
            raise forms.ValidationError(_("Please open the form again and repeat."))
        return new_id

    def read_token(self, token: str) -> UUID | None:
        try:
            return UUID(signer(self.user_id).unsign(token))
        except (signing.BadSignature, ValueError):
            return None

    def made_already(self, model: type[models.Model]) -> models.Model | None:
        """What an earlier submit of this form made, asked before anything is checked."""
        new_id = self.read_token(self.data.get("token", ""))
        return model._base_manager.filter(pk=new_id).first() if new_id else None


def signer(user_id: int) -> signing.Signer:
    return signing.Signer(salt=f"contacts.new_record.{user_id}")


def issue(user_id: int) -> str:
    return signer(user_id).sign(str(new_id()))
