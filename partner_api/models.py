"""What the API remembers of requests: keys that make a repeated POST harmless."""

from django.db import models

from dma_crm.models import Timestamped
from dma_crm.privacy import Privacy


class IdempotencyRecord(Timestamped):
    """One use of an Idempotency-Key by one API key, kept 48 hours.

    Holds digests and a status only: no body, no answer, so neither personal data nor a secret.
    `done_at` is written in the transaction of the effect; a row without it is still running, or
    its process died before anything was committed.
    """

    PRIVACY = Privacy(not_personal="api_key key_digest request_digest status done_at")

    api_key = models.ForeignKey("accounts.ApiKey", on_delete=models.CASCADE, related_name="+")
    key_digest = models.CharField(max_length=64)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
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
