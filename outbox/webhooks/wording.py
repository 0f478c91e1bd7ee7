"""Webhooks in the words of the pages, of Verwaltung and of the partner portal."""

import json
from typing import Any

from django.urls import reverse
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from outbox.models import (
    DeliveryState,
    DisabledReason,
    EndpointState,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
)
from outbox.webhooks.actions import RESENT
from outbox.webhooks.reasons import in_words
from outbox.webhooks.sender import USER_AGENT
from outbox.wording import capped, counted

TONES = {
    DeliveryState.QUEUED: "info",
    DeliveryState.SENDING: "info",
    DeliveryState.DELIVERED: "good",
    DeliveryState.DEAD: "danger",
    DeliveryState.CANCELLED: "neutral",
}
HIDDEN = "v1,…"


def endpoint_state(endpoint: WebhookEndpoint) -> dict[str, str]:
    """Word, tone and reason."""
    if endpoint.state == EndpointState.DISABLED:
        by_hand = endpoint.disabled_reason == DisabledReason.BY_HAND
        return {
            "word": endpoint.get_state_display(),
            "tone": "neutral" if by_hand else "danger",
            "reason": endpoint.get_disabled_reason_display(),
        }
    if endpoint.failures:
        failed = ngettext(
            "%(count)s failed attempt", "%(count)s failed attempts in a row", endpoint.failures
        ) % {"count": endpoint.failures}
        return {"word": _("Disturbed"), "tone": "warning", "reason": failed}
    return {"word": endpoint.get_state_display(), "tone": "good", "reason": ""}


def endpoint_row(endpoint: WebhookEndpoint) -> dict[str, Any]:
    return {"endpoint": endpoint, "events": events_of(endpoint), **endpoint_state(endpoint)}


def endpoint_facts(endpoint: WebhookEndpoint) -> list[dict[str, Any]]:
    return [
        {"term": pgettext("webhook", "Address"), "value": endpoint.url},
        {"term": pgettext("webhook", "Events"), "value": events_of(endpoint)},
        {"term": _("Created"), "value": endpoint.created_at},
        *trouble_facts(endpoint),
    ]


def trouble_facts(endpoint: WebhookEndpoint) -> list[dict[str, Any]]:
    facts: list[dict[str, Any]] = [
        {"term": _("Reason"), "value": endpoint_state(endpoint)["reason"]},
        {"term": _("Nothing taken since"), "value": endpoint.failing_since},
        {"term": _("Switched off since"), "value": endpoint.disabled_at},
        {"term": _("Second secret until"), "value": endpoint.previous_until},
    ]
    return [fact for fact in facts if fact["value"]]


def events_of(endpoint: WebhookEndpoint) -> str:
    return ", ".join(endpoint.events) or _("all events")


def delivery_row(
    delivery: WebhookDelivery, url_name: str = "outbox:webhook_delivery"
) -> dict[str, Any]:
    return {
        "delivery": delivery,
        "url": reverse(url_name, args=[delivery.pk]),
        "word": delivery.get_state_display(),
        "tone": TONES[DeliveryState(delivery.state)],
        "reason": in_words(delivery.last_error),
        "subject": subject_of(delivery),
    }


def subject_of(delivery: WebhookDelivery) -> str:
    """The reference of what it is about, if it has one."""
    return json.loads(delivery.body)["data"].get("reference", "")


def delivery_log(delivery: WebhookDelivery) -> dict[str, Any]:
    """The context of `outbox/_webhook_delivery.html`: what was asked, what was answered."""
    tries = list(delivery.tries.all())
    return {
        **delivery_row(delivery),
        "facts": delivery_facts(delivery),
        "headers": headers_of(delivery, tries[-1] if tries else None),
        "body": json.dumps(json.loads(delivery.body), ensure_ascii=False, indent=2),
        "tries": [{"try": each, "reason": in_words(each.error)} for each in tries],
        "may_resend": may_resend(delivery),
    }


def may_resend(delivery: WebhookDelivery) -> bool:
    return delivery.state in RESENT and delivery.endpoint.state == EndpointState.ACTIVE


def delivery_facts(delivery: WebhookDelivery) -> list[dict[str, Any]]:
    waits = delivery.state == DeliveryState.QUEUED
    facts: list[dict[str, Any]] = [
        {"term": pgettext("webhook", "Address"), "value": delivery.endpoint.url},
        {"term": _("Queued"), "value": delivery.created_at},
        {"term": _("Due"), "value": delivery.due_at if waits else ""},
        {"term": _("Delivered"), "value": delivery.delivered_at},
        {"term": _("Attempts"), "value": str(delivery.attempts)},
        {"term": _("Reason"), "value": in_words(delivery.last_error)},
    ]
    return [fact for fact in facts if fact["value"]]


def headers_of(delivery: WebhookDelivery, last: WebhookAttempt | None) -> list[tuple[str, str]]:
    """As the newest attempt sent them, but for the signature."""
    headers = [
        ("Content-Type", "application/json"),
        ("User-Agent", USER_AGENT),
        ("webhook-id", str(delivery.pk)),
    ]
    if last:
        sent = ("webhook-timestamp", str(int(last.at.timestamp())))
        headers += [sent, ("webhook-signature", HIDDEN)]
    return headers


def webhook_trouble() -> str:
    """What a look into Verwaltung should tell at once."""
    rows = WebhookDelivery.objects.filter(state=DeliveryState.DEAD)
    count = counted(rows)
    if not count:
        return _("Which systems of partners are told of changes, and what they answered.")
    return ngettext(
        "%(count)s webhook could not be delivered.",
        "%(count)s webhooks could not be delivered.",
        count,
    ) % {"count": capped(count)}


webhook_trouble_lazy = lazy(webhook_trouble, str)
