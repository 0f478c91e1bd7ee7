"""From the secret of a request to the key behind it."""

import re
from datetime import datetime, timedelta
from hmac import compare_digest

from django.db.models import Q

from accounts.actions import DIGEST_PURPOSE
from accounts.models import ApiKey
from dma_crm.crypto import keyed_digest

WELL_FORMED = re.compile(r"(dma_[a-z2-7]{8})_[A-Za-z0-9_-]{43}")
USE_NOTED_EVERY = timedelta(minutes=1)


def find_key(secret: str, at: datetime) -> ApiKey | None:
    """The usable key of this secret with its organisation, in one query; None for any other text.

    `last_used_at` is written at most once a minute, in a second query.
    """
    match = WELL_FORMED.fullmatch(secret)
    if match is None:
        return None
    keys = ApiKey.objects.usable(at).select_related("organisation")
    key = keys.filter(prefix=match[1]).first()
    if key is None or not compare_digest(key.digest, keyed_digest(DIGEST_PURPOSE, secret)):
        return None
    note_use(key, at)
    return key


def note_use(key: ApiKey, at: datetime) -> None:
    before = at - USE_NOTED_EVERY
    if key.last_used_at is not None and key.last_used_at > before:
        return
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lte=before)
    ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=at)
