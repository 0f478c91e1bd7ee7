"""What is said at the door, and the codes on tickets."""

import secrets

from django.db import models
from django.db.models import Q

from dma_crm.privacy import Privacy

# Crockford's base 32: nothing in it is taken for something else, also when read out loud.
TICKET_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
TICKET_LENGTH = 10


def new_ticket_code() -> str:
    """50 random bits: told to nobody but the guest, and good for nothing but the door."""
    return "".join(secrets.choice(TICKET_LETTERS) for _n in range(TICKET_LENGTH))


class DoorStep(models.TextChoices):
    IN = "in"
    OUT = "out"
    WALK_IN = "walk_in"


class DoorOutcome(models.TextChoices):
    DONE = "done"
    ALREADY = "already"
    OVERTAKEN = "overtaken"  # somebody has said something else since
    WAITING = "waiting"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"
    FULL = "full"
    CLOSED = "closed"
    PARTS = "parts"  # a programme: each part has a door of its own
    UNKNOWN = "unknown"
    ELSEWHERE = "elsewhere"
    INVALID = "invalid"


class DoorEntry(models.Model):
    """One report of a phone at the door; the phone makes the id, so sending it twice is once.

    `said_at` is when it was tapped, which may be long before it arrived.
    """

    PRIVACY = Privacy(personal="event registration", not_personal="step outcome said_at created_at")

    id = models.UUIDField(primary_key=True, editable=False)
    event = models.ForeignKey("events.Event", on_delete=models.CASCADE, related_name="door_entries")
    registration = models.ForeignKey(
        "events.Registration", on_delete=models.CASCADE, null=True, related_name="door_entries"
    )
    step = models.CharField(max_length=7, choices=DoorStep)
    outcome = models.CharField(max_length=9, choices=DoorOutcome)
    said_at = models.DateTimeField()
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(step__in=DoorStep.values) & Q(outcome__in=DoorOutcome.values),
                name="door_entry_known",
            )
        ]

    def __str__(self):
        return f"{self.step}: {self.outcome}"
