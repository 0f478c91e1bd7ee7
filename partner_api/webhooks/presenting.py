from outbox.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint


def present_webhook(endpoint: WebhookEndpoint) -> dict:
    """Never the secret."""
    reason = endpoint.disabled_reason
    return {
        "id": str(endpoint.pk),
        "url": endpoint.url,
        "events": endpoint.events,
        "state": endpoint.state,
        "state_label": endpoint.get_state_display(),
        "disabled_reason": reason or None,
        "disabled_reason_label": endpoint.get_disabled_reason_display() if reason else None,
        "failures": endpoint.failures,
        "previous_secret_until": endpoint.previous_until,
        "created_at": endpoint.created_at,
        "modified_at": endpoint.modified_at,
    }


def present_delivery(delivery: WebhookDelivery) -> dict:
    """Read with its tries."""
    return {
        "id": str(delivery.pk),
        "type": delivery.type,
        "state": delivery.state,
        "state_label": delivery.get_state_display(),
        "body": delivery.body,
        "attempts": delivery.attempts,
        "due_at": delivery.due_at,
        "delivered_at": delivery.delivered_at,
        "tries": [present_try(attempt) for attempt in delivery.tries.all()],
        "created_at": delivery.created_at,
    }


def present_try(attempt: WebhookAttempt) -> dict:
    return {
        "at": attempt.at,
        "status_code": attempt.status_code,
        "error": attempt.error or None,
        "duration_ms": attempt.duration_ms,
    }
