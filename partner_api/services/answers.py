"""The shape of a service; `presenting.py` fills it."""

from rest_framework import serializers

from partner_api.answers import OrganisationAnswer, PageAnswer
from referrals.models import ServiceStatus


def texts() -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField())


class ServiceAnswer(serializers.Serializer):
    """What a partner offers founders."""

    id = serializers.UUIDField()
    partner = OrganisationAnswer()
    own = serializers.BooleanField(help_text="Yours to change.")
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    topics = texts()
    topics_label = texts()
    stages = texts()
    stages_label = texts()
    legal_forms = texts()
    legal_forms_label = texts()
    postcode_prefixes = texts()
    eligibility = serializers.CharField(allow_blank=True)
    cost = serializers.CharField(allow_blank=True)
    languages = texts()
    waiting_days = serializers.IntegerField(allow_null=True)
    full_until = serializers.DateField(allow_null=True)
    status = serializers.ChoiceField(choices=ServiceStatus.choices)
    status_label = serializers.CharField()
    assured_on = serializers.DateField(allow_null=True)
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    modified_at = serializers.DateTimeField()


class ServicePageAnswer(PageAnswer):
    """By name of the partner, then of the service."""

    results = ServiceAnswer(many=True)
