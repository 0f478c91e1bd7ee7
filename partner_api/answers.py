"""What several resources answer alike, for the OpenAPI document."""

from rest_framework import serializers

from referrals.models import ReferralStatus


class OrganisationAnswer(serializers.Serializer):
    """An organisation: a partner, or the agency itself."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class PageAnswer(serializers.Serializer):
    """One page; `next` and `previous` are whole addresses, null where there is no more."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class ProblemEntryAnswer(serializers.Serializer):
    """One wrong value."""

    pointer = serializers.CharField(
        help_text="JSON pointer (RFC 6901) into the body, or to the query parameter."
    )
    code = serializers.CharField()
    detail = serializers.CharField()


class ProblemAnswer(serializers.Serializer):
    """RFC 9457. `current_status` comes with a 409 or 412 of a step: the state as it now stands."""

    type = serializers.CharField(help_text="`urn:dma-crm:problem:` and a code that stays.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="For people, in the language asked for.")
    errors = ProblemEntryAnswer(many=True)
    current_status = serializers.ChoiceField(choices=ReferralStatus.choices, required=False)
