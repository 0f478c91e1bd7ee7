"""Every write to webhooks but delivery itself."""

import json
import logging
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import models, transaction

from accounts.actors import Actor
from accounts.models import Role
from dma_crm.crypto import encrypt
from dma_crm.statements import Given, Statement
from outbox.actions import short_key
from outbox.models import (
    DeliveryState,
    DisabledReason,
    EndpointState,
    WebhookDelivery,
    WebhookEndpoint,
)
from outbox.webhooks.errors import WebhookError
from outbox.webhooks.events import PING, checked_events
from outbox.webhooks.signatures import new_secret, rotated
from outbox.webhooks.targets import target_of

logger = logging.getLogger(__name__)
PER_ORGANISATION = 20
RESENT = tuple(set(DeliveryState) - {DeliveryState.SENDING})
UNTROUBLED = {"failures": 0, "failing_since": None, "rest_until": None}
ACTIVE_OF = Statement(
    lambda: WebhookEndpoint.objects.active().filter(organisation__any_of=Given("organisations"))
)


@transaction.atomic
def create_endpoint(
    *, organisation: models.Model, url: str, events: Iterable[str] = (), by: Actor, at: datetime
) -> tuple[WebhookEndpoint, str]:
    """The endpoint and its secret, which nobody can read again. No `events` means all of them."""
    check_may_manage(organisation.pk, by)
    fields = checked({"url": url, "events": events})
    take_turns(organisation)
    if WebhookEndpoint.objects.filter(organisation_id=organisation.pk).count() >= PER_ORGANISATION:
        raise WebhookError("too_many")
    secret = new_secret()
    endpoint = WebhookEndpoint.objects.create(
        organisation_id=organisation.pk,
        secret=encrypt(secret),
        created_at=at,
        modified_at=at,
        **fields,
    )
    note("created", endpoint, by)
    return endpoint, secret


def take_turns(row: models.Model) -> None:
    type(row)._default_manager.select_for_update(no_key=True).get(pk=row.pk)


@transaction.atomic
def update_endpoint(
    *, endpoint: WebhookEndpoint, changes: dict[str, Any], by: Actor, at: datetime
) -> WebhookEndpoint:
    """`changes` are `url` and `events`; what waits goes to the new address."""
    check_may_manage(endpoint.organisation_id, by)
    fields = checked(changes)
    if fields.get("url", endpoint.url) != endpoint.url:
        fields |= UNTROUBLED
    return write(endpoint, fields, "changed", by=by, at=at)


@transaction.atomic
def rotate_secret(*, endpoint: WebhookEndpoint, by: Actor, at: datetime) -> str:
    """The new secret; for a day both sign, so that the receiver can change in between."""
    check_may_manage(endpoint.organisation_id, by)
    secret = new_secret()
    endpoint = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
    write(endpoint, rotated(endpoint, secret, at=at), "given a new secret", by=by, at=at)
    return secret


@transaction.atomic
def enable_endpoint(*, endpoint: WebhookEndpoint, by: Actor, at: datetime) -> WebhookEndpoint:
    """What happened meanwhile is not told later; it can be asked for with `modified_after`."""
    check_may_manage(endpoint.organisation_id, by)
    fields = {"state": EndpointState.ACTIVE, "disabled_reason": "", "disabled_at": None}
    return write(endpoint, {**fields, **UNTROUBLED}, "enabled", by=by, at=at)


@transaction.atomic
def disable_endpoint(*, endpoint: WebhookEndpoint, by: Actor, at: datetime) -> WebhookEndpoint:
    """What waits is cancelled and can be sent again one by one."""
    check_may_manage(endpoint.organisation_id, by)
    switch_off(endpoint, DisabledReason.BY_HAND, at=at)
    note("disabled", endpoint, by)
    return endpoint


@transaction.atomic
def delete_endpoint(*, endpoint: WebhookEndpoint, by: Actor, at: datetime) -> None:
    """With its log: nothing is kept of an address that an organisation has given up."""
    check_may_manage(endpoint.organisation_id, by)
    note("deleted", endpoint, by)
    WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk).delete()


@transaction.atomic
def ping_endpoint(*, endpoint: WebhookEndpoint, by: Actor, at: datetime) -> WebhookDelivery:
    """A delivery by which a receiver can be tried; it comes whatever events were chosen."""
    check_may_manage(endpoint.organisation_id, by)
    check_active(endpoint)
    body = body_of(PING, {"id": str(endpoint.pk)}, at)
    delivery = delivery_of(endpoint, PING, body, f"{PING}:{uuid4()}", at=at)
    delivery.save(force_insert=True)
    return delivery


