import base64
import hashlib

from django.db import models

from dma_crm.crypto import keyed_digest
from dma_crm.models import Record
from dma_crm.privacy import Privacy

TOKEN_BYTES = 16


class AnswerLink(Record):
    """A mail link by which a recipient answers one referral without a login.

    The token is derived from the row's id under a secret key, so a mail that is sent again
    carries the same link; the table keeps its SHA-256 only.
    """

    PRIVACY = Privacy(sensitive="token_hash", not_personal="referral expires_at revoked_at")

    referral = models.ForeignKey(
        "referrals.Referral", on_delete=models.CASCADE, related_name="answer_links"
    )
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self):
        return str(self.referral_id)

    @property
    def token(self) -> str:
        """128 bits, URL-safe."""
        digest = bytes.fromhex(keyed_digest("answer-link", str(self.pk)))[:TOKEN_BYTES]
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    @staticmethod
    def hash_of(token: str) -> str:
        return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
