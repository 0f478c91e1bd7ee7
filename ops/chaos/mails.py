"""The mails of a run: kinds of their own, recipients that do as their address says."""

import random
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from outbox.actions import queue_mail
from outbox.messages import Message
from outbox.registry import register_kind

RESEND, HOLD = "chaos", "chaos_hold"
# What a server does with how many recipients of a thousand; see tests/outbox/sink.py.
WORDS = {
    "ok": 880,
    "first-450": 40,
    "550": 30,
    "first-early": 15,
    "first-cut": 15,
    "first-late": 15,
    "first-hang": 5,  # each holds a sender up until its deadline
}
HELD = 0.25  # so many are of a kind that must not go twice


def register() -> None:
    register_kind(RESEND, build=build)
    register_kind(HOLD, build=build, policy="hold")


def build(mail) -> Message:
    return Message("Chaos", "Chaos\n", "<html><head></head><body><p>Chaos</p></body></html>")


def queue(name: str, count: int, dice: random.Random | None = None) -> None:
    """`count` mails that are due now; without dice all are welcome and may go twice."""
    for start in range(0, count, 50):
        with transaction.atomic():
            for number in range(start, min(start + 50, count)):
                queue_one(name, number, dice, at=timezone.now())


def queue_one(name: str, number: int, dice: random.Random | None, *, at: datetime) -> None:
    [word] = dice.choices(list(WORDS), list(WORDS.values())) if dice else ["ok"]
    held = dice is not None and dice.random() < HELD
    queue_mail(
        kind=HOLD if held else RESEND,
        dedupe_key=f"chaos:{name}:{number}",
        recipient=f"{word}-{name}-{number}@chaos.example",
        subjects={},
        purpose="chaos",
        at=at,
    )
