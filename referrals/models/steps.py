from django.db import models

from accounts.models import AGENCY_ROLES, ActedOn
from dma_crm.privacy import Privacy
from referrals.models.referrals import ReferralStatus


class ReferralStepQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """Steps before sending are the sender's own affair."""
        if actor.role in AGENCY_ROLES:
            return self.all()
        return self.exclude(after=ReferralStatus.DRAFT).exclude(
            before=ReferralStatus.DRAFT, after=ReferralStatus.WITHDRAWN
        )


class ReferralStep(ActedOn):
    """What happened to a referral: before, after, who, through which channel. Append-only.

    `action` is the verb (accept, ask, …); it tells an undo from a first sending.
    """

    PRIVACY = Privacy(
        personal=ActedOn.ACTOR_PRIVACY,
        sensitive="text",
        not_personal="referral action before after version at by_api_key by_organisation channel",
    )

    referral = models.ForeignKey(
        "referrals.Referral", on_delete=models.CASCADE, related_name="steps"
    )
    action = models.CharField(max_length=16)
    before = models.CharField(max_length=12, choices=ReferralStatus, blank=True)
    after = models.CharField(max_length=12, choices=ReferralStatus)
    version = models.PositiveIntegerField()
    text = models.TextField(blank=True)

    objects = ReferralStepQuerySet.as_manager()

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["referral", "at"])]
        constraints = [
            models.UniqueConstraint(fields=["referral", "version"], name="one_step_per_version")
        ]

    def __str__(self):
        return f"{self.referral_id} {self.action}"
