"""What a partner sends about a webhook."""

from rest_framework import serializers

from outbox.models import EndpointState
from outbox.webhooks.events import event_choices
from partner_api.bodies import StrictSerializer

URL_LENGTH = 500


def event_codes() -> list[tuple[str, str]]:
    """Read when asked: apps register their events as they start."""
    return event_choices()


class WebhookBody(StrictSerializer):
    """HTTPS and a public address; no events means all, those to come later included."""

    url = serializers.CharField(max_length=URL_LENGTH)

    def get_fields(self):
        events = serializers.ListField(
            child=serializers.ChoiceField(choices=event_codes()),
            required=False,
            default=list,
            max_length=100,
        )
        return {**super().get_fields(), "events": events}


class WebhookChange(WebhookBody):
    """Fields left out stay; `state` switches it on or off."""

    state = serializers.ChoiceField(choices=EndpointState.choices, required=False)
