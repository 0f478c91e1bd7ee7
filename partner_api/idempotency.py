"""The same Idempotency-Key has one effect, however often and from wherever it comes.

A request claims its key in a short transaction of its own, so that a second one meanwhile is told
"still running" instead of waiting. The effect and `done_at` are committed together: a process that
dies between leaves a claim that runs out, and nothing done. Whoever took so long that somebody
else took the claim over finds so before committing, and undoes what it did.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
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


def claim(request, *, actor: Actor, at: datetime) -> IdempotencyRecord | None:
    """The row of this request's key: fresh and ours to run, or done already (`done_at` is set).

    None without a key. Raises Problem 400 on an unusable key, 422 for another request under the
    same key, 409 while the first one is still running.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    check_usable(key)
    body = json.dumps(request.data, sort_keys=True)
    asked = digest(request.method, request.path, body)
    record, is_ours = IdempotencyRecord.objects.get_or_create(
        api_key_id=actor.api_key_id,
        key_digest=digest(key),
        defaults={"request_digest": asked, "created_at": at, "modified_at": at},
    )
    if record.request_digest != asked:
        raise Problem(
            422,
            "idempotency_key_reused",
            _("This Idempotency-Key came with another request before."),
        )
    if record.done_at or is_ours or take_over(record, at):
        return record
    raise still_running()


def check_usable(key: str) -> None:
    if not 0 < len(key) <= LONGEST_KEY or not key.isprintable():
        raise Problem(
            400, "invalid_idempotency_key", _("An Idempotency-Key has 1 to 255 characters.")
        )


def still_running() -> Problem:
    detail = _("The first request with this Idempotency-Key is still running.")
    return Problem(409, "still_running", detail)


def take_over(record: IdempotencyRecord, at: datetime) -> bool:
    """Whose claim ran out died before committing; one of those who ask now goes on."""
    dead = Q(done_at__isnull=True, modified_at__lte=at - CLAIM_RUNS_OUT)
    taken = IdempotencyRecord.objects.filter(dead, pk=record.pk).update(modified_at=at)
    record.modified_at = at
    return bool(taken)


def run(
    record: IdempotencyRecord | None, effect: Callable[[], UUID], *, status: int, at: datetime
) -> UUID:
    """Do it and note what came of it, in one transaction; a failure gives the key free again."""
    try:
        with transaction.atomic():
            resource_id = effect()
            if record:
                finish(record, status, resource_id, at)
    except BaseException:
        if record:
            ours(record).delete()
        raise
    return resource_id


def finish(record: IdempotencyRecord, status: int, resource_id: UUID, at: datetime) -> None:
    done = {"status": status, "resource_id": resource_id, "done_at": at, "modified_at": at}
    if not ours(record).update(**done):
        raise still_running()


def ours(record: IdempotencyRecord):
    """The row, as long as nobody took the claim over or finished it."""
    return IdempotencyRecord.objects.filter(
        pk=record.pk, modified_at=record.modified_at, done_at__isnull=True
    )


def forget_old(*, at: datetime) -> None:
    """The job that keeps the table small."""
    IdempotencyRecord.objects.filter(created_at__lt=at - KEPT).delete()
