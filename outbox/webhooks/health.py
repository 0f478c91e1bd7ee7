"""How an endpoint fares: when it may rest, and when there is no use in trying on."""

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from django.utils import timezone

from outbox.models import DeliveryState, DisabledReason, WebhookDelivery, WebhookEndpoint
from outbox.webhooks.actions import UNTROUBLED, switch_off
from outbox.webhooks.notices import tell_of_disabling
from outbox.webhooks.sender import Answer

FAILING_FOR = timedelta(days=5)
ASKS_TO_WAIT = {429, 503}
LONGEST_PAUSE = timedelta(hours=24)
FIRST_REST, LONGEST_REST = timedelta(seconds=5), timedelta(minutes=5)
NO_PAUSE = timedelta()


def note_answer(
    endpoint: WebhookEndpoint,
    delivery: WebhookDelivery,
    answer: Answer,
    *,
    last: bool,
    at: datetime,
) -> None:
    """`last`: the delivery is given up. Called with the endpoint locked."""
    if not answer.error:
        if endpoint.failures:
            WebhookEndpoint.objects.filter(pk=endpoint.pk).update(**UNTROUBLED)
        return
    endpoint.failures += 1
    endpoint.failing_since = endpoint.failing_since or at
    endpoint.rest_until = at + rest(endpoint, answer, at=at)
    endpoint.save(update_fields=["failures", "failing_since", "rest_until"])
    reason = reason_to_stop(endpoint, delivery, answer, last=last, at=at)
    if reason and switch_off(endpoint, reason, at=at):
        tell_of_disabling(endpoint, at=at)


def rest(endpoint: WebhookEndpoint, answer: Answer, *, at: datetime) -> timedelta:
    """For all its deliveries: a receiver that hangs costs us time with each, and one that asks

    to be left alone means all of them. Other failures cost little and stay with their delivery.
    """
    if answer.error == "timeout":
        return min(FIRST_REST * 4 ** min(endpoint.failures - 1, 4), LONGEST_REST)
    return wanted_pause(answer, at=at)


def wanted_pause(answer: Answer, *, at: datetime) -> timedelta:
    """What Retry-After says (RFC 9110, 10.2.3: seconds or a date), up to a day."""
    if answer.status_code not in ASKS_TO_WAIT:
        return NO_PAUSE
    return min(max(pause_in(answer.retry_after.strip(), at), NO_PAUSE), LONGEST_PAUSE)


def pause_in(text: str, at: datetime) -> timedelta:
    if text.isascii() and text.isdigit():
        return timedelta(seconds=int(text)) if len(text) < 9 else LONGEST_PAUSE
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return NO_PAUSE
    return moment - at if timezone.is_aware(moment) else NO_PAUSE


def reason_to_stop(
    endpoint: WebhookEndpoint,
    delivery: WebhookDelivery,
    answer: Answer,
    *,
    last: bool,
    at: datetime,
) -> DisabledReason | None:
    """A delivery given up ends the endpoint only if no other got through meanwhile."""
    if answer.error == "gone":
        return DisabledReason.GONE
    failing = endpoint.failing_since and at - endpoint.failing_since >= FAILING_FOR
    if failing or (last and not something_arrived(endpoint, since=delivery.created_at)):
        return DisabledReason.FAILING
    return None


def something_arrived(endpoint: WebhookEndpoint, *, since: datetime) -> bool:
    arrived = endpoint.deliveries.filter(state=DeliveryState.DELIVERED, delivered_at__gt=since)
    return arrived.exists()
