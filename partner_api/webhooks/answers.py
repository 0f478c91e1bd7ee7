"""The shape of webhooks, their deliveries and tries."""

from rest_framework import serializers

from outbox.models import DeliveryState, DisabledReason, EndpointState
from partner_api.answers import PageAnswer


class WebhookAnswer(serializers.Serializer):
    """An address that is told of changes."""

    id = serializers.UUIDField()
    url = serializers.CharField()
    events = serializers.ListField(child=serializers.CharField(), help_text="Empty means all.")
    state = serializers.ChoiceField(choices=EndpointState.choices)
    state_label = serializers.CharField()
    disabled_reason = serializers.ChoiceField(choices=DisabledReason.choices, allow_null=True)
    disabled_reason_label = serializers.CharField(allow_null=True)
    failures = serializers.IntegerField(help_text="Failed attempts in a row.")
    previous_secret_until = serializers.DateTimeField(
        allow_null=True, help_text="So long the secret before the last rotation signs, too."
    )
    created_at = serializers.DateTimeField()
    modified_at = serializers.DateTimeField()


class WebhookWithSecretAnswer(WebhookAnswer):
    """The secret is said this once; a repeat of the same Idempotency-Key answers without it."""

    secret = serializers.CharField(required=False, help_text="`whsec_…`, as Standard Webhooks.")


class WebhookPageAnswer(PageAnswer):
    """The newest first."""

    results = WebhookAnswer(many=True)


class TryAnswer(serializers.Serializer):
    """One attempt; what the receiver answered beside its status is not kept."""

    at = serializers.DateTimeField()
    status_code = serializers.IntegerField(allow_null=True)
    error = serializers.CharField(allow_null=True)
    duration_ms = serializers.IntegerField()


class DeliveryAnswer(serializers.Serializer):
    """One event told to one webhook; its id is the `webhook-id` of every attempt."""

    id = serializers.UUIDField()
    type = serializers.CharField()
    state = serializers.ChoiceField(choices=DeliveryState.choices)
    state_label = serializers.CharField()
    body = serializers.CharField(help_text="The text as it is signed.")
    attempts = serializers.IntegerField()
    due_at = serializers.DateTimeField(help_text="When the next attempt is due.")
    delivered_at = serializers.DateTimeField(allow_null=True)
    tries = TryAnswer(many=True)
    created_at = serializers.DateTimeField()


class DeliveryPageAnswer(PageAnswer):
    """The newest first."""

    results = DeliveryAnswer(many=True)
