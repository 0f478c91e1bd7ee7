"""The same Idempotency-Key has one effect, however often and from wherever it comes.

A request claims its key in a short transaction of its own, so that a second one meanwhile is told
"still running" instead of waiting. The effect and `done_at` are committed together: a process that
dies between leaves a claim that runs out, and nothing done.
"""

import hashlib
import json
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.actors import Actor
from partner_api.models import IdempotencyRecord
from partner_api.problems import Problem

KEPT = timedelta(hours=48)
CLAIM_RUNS_OUT = timedelta(seconds=60)
LONGEST_KEY = 255


def digest(*parts: str) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def claim(key: str, *, request, actor: Actor, at: datetime) -> IdempotencyRecord:
    """The row of this key: fresh and ours to run, or done already (`done_at` is set).

    Raises Problem 400 on an unusable key, 422 for another request under the same key, 409 while
    the first one is still running.
    """
    if not 0 < len(key) <= LONGEST_KEY or not key.isprintable():
        raise Problem(
            400, "invalid_idempotency_key", _("An Idempotency-Key has 1 to 255 characters.")
        )
    body = json.dumps(request.data, sort_keys=True)
    record, is_ours = IdempotencyRecord.objects.get_or_create(
        api_key_id=actor.api_key_id,
        key_digest=digest(key),
        defaults={
            "request_digest": digest(request.method, request.path, body),
            "created_at": at,
            "modified_at": at,
        },
    )
    if record.request_digest != digest(request.method, request.path, body):
        raise Problem(
            422,
            "idempotency_key_reused",
            _("This Idempotency-Key came with another request before."),
        )
    if record.done_at or is_ours or take_over(record, at):
        return record
    raise Problem(
        409, "still_running", _("The first request with this Idempotency-Key is still running.")
    )


def take_over(record: IdempotencyRecord, at: datetime) -> bool:
    """Whose claim ran out died before committing; one of those who ask now goes on."""
    dead = Q(done_at__isnull=True, modified_at__lte=at - CLAIM_RUNS_OUT)
    return bool(IdempotencyRecord.objects.filter(dead, pk=record.pk).update(modified_at=at))


def finish(record: IdempotencyRecord, status: int, at: datetime) -> None:
    """Called inside the transaction of the effect."""
    IdempotencyRecord.objects.filter(pk=record.pk).update(status=status, done_at=at, modified_at=at)


def release(record: IdempotencyRecord) -> None:
    """Nothing was done: the same key may try again."""
    IdempotencyRecord.objects.filter(pk=record.pk, done_at__isnull=True).delete()


def forget_old(*, at: datetime) -> None:
    """The job that keeps the table small."""
    IdempotencyRecord.objects.filter(created_at__lt=at - KEPT).delete()
