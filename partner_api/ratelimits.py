"""How often a key may ask: right over many processes, and mostly without asking the database.

The allowance of a minute lies in one row per key. A process draws a portion of what is left with
one conditional UPDATE and spends it from its memory: a twentieth, so that what one process holds
unspent at the end of the minute keeps little from the others. Never more than the allowance goes
through; Redis is not asked, so its loss changes nothing.
"""

import threading
from collections import Counter
from collections.abc import Hashable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import Throttled

from partner_api.models import KeyMinute

PARTS = 20
SECONDS = 60


class TooManyRequests(Throttled):
    default_detail = _("Too many requests: please wait as long as Retry-After says.")
    extra_detail_singular = extra_detail_plural = ""


class Minute:
    """Counts by owner that are forgotten when the next minute begins."""

    def __init__(self):
        self.lock = threading.Lock()
        self.forget()

    def forget(self, minute: int = 0) -> None:
        self.minute, self.counts = minute, Counter[Hashable]()

    def add(self, owner: Hashable, number: int, minute: int) -> int:
        """The count with it; threads may come in out of order around a full minute."""
        with self.lock:
            if minute > self.minute:
                self.forget(minute)
            self.counts[owner] += number
            return self.counts[owner]

    def take(self, owner: Hashable, minute: int) -> bool:
        with self.lock:
            if minute > self.minute or self.counts[owner] < 1:
                return False
            self.counts[owner] -= 1
            return True


portions = Minute()  # of keys, drawn and not spent yet
failures = Minute()  # of addresses


def spend(api_key_id: UUID, at: datetime) -> None:
    """One request of this key. Raises TooManyRequests beyond the allowance of the minute."""
    minute = minute_of(at)
    if portions.take(api_key_id, minute):
        return
    portion = draw(api_key_id, minute)
    if not portion:
        raise TooManyRequests(wait=wait(at))
    portions.add(api_key_id, portion - 1, minute)


def draw(api_key_id: UUID, minute: int) -> int:
    """A portion of the minute's allowance, 0 when it is used up.

    The UPDATE names what was read: of two processes one wins, the other reads again. A clock that
    lags behind takes from the minute that the others are in.
    """
    while True:
        row = KeyMinute.objects.filter(pk=api_key_id).first() or begin(api_key_id, minute)
        left = settings.API_REQUESTS_PER_MINUTE if row.minute < minute else row.left
        if left < 1:
            return 0
        portion = max(1, left // PARTS)
        unchanged = KeyMinute.objects.filter(pk=api_key_id, minute=row.minute, left=row.left)
        if unchanged.update(minute=max(minute, row.minute), left=left - portion):
            return portion


def begin(api_key_id: UUID, minute: int) -> KeyMinute:
    """The key's first request ever; another process may be as early."""
    row = KeyMinute(pk=api_key_id, minute=minute - 1, left=0)
    KeyMinute.objects.bulk_create([row], ignore_conflicts=True)
    return KeyMinute.objects.get(pk=api_key_id)


def check_address(address: str, at: datetime) -> None:
    """Whoever only tries keys is told to wait before any is looked up; counted per process."""
    if failures.add(address, 0, minute_of(at)) >= settings.API_REQUESTS_PER_MINUTE:
        raise TooManyRequests(wait=wait(at))


def note_failure(address: str, at: datetime) -> None:
    failures.add(address, 1, minute_of(at))


def minute_of(at: datetime) -> int:
    return int(at.timestamp()) // SECONDS


def wait(at: datetime) -> int:
    """Seconds until the next minute begins."""
    return SECONDS - int(at.timestamp()) % SECONDS
