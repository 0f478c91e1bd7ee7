"""What is no longer needed: deliveries that are settled, secrets that no longer sign."""

from datetime import datetime, timedelta

from outbox.models import DeliveryState, WebhookDelivery, WebhookEndpoint

KEPT = timedelta(days=30)
SETTLED = (DeliveryState.DELIVERED, DeliveryState.DEAD, DeliveryState.CANCELLED)
DELETED_AT_ONCE = 1000  # short transactions
CHUNKS = 20


def tidy(*, at: datetime) -> int:
    """How many deliveries were deleted; what is left over goes with the next sweep."""
    forget_old_secrets(at=at)
    return sum(delete_some(at=at) for _chunk in range(CHUNKS))


def forget_old_secrets(*, at: datetime) -> None:
    rotated = WebhookEndpoint.objects.filter(previous_until__lte=at)
    rotated.update(previous_secret="", previous_until=None)


def delete_some(*, at: datetime) -> int:
    old = WebhookDelivery.objects.filter(state__in=SETTLED, modified_at__lt=at - KEPT)
    ids = list(old.order_by("modified_at").values_list("pk", flat=True)[:DELETED_AT_ONCE])
    if not ids:
        return 0
    WebhookDelivery.objects.filter(pk__in=ids, state__in=SETTLED).delete()
    return len(ids)
