"""The shape of what the API answers, for the OpenAPI document; `presenting.py` fills it."""

from rest_framework import serializers

from referrals.models import DeclineReason, Outcome, ReferralStatus, WithdrawalReason
from referrals.rules import RULES

ACTIONS = [verb for verb in RULES if verb != "send"]


class NeedAnswer(serializers.Serializer):
    id = serializers.UUIDField()
    reference = serializers.CharField()


class NamedAnswer(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()


class OrganisationAnswer(NamedAnswer):
    pass


class ServiceAnswer(NamedAnswer):
    pass


class FounderAnswer(serializers.Serializer):
    """Contact data as far as the founder agreed; the id is stable for your organisation only."""

    id = serializers.UUIDField()
    display_name = serializers.CharField()
    emails = serializers.ListField(child=serializers.EmailField())
    phones = serializers.ListField(child=serializers.CharField())


class ReferralAnswer(serializers.Serializer):
    """One organisation is asked to help one founder with one need."""

    id = serializers.UUIDField()
    reference = serializers.CharField(help_text="To be spoken on the phone, such as V-2026-0042.")
    status = serializers.ChoiceField(choices=ReferralStatus.choices)
    status_label = serializers.CharField()
    status_since = serializers.DateTimeField()
    direction = serializers.ChoiceField(choices=["received", "sent"])
    need = NeedAnswer()
    sender = OrganisationAnswer()
    recipient = OrganisationAnswer()
    service = ServiceAnswer(allow_null=True)
    topics = serializers.ListField(child=serializers.CharField())
    topics_label = serializers.ListField(child=serializers.CharField())
    stage = serializers.CharField(allow_null=True)
    stage_label = serializers.CharField(allow_null=True)
    postcode = serializers.CharField()
    question = serializers.CharField()
    reason = serializers.CharField(help_text="Why this organisation was chosen.")
    founder = FounderAnswer(
        allow_null=True, help_text="Null until acceptance, and again once consent is gone."
    )
    respond_by = serializers.DateField(allow_null=True)
    responsible = serializers.CharField()
    your_reference = serializers.CharField()
    decline_reason = serializers.ChoiceField(choices=DeclineReason.choices, allow_null=True)
    decline_reason_label = serializers.CharField(allow_null=True)
    forward_to = OrganisationAnswer(allow_null=True)
    first_contact_on = serializers.DateField(allow_null=True)
    resume_on = serializers.DateField(allow_null=True)
    outcome = serializers.ChoiceField(choices=Outcome.choices, allow_null=True)
    outcome_label = serializers.CharField(allow_null=True)
    withdrawn_reason = serializers.ChoiceField(choices=WithdrawalReason.choices, allow_null=True)
    withdrawn_reason_label = serializers.CharField(allow_null=True)
    allowed_actions = serializers.ListField(child=serializers.ChoiceField(choices=ACTIONS))
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    modified_at = serializers.DateTimeField()


class ReferralPageAnswer(serializers.Serializer):
    """`watermark` is the `modified_after` of your next poll: nothing is missed, some come twice."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = ReferralAnswer(many=True)
    watermark = serializers.DateTimeField()


class ProblemEntryAnswer(serializers.Serializer):
    pointer = serializers.CharField(help_text="JSON pointer into the body or the query parameters.")
    code = serializers.CharField()
    detail = serializers.CharField()


class ProblemAnswer(serializers.Serializer):
    """RFC 9457. `current_status` comes with a 409: the state as it now stands."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = ProblemEntryAnswer(many=True)
    current_status = serializers.ChoiceField(choices=ReferralStatus.choices, required=False)
