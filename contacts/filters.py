"""Filters of the lists: they live in the address, so a list can be sent to a colleague."""

from django import forms
from django.db.models import Exists, OuterRef, Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from contacts.folding import digits
from contacts.models import (
    Capacity,
    FollowUp,
    FollowUpKind,
    LegalForm,
    PartnerKind,
    Source,
    Stage,
)

CLASSES = {
    "select": "form-select",
    "text": "form-control",
    "checkbox": "form-check-input",
    "hidden": "",
}
ALL, MINE, NOBODY = "all", "me", "none"


class ListFilter(forms.Form):
    """A form over the query string. Values that mean nothing are ignored, never an error page."""

    def __init__(self, data: QueryDict, *, actor):
        super().__init__(data)
        self.actor = actor
        self.offer()
        for field in self.fields.values():
            field.widget.attrs["class"] = CLASSES[field.widget.input_type]
        self.is_valid()

    def offer(self) -> None:
        """Fill in choices that come from rows."""

    def chosen(self) -> dict:
        return {name: value for name, value in self.cleaned_data.items() if value}

    def chips(self) -> list[dict]:
        """One per active filter, with the list as it is without it."""
        return [
            {"label": self.words(name), "url": self.without(name)}
            for name in self.chosen()
            if self.is_chip(name)
        ]

    def is_chip(self, name: str) -> bool:
        return True

    def words(self, name: str) -> str:
        field, value = self.fields[name], self.cleaned_data[name]
        if isinstance(field, forms.BooleanField):
            return str(field.label)
        said = dict(field.choices).get(value, value) if hasattr(field, "choices") else value
        return f"{field.label}: {said}"

    def without(self, name: str) -> str:
        data = {key: self.data[key] for key in self.fields if self.data.get(key)}
        data.pop(name, None)
        return "?" + encoded(data)


class OwnedFilter(ListFilter):
    """Advisors start with their own; taking that chip away shows all."""

    owner = forms.ChoiceField(label=_("Owner"), required=False)

    def offer(self) -> None:
        self.default = MINE if self.actor.role == Role.ADVISOR else ALL
        first = [(MINE, _("My own")), (ALL, _("Everybody's"))]
        team = User.objects.agency().values_list("pk", "name")
        self.fields["owner"].choices = [
            *(first if self.default == MINE else reversed(first)),
            (NOBODY, _("Nobody yet")),
            *((str(pk), name) for pk, name in team),
        ]

    def clean_owner(self) -> str:
        return self.cleaned_data["owner"] or self.default

    def is_chip(self, name: str) -> bool:
        return name != "owner" or self.cleaned_data["owner"] != ALL

    def without(self, name: str) -> str:
        kept = super().without(name)
        return f"{kept}&owner={ALL}" if name == "owner" else kept

    def owned(self, queryset):
        owner = self.cleaned_data.get("owner", self.default)
        if owner == ALL:
            return queryset
        if owner == NOBODY:
            return queryset.filter(owner=None)
        return queryset.filter(owner_id=self.actor.user_id if owner == MINE else int(owner))


class PeopleFilter(OwnedFilter):
    source = forms.ChoiceField(label=_("Source"), required=False)
    place = forms.CharField(label=_("Town or postcode"), max_length=80, required=False)
    planned = forms.BooleanField(label=_("With an open follow-up"), required=False)

    def offer(self) -> None:
        super().offer()
        self.fields["source"].choices = choices_of(Source)

    def apply(self, queryset):
        chosen, queryset = self.chosen(), self.owned(queryset)
        if "source" in chosen:
            queryset = queryset.filter(source__code=chosen["source"])
        if "planned" in chosen:
            planned = FollowUp.objects.open().filter(person=OuterRef("pk"))
            queryset = queryset.filter(Exists(planned))
        return queryset.filter(in_place(chosen.get("place", "")))


class StartupFilter(OwnedFilter):
    stage = forms.ChoiceField(label=_("Phase"), required=False)
    legal_form = forms.ChoiceField(
        label=_("Legal form"), required=False, choices=[("", _("All")), *LegalForm.choices]
    )
    place = forms.CharField(label=_("Town or postcode"), max_length=80, required=False)

    def offer(self) -> None:
        super().offer()
        self.fields["stage"].choices = choices_of(Stage)

    def apply(self, queryset):
        chosen, queryset = self.chosen(), self.owned(queryset)
        if "stage" in chosen:
            queryset = queryset.filter(stage__code=chosen["stage"])
        if "legal_form" in chosen:
            queryset = queryset.filter(legal_form=chosen["legal_form"])
        return queryset.filter(in_place(chosen.get("place", "")))


class PartnerFilter(ListFilter):
    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=[("", _("All")), *(c for c in PartnerKind.choices if c[0] != PartnerKind.AGENCY)],
    )
    capacity = forms.ChoiceField(
        label=_("Capacity"), required=False, choices=[("", _("All")), *Capacity.choices]
    )
    inactive = forms.BooleanField(label=_("Also those not in use"), required=False)

    def apply(self, queryset):
        chosen = self.chosen()
        if "inactive" not in chosen:
            queryset = queryset.active()
        for name in {"kind", "capacity"} & chosen.keys():
            queryset = queryset.filter(**{name: chosen[name]})
        return queryset


class FollowUpFilter(OwnedFilter):
    """`week` is no filter but the view that was chosen: it goes along."""

    week = forms.CharField(widget=forms.HiddenInput, required=False, max_length=8)
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("All")), *FollowUpKind.choices]
    )

    def offer(self) -> None:
        super().offer()
        owner = self.fields["owner"]
        owner.label = _("Assigned to")
        owner.choices = [choice for choice in owner.choices if choice[0] != NOBODY]

    def is_chip(self, name: str) -> bool:
        return name != "week" and super().is_chip(name)

    def apply(self, queryset):
        chosen, owner = self.chosen(), self.cleaned_data.get("owner", self.default)
        if owner != ALL:
            queryset = queryset.filter(
                assignee_id=self.actor.user_id if owner == MINE else int(owner)
            )
        return queryset.filter(kind=chosen["kind"]) if "kind" in chosen else queryset


def choices_of(model) -> list[tuple]:
    return [("", _("All")), *((row.code, row.label) for row in model.objects.all())]


def in_place(text: str) -> Q:
    """A town by its beginning, a postcode by its first digits."""
    if not text:
        return Q()
    return Q(postcode__startswith=digits(text)) if digits(text) else Q(town__istartswith=text)


def encoded(data: dict) -> str:
    query = QueryDict(mutable=True)
    query.update(data)
    return query.urlencode()
