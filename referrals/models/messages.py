from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import ActedOn
from dma_crm.models import Record
from dma_crm.privacy import Privacy


class ReferralMessage(Record, ActedOn):
    """A query of the recipient or the sender's answer to it; `by_organisation` wrote it."""

    PRIVACY = Privacy(
        personal=ActedOn.ACTOR_PRIVACY,
        sensitive="text",
        not_personal="referral at by_api_key by_organisation channel",
    )

    referral = models.ForeignKey(
        "referrals.Referral", on_delete=models.CASCADE, related_name="messages"
    )
    text = models.TextField(_("message"), max_length=4000)

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["referral", "at"])]

    def __str__(self):
        return f"{self.referral_id} {self.at:%d.%m.%Y %H:%M}"
