"""Who a key is: its organisation, what it may do, how long, how often."""

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.models import Scope
from partner_api.answers import OrganisationAnswer
from partner_api.schema import answered
from partner_api.views import Parameters, PartnerView


class KeyAnswer(serializers.Serializer):
    """The key you ask with; its secret is not kept."""

    name = serializers.CharField(allow_blank=True)
    prefix = serializers.CharField(help_text="How the key begins: by this it is named everywhere.")


class RateLimitAnswer(serializers.Serializer):
    requests = serializers.IntegerField()
    per_seconds = serializers.IntegerField()


class MeAnswer(serializers.Serializer):
    """The key and whom it speaks for."""

    organisation = OrganisationAnswer()
    key = KeyAnswer()
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=Scope.choices))
    expires_at = serializers.DateTimeField()
    rate_limit = RateLimitAnswer()


EXAMPLE = {
    "organisation": {
        "id": "01936a00-1111-7000-8000-000000000002",
        "name": "IHK Lüneburg-Wolfsburg",
    },
    "key": {"name": "Fachverfahren", "prefix": "dma_abcdefgh"},
    "scopes": ["referrals:read", "referrals:write"],
    "expires_at": "2027-11-23T09:00:00Z",
    "rate_limit": {"requests": 600, "per_seconds": 60},
}


class Me(PartnerView):
    tag = "Me"

    @extend_schema(
        operation_id="get_me",
        summary="Your key and organisation",
        parameters=[Parameters],
        responses=MeAnswer,
        examples=[answered("A key", EXAMPLE)],
    )
    def get(self, request):
        """A good first request: it says whether a key works and what it may do."""
        self.checked_parameters()
        key = request.user.key
        return Response(
            {
                "organisation": {"id": str(key.organisation_id), "name": key.organisation.name},
                "key": {"name": key.name, "prefix": key.prefix},
                "scopes": key.scopes,
                "expires_at": key.expires_at,
                "rate_limit": {"requests": settings.API_REQUESTS_PER_MINUTE, "per_seconds": 60},
            }
        )
