"""From the secret of a request to the key behind it."""

import re
from datetime import datetime, timedelta
from hmac import compare_digest

from django.db.models import CharField, DateTimeField, Q, QuerySet

from accounts.actions import DIGEST_PURPOSE
from accounts.models import ApiKey
from dma_crm.crypto import keyed_digest
from dma_crm.statements import Given, Statement

WELL_FORMED = re.compile(r"(dma_[a-z2-7]{8})_[A-Za-z0-9_-]{43}")
USE_NOTED_EVERY = timedelta(minutes=1)
# In the order of the model; the others are read when they are asked for.
COLUMNS = [
    *["id", "organisation_id", "name", "prefix"],
    *["digest", "scopes", "expires_at", "last_used_at"],
]


def usable_key() -> QuerySet[ApiKey]:
    keys = ApiKey.objects.usable(Given("at", DateTimeField()))
    return keys.filter(prefix=Given("prefix", CharField())).order_by().values_list(*COLUMNS)


USABLE_KEY = Statement(usable_key)


def find_key(secret: str, at: datetime) -> ApiKey | None:
    """The usable key of this secret, in one query; None for any other text.

    `last_used_at` is written at most once a minute, in a second query.
    """
    match = WELL_FORMED.fullmatch(secret)
    found = match and USABLE_KEY.rows(at=at, prefix=match[1])
    if not found:
        return None
    key = ApiKey.from_db("default", COLUMNS, found[0])
    if not compare_digest(key.digest, keyed_digest(DIGEST_PURPOSE, secret)):
        return None
    note_use(key, at)
    return key


def note_use(key: ApiKey, at: datetime) -> None:
    before = at - USE_NOTED_EVERY
    if key.last_used_at is not None and key.last_used_at > before:
        return
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lte=before)
    ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=at)
