from django.db import models

from dma_crm.links import TokenBearer
from dma_crm.privacy import Privacy


class LinkBearer(TokenBearer):
    """A link that opens until a day of its own."""

    expires_at = models.DateTimeField()

    class Meta:
        abstract = True


class AnswerLink(LinkBearer):
    """By this link a recipient answers one referral."""

    LINK_PURPOSE = "answer-link"
    PRIVACY = Privacy(sensitive="token_hash", not_personal="referral expires_at revoked_at")

    referral = models.ForeignKey(
        "referrals.Referral", on_delete=models.CASCADE, related_name="answer_links"
    )
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self):
        return str(self.referral_id)
