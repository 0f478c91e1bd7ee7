"""When what could not be sent is tried again."""

import random
from datetime import datetime, timedelta

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
Waits = tuple[timedelta, ...]
WAITS: Waits = (MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR)
# As the Standard Webhooks specification proposes it: ten tries in 76 hours.
WEBHOOK_WAITS: Waits = (
    timedelta(seconds=5),
    *(5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR),
)
SPREAD = 0.2  # so that what failed together does not come back together
ATTEMPTS = len(WAITS) + 1
WEBHOOK_ATTEMPTS = len(WEBHOOK_WAITS) + 1


def next_attempt(attempts: int, *, at: datetime, waits: Waits = WAITS) -> datetime | None:
    """The moment after `attempts` that failed; None when there have been enough."""
    if attempts > len(waits):
        return None
    return at + waits[attempts - 1] * random.uniform(1 - SPREAD, 1 + SPREAD)  # noqa: S311 - no secret
