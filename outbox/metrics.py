"""How the outbox fares, for Prometheus. What is settled only grows, and is not counted."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, QuerySet

from dma_crm.metrics import Gauge, age
from outbox.models import QUEUED, DeliveryState, MailState, OutboundMail, WebhookDelivery

MAILS = (MailState.QUEUED, MailState.SENDING, MailState.DEAD, MailState.UNCERTAIN)
WEBHOOKS = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.DEAD)


def gauges(at: datetime) -> Iterator[Gauge]:
    mails, webhooks = OutboundMail.objects.all(), WebhookDelivery.objects.all()
    yield Gauge("dma_outbox_mails", "Mails that are not settled.", counts(mails, MAILS), ("state",))
    yield Gauge(
        "dma_outbox_oldest_due_seconds",
        "For how long the mail that has waited longest has been due.",
        {(): overdue(mails, at)},
    )
    yield Gauge(
        "dma_webhook_deliveries",
        "Webhook deliveries that are not settled.",
        counts(webhooks, WEBHOOKS),
        ("state",),
    )
    yield Gauge(
        "dma_webhook_oldest_due_seconds",
        "For how long the webhook delivery that has waited longest has been due.",
        {(): overdue(webhooks, at)},
    )


def counts(rows: QuerySet, states: tuple[str, ...]) -> dict[tuple[str, ...], float]:
    counted = dict(by_state(rows, states))
    return {(str(state),): counted.get(state, 0) for state in states}


def by_state(rows: QuerySet, states: tuple[str, ...]) -> QuerySet:
    found = rows.filter(state__in=states).order_by()
    return found.values("state").annotate(count=Count("pk")).values_list("state", "count")


def overdue(rows: QuerySet, at: datetime) -> float:
    """Seconds, 0 while nothing is due."""
    first = waiting_longest(rows).first()
    return age(first, at) if first else 0


def waiting_longest(rows: QuerySet) -> QuerySet:
    return rows.filter(state=QUEUED).order_by("due_at").values_list("due_at", flat=True)
