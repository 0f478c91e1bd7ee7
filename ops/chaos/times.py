"""All waiting of the product, divided by one number; what is real time stays in proportion."""

from dataclasses import replace
from datetime import timedelta

from dma_crm import jobs, views
from outbox import claims, delivery, results, retries, smtp
from outbox.webhooks import delivery as webhooks
from outbox.webhooks import health
from partner_api import idempotency

SHORTEST_DEADLINE = 3.0  # seconds: a busy machine is not a server that hangs
SWEEPS = ("outbox.deliver", "outbox.deliver_webhooks")


def shorten(scale: float) -> None:
    deadline = max(smtp.SEND_DEADLINE / scale, SHORTEST_DEADLINE)
    smtp.MailServer.__init__.__kwdefaults__["deadline"] = deadline
    smtp.CONNECT_TIMEOUT = max(smtp.CONNECT_TIMEOUT / scale, SHORTEST_DEADLINE)
    claims.LEASE = max(claims.LEASE / scale, timedelta(seconds=2 * deadline))
    retries.next_attempt.__kwdefaults__["waits"] = tuple(wait / scale for wait in retries.WAITS)
    webhooks.WEBHOOK_WAITS = tuple(wait / scale for wait in webhooks.WEBHOOK_WAITS)
    health.FIRST_REST /= scale
    idempotency.CLAIM_RUNS_OUT /= scale
    delivery.SWEEP_SECONDS /= scale
    results.PATIENT_FOR /= scale
    webhooks.SWEEP_SECONDS /= scale
    views.JOBS_STAND_STILL_AFTER /= scale
    for name in SWEEPS:
        seconds = max(1, round(jobs.registry[name].every_seconds / scale))
        jobs.registry[name] = replace(jobs.registry[name], every_seconds=seconds)
