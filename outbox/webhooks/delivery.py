"""The sweep that tells receivers what is due: many at once, but each only one thing at a time.

So a receiver that hangs holds one place of WORKERS, and its other deliveries rest meanwhile.
The threads only talk to receivers; every row is read and written by the sweep itself.
"""

import logging
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography.fernet import InvalidToken
from django.db import transaction
from django.db.models import Q, QuerySet

from dma_crm.logs import following
from dma_crm.statements import Given
from outbox.claims import AT, RECOVERED_AT_ONCE, Clock, Line, free, held, recover
from outbox.models import (
    DeliveryState,
    EndpointState,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
)
from outbox.results import patience, persistently
from outbox.retries import WEBHOOK_ATTEMPTS, WEBHOOK_WAITS, next_attempt
from outbox.webhooks.health import note_answer, wanted_pause
from outbox.webhooks.sender import Answer, post
from outbox.webhooks.signatures import signed_headers

logger = logging.getLogger(__name__)
WORKERS = 8
SWEEP_SECONDS = 20.0  # the built-in loop has other jobs too
Flights = dict[Future[Answer], WebhookDelivery]


def deliver(*, at: datetime) -> Counter[str]:
    """Tell what is due; answers how many deliveries ended in which state. Safe to run at once."""
    clock = Clock.from_moment(at)
    recover_abandoned(at=at)
    done: Counter[str] = Counter()
    flights: Flights = {}
    with ThreadPoolExecutor(WORKERS) as pool:
        while take_off(pool, flights, clock):
            landed, _flying = wait(flights, return_when=FIRST_COMPLETED)
            for flight in landed:
                done[settle(flights.pop(flight), flight.result(), clock)] += 1
    return done


def take_off(pool: ThreadPoolExecutor, flights: Flights, clock: Clock) -> bool:
    """Fill the free places; False when nothing is under way any more."""
    while len(flights) < WORKERS and clock.elapsed() < SWEEP_SECONDS:
        busy = {delivery.endpoint_id for delivery in flights.values()}
        delivery = claim_next(busy, at=clock.now())
        if delivery is None:
            break
        flights[pool.submit(tell, delivery)] = delivery
    return bool(flights)


def due() -> QuerySet[WebhookDelivery]:
    """Of those whose receiver is neither busy nor resting."""
    rested = Q(endpoint__rest_until=None) | Q(endpoint__rest_until__lte=AT)
    rows = WebhookDelivery.objects.due(AT).filter(rested, endpoint__state=EndpointState.ACTIVE)
    return rows.exclude(endpoint__any_of=Given("busy")).select_related("endpoint")


DELIVERIES = Line(due, most=1)


def claim_next(busy: set[UUID], *, at: datetime) -> WebhookDelivery | None:
    """What has waited longest."""
    return next(iter(DELIVERIES.claim_first(at=at, busy=busy)), None)


def tell(delivery: WebhookDelivery) -> Answer:
    """Runs in a thread and asks no database. The moment that is signed is that of the claim."""
    try:
        headers = signed_headers(delivery, at=delivery.modified_at)
        return post(delivery.endpoint.url, delivery.body.encode(), headers)
    except InvalidToken:
        return Answer(error="unsigned")
    except Exception as error:
        with following(delivery.request_id):
            logger.error("webhook delivery %s broke: %s", delivery.pk, type(error).__name__)
        return Answer(error="broken")


def settle(delivery: WebhookDelivery, answer: Answer, clock: Clock) -> str:
    """Write the result if the claim is still ours; the new state."""
    changes = after(delivery, answer, at=clock.now())
    seconds = patience(delivery, clock)
    if not persistently(lambda: note(delivery, answer, changes, clock.now()), seconds=seconds):
        logger.warning("webhook delivery %s was deleted or claimed meanwhile", delivery.pk)
        return "lost"
    with following(delivery.request_id):
        logger.info(
            "webhook delivery %s is %s: attempt %s, %s",
            delivery.pk,
            changes["state"],
            delivery.attempts,
            changes.get("last_error") or "-",
        )
    return str(changes["state"])


def after(delivery: WebhookDelivery, answer: Answer, *, at: datetime) -> dict[str, Any]:
    if not answer.error:
        return {"state": DeliveryState.DELIVERED, "delivered_at": at, "last_error": ""}
    code = f"{answer.error}: {answer.status_code}" if answer.status_code else answer.error
    due_at = next_attempt(delivery.attempts, at=at, waits=WEBHOOK_WAITS)
    if due_at is None or answer.error == "gone":
        return {"state": DeliveryState.DEAD, "last_error": code}
    due_at = max(due_at, at + wanted_pause(answer, at=at))
    return {"state": DeliveryState.QUEUED, "due_at": due_at, "last_error": code}


@transaction.atomic
def note(delivery: WebhookDelivery, answer: Answer, changes: dict[str, Any], at: datetime) -> int:
    """The delivery, its attempt and how the endpoint fares; 0 if the delivery is not ours.

    The endpoint first, as everybody who writes both does it: nobody waits in a circle.
    """
    endpoint = WebhookEndpoint.objects.select_for_update().filter(pk=delivery.endpoint_id).first()
    if endpoint is None:
        return 0
    if endpoint.state != EndpointState.ACTIVE and changes["state"] == DeliveryState.QUEUED:
        changes["state"] = DeliveryState.CANCELLED
    if not held(delivery).update(**free(at), **changes):
        return 0
    WebhookAttempt.objects.create(
        delivery=delivery,
        at=delivery.modified_at,
        status_code=answer.status_code,
        error=answer.error,
        duration_ms=answer.duration_ms,
        created_at=at,
        modified_at=at,
    )
    note_answer(endpoint, delivery, answer, last=changes["state"] == DeliveryState.DEAD, at=at)
    return 1


def recover_abandoned(*, at: datetime) -> int:
    """Take back what dead workers claimed: it goes again under its id."""
    abandoned = WebhookDelivery.objects.abandoned(at).order_by("lease_until")[:RECOVERED_AT_ONCE]
    return sum(recover(each, at=at, **after_abandonment(each, at)) for each in abandoned)


def after_abandonment(delivery: WebhookDelivery, at: datetime) -> dict[str, Any]:
    if delivery.attempts >= WEBHOOK_ATTEMPTS:
        return {"state": DeliveryState.DEAD, "last_error": "abandoned"}
    return {"state": DeliveryState.QUEUED, "due_at": at, "last_error": "abandoned"}
