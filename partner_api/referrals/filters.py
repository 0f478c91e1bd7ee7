"""The filters of the list; what is not named here is refused, never ignored."""

import functools
from typing import Any

import django_filters
from django.http import QueryDict
from django_filters.utils import translate_validation
from rest_framework import serializers

from contacts.models import Topic
from partner_api.bodies import MomentField
from partner_api.referrals.answers import DIRECTIONS
from partner_api.views import PageParameters
from referrals.models import Referral, ReferralStatus

ORDERINGS = {
    "-modified_at": ("-modified_at", "-id"),
    "modified_at": ("modified_at", "id"),
    "-created_at": ("-created_at", "-id"),
}


class ReferralFilter(django_filters.FilterSet):
    """Checks and describes what is asked for; `loading.CONDITIONS` are what is meant by it."""

    status = django_filters.MultipleChoiceFilter(
        choices=ReferralStatus.choices,
        help_text="May be given several times.",
    )
    topic = django_filters.ModelChoiceFilter(
        queryset=Topic.objects.all(),
        to_field_name="code",
        field_name="need__topics",
        help_text="Code of a topic.",
    )
    direction = django_filters.ChoiceFilter(
        choices=DIRECTIONS, help_text="What came to your organisation (default) or what it sent."
    )

    @classmethod
    def of(cls, parameters: QueryDict) -> tuple[str, tuple[str, ...], dict[str, Any]]:
        """The direction, the states, and the values of what else was asked for."""
        if "topic" in parameters:
            return cls.checked(parameters)
        own = [(name, *parameters.getlist(name)) for name in cls.base_filters if name in parameters]
        direction, statuses, given = understood(tuple(own))
        return direction, statuses, {**given}

    @classmethod
    def checked(cls, parameters: QueryDict) -> tuple[str, tuple[str, ...], dict[str, Any]]:
        chosen = cls(parameters, queryset=Referral.objects.none())
        if not chosen.is_valid():
            raise translate_validation(chosen.errors)
        values = chosen.form.cleaned_data
        given = {"topic": values["topic"].pk} if values["topic"] else {}
        return values["direction"] or "received", tuple(dict.fromkeys(values["status"])), given


@functools.lru_cache(maxsize=200)
def understood(own: tuple[tuple[str, ...], ...]) -> tuple[str, tuple[str, ...], dict[str, Any]]:
    """Clients that poll ask the same each time, and to make a form takes long."""
    parameters = QueryDict(mutable=True)
    for name, *values in own:
        parameters.setlist(name, values)
    return ReferralFilter.checked(parameters)


class ReferralParameters(PageParameters):
    modified_after = MomentField(required=False, help_text="RFC 3339: the last watermark.")
    ordering = serializers.ChoiceField(choices=list(ORDERINGS), default="-modified_at")
