"""From where a poll goes on, so that it misses nothing while others write.

A row carries the moment at which its change began, and is seen from the commit on. A poll that
comes between the two must come back behind that moment. On PostgreSQL the oldest open transaction
tells how far; the margin covers the way from reading the clock to beginning the transaction, and
clocks that differ. On SQLite there is one writer at a time, whom the others do not wait for longer
than the margin. A job hands one moment to all it writes: while it runs, its start counts.

A watermark stays true as it grows old, so a process asks again only now and then. And a walk over
many pages keeps that of its first one: a row may change and move from the pages to come to those
that are over, where only the next poll finds it. So cursors carry the watermark along.
"""

import threading
import time
from dataclasses import replace
from datetime import datetime, timedelta

from django.core.exceptions import BadRequest
from django.db import connection
from django.db.models import F, Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from dma_crm.models import JobRun
from dma_crm.paging import Page

MARGIN = timedelta(seconds=60)
KEPT_SECONDS = 5.0
JOB = "referrals.clock"
LONGEST_JOB = timedelta(hours=1)  # one that died is not waited for
OLDEST_TRANSACTION = """
    SELECT min(xact_start) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND backend_type <> 'autovacuum worker'
"""


class Watermark:
    """What this process found out, and when; must be asked before the rows are read."""

    def __init__(self):
        self.lock = threading.Lock()
        self.found_at, self.moment = 0.0, None

    def read(self) -> datetime:
        with self.lock:
            if self.moment is None or time.monotonic() - self.found_at > KEPT_SECONDS:
                self.found_at, self.moment = time.monotonic(), find(timezone.now())
            return self.moment


def find(now: datetime) -> datetime:
    """Every change that began before has been committed, and none will come that did."""
    begun = [now, *oldest_transaction(), *running_job(now)]
    return min(begun) - MARGIN


def oldest_transaction() -> list[datetime]:
    """The start of the oldest one that is open, our own left out.

    Vacuuming by itself is one, too, may go on for hours and writes no row.
    """
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(OLDEST_TRANSACTION)
        return [moment for (moment,) in cursor.fetchall() if moment]


def running_job(now: datetime) -> list[datetime]:
    unfinished = Q(finished_at=None) | Q(finished_at__lt=F("started_at"))
    failed_since = Q(failed_at__isnull=False, failed_at__gte=F("started_at"))
    rows = JobRun.objects.filter(unfinished, name=JOB, started_at__gte=now - LONGEST_JOB)
    return list(rows.exclude(failed_since).values_list("started_at", flat=True))


def carried(cursor: str) -> tuple[datetime | None, str]:
    """The watermark of the walk and the cursor proper; None on the first page."""
    if not cursor:
        return None, ""
    text, _tilde, proper = cursor.partition("~")
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or timezone.is_naive(moment) or not proper:
        raise BadRequest("unknown cursor")
    return moment, proper


def carrying(page: Page, moment: datetime) -> Page:
    """Its neighbours belong to the same walk."""
    mark = f"{moment.isoformat()}~"
    return replace(
        page, next=page.next and mark + page.next, previous=page.previous and mark + page.previous
    )


watermark = Watermark()
