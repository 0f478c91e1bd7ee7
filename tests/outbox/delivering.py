"""Mails that somebody has claimed, delivered as the sweep does it."""

from collections import Counter

from outbox.batches import Batch
from outbox.claims import Clock


def delivered(mails, server, at) -> Counter[str]:
    done: Counter[str] = Counter()
    Batch(mails, server, Clock.from_moment(at), done).deliver()
    return done
