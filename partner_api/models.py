"""What the API remembers: keys that make a repeated POST harmless, and what a key may still ask."""

from django.db import models

from dma_crm.models import Timestamped
from dma_crm.privacy import Privacy


class IdempotencyRecord(Timestamped):
    """One use of an Idempotency-Key by one API key, kept 48 hours.

    Holds digests, a status and the id of what came of it: no body, no answer, so neither personal
    data nor a secret. `done_at` is written in the transaction of the effect; a row without it is
    still running, or its process died before anything was committed.
    """

    PRIVACY = Privacy(not_personal="api_key key_digest request_digest status done_at resource_id")

    api_key = models.ForeignKey("accounts.ApiKey", on_delete=models.CASCADE, related_name="+")
    key_digest = models.CharField(max_length=64)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    resource_id = models.UUIDField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["created_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["api_key", "key_digest"], name="idempotency_key_once_per_api_key"
            )
        ]

    def __str__(self):
        return self.key_digest[:8]


class KeyMinute(models.Model):
    """How many requests a key may still make in the minute it last asked in.

    Processes draw portions from it, see ratelimits.py; one row per key, overwritten every minute.
    """

    PRIVACY = Privacy(not_personal="api_key minute left")

    api_key = models.OneToOneField(
        "accounts.ApiKey", on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    minute = models.BigIntegerField()  # since 1970
    left = models.PositiveIntegerField()

    def __str__(self):
        return f"{self.api_key_id}: {self.left}"