@transaction.atomic
def resend_delivery(*, delivery: WebhookDelivery, by: Actor, at: datetime) -> WebhookDelivery:
    """The same id and body once more, with all tries before it."""
    check_may_manage(delivery.endpoint.organisation_id, by)
    check_active(delivery.endpoint)
    WebhookEndpoint.objects.filter(pk=delivery.endpoint_id).update(rest_until=None)
    fresh = {"due_at": at, "attempts": 0, "delivered_at": None, "last_error": ""}
    rows = WebhookDelivery.objects.filter(pk=delivery.pk, state__in=RESENT)
    if not rows.update(state=DeliveryState.QUEUED, modified_at=at, **fresh):
        raise WebhookError("delivery_moved")
    logger.info("webhook delivery %s is sent again by user %s", delivery.pk, by.user_id)
    delivery.refresh_from_db()
    return delivery


def queue_webhooks(
    *,
    organisation_ids: Iterable[UUID],
    type: str,
    data: dict[str, Any],
    dedupe_key: str,
    at: datetime,
) -> int:
    """Tell the active endpoints of these organisations, in the caller's transaction.

    `dedupe_key` says what happened (`referral:<id>:<version>`): an endpoint is told once of it.
    `data` holds ids and states, nothing about people. Answers how many are to be told now.
    """
    rows = ACTIVE_OF.instances(organisations=set(organisation_ids))
    wanted = [endpoint for endpoint in rows if not endpoint.events or type in endpoint.events]
    body = body_of(type, data, at)
    deliveries = [
        delivery_of(endpoint, type, body, f"{dedupe_key}:{endpoint.pk}", at=at)
        for endpoint in wanted
    ]
    if not deliveries:
        return 0
    WebhookDelivery.objects.bulk_create(deliveries, ignore_conflicts=True)
    return WebhookDelivery.objects.filter(pk__in=[each.pk for each in deliveries]).count()


def body_of(type: str, data: dict[str, Any], at: datetime) -> str:
    moment = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    event = {"type": type, "timestamp": moment, "data": data}
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"))


def delivery_of(
    endpoint: WebhookEndpoint, type: str, body: str, key: str, *, at: datetime
) -> WebhookDelivery:
    return WebhookDelivery(
        endpoint=endpoint,
        type=type,
        body=body,
        dedupe_key=short_key(key),
        due_at=at,
        created_at=at,
        modified_at=at,
    )


def switch_off(endpoint: WebhookEndpoint, reason: DisabledReason, *, at: datetime) -> bool:
    """Cancels what waits; False if it was off already."""
    rows = WebhookEndpoint.objects.active().filter(pk=endpoint.pk)
    off = {"state": EndpointState.DISABLED, "disabled_reason": reason, "disabled_at": at}
    if not rows.update(**off, modified_at=at):
        return False
    waiting = WebhookDelivery.objects.filter(endpoint=endpoint, state=DeliveryState.QUEUED)
    waiting.update(state=DeliveryState.CANCELLED, last_error="disabled", modified_at=at)
    endpoint.refresh_from_db()
    return True


def checked(changes: dict[str, Any]) -> dict[str, Any]:
    """Raises WebhookError with the field that is wrong."""
    for name in changes:
        if name not in {"url", "events"}:
            raise WebhookError("unknown_field", field=name)
    fields: dict[str, Any] = {}
    if "url" in changes:
        fields["url"] = target_of(changes["url"]).url
    if "events" in changes:
        fields["events"] = checked_events(changes["events"])
    return fields


def check_may_manage(organisation_id: UUID, by: Actor) -> None:
    own = by.role == Role.PARTNER and by.organisation_id == organisation_id
    if not (own or by.role == Role.ADMIN):
        raise WebhookError("not_allowed")


def check_active(endpoint: WebhookEndpoint) -> None:
    if endpoint.state != EndpointState.ACTIVE:
        raise WebhookError("disabled")


def write(
    endpoint: WebhookEndpoint, fields: dict[str, Any], what: str, *, by: Actor, at: datetime
) -> WebhookEndpoint:
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(**fields, modified_at=at)
    note(what, endpoint, by)
    endpoint.refresh_from_db()
    return endpoint


def note(what: str, endpoint: WebhookEndpoint, by: Actor) -> None:
    """Ids only: an address may carry a secret of the receiver."""
    who = by.user_id or by.api_key_id
    logger.info("webhook %s was %s by %s", endpoint.pk, what, who)
