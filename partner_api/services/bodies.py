"""What a partner sends about a service of its own."""

from rest_framework import serializers

from contacts.forms.people import LANGUAGES
from contacts.models import Stage
from partner_api.bodies import CodesField, OptionalText, StrictSerializer, topics_field
from referrals.forms.services import MOST_PREFIXES, REAL_FORMS
from referrals.models import ServiceStatus

PREFIX = r"^[0-9]{1,5}$"
LONGEST_WAITING = 3650


def choices(known, **kwargs) -> serializers.ListField:
    """Several of the codes known, none meaning all."""
    child = serializers.ChoiceField(choices=known)
    return serializers.ListField(
        child=child, required=False, default=list, max_length=len(known), **kwargs
    )


class ServiceBody(StrictSerializer):
    """With PATCH, fields left out stay as they are."""

    name = serializers.CharField(max_length=150, help_text="Unique among your services.")
    description = OptionalText(max_length=2000)
    topics = topics_field()
    stages = CodesField(
        Stage, required=False, default=list, help_text="Codes of phases; none means all."
    )
    legal_forms = choices(REAL_FORMS, help_text="None means all.")
    postcode_prefixes = serializers.ListField(
        child=serializers.RegexField(PREFIX),
        required=False,
        default=list,
        max_length=MOST_PREFIXES,
        help_text="Beginnings of postcodes, such as 38 or 391; none means everywhere.",
    )
    eligibility = OptionalText(max_length=1000, help_text="Requirements, in words.")
    cost = OptionalText(max_length=150)
    languages = choices(LANGUAGES, help_text="ISO 639-1.")
    waiting_days = serializers.IntegerField(
        min_value=0, max_value=LONGEST_WAITING, required=False, allow_null=True, default=None
    )
    full_until = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="No new cases up to this day."
    )
    status = serializers.ChoiceField(
        choices=ServiceStatus.choices,
        required=False,
        default=ServiceStatus.DRAFT,
        help_text="Only `published` ones are seen by others.",
    )
    assured_on = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="Last checked by you."
    )

    def validate(self, attrs):
        for name in ("legal_forms", "postcode_prefixes", "languages"):
            if name in attrs:
                attrs[name] = list(dict.fromkeys(attrs[name]))
        return attrs
