"""When a mail that could not be sent is tried again."""

import random
from datetime import datetime, timedelta

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
WAITS = (MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR)
SPREAD = 0.2  # so that what failed together does not come back together
ATTEMPTS = len(WAITS) + 1


def next_attempt(attempts: int, *, at: datetime) -> datetime | None:
    """The moment after `attempts` that failed; None when there have been enough."""
    if attempts >= ATTEMPTS:
        return None
    return at + WAITS[attempts - 1] * random.uniform(1 - SPREAD, 1 + SPREAD)  # noqa: S311 - no secret
