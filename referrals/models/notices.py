from django.db import models
from django.db.models import Q

from accounts.models import AGENCY_ROLES, ActedOn, Role
from dma_crm.models import Record
from dma_crm.privacy import Privacy

BY_HAND = "by_hand"  # somebody pressed "remind"; its occasion is the day


class ReferralNotice(Record):
    """The clock has spoken once: `kind` of notice, about this `occasion` of this referral.

    The unique row is what keeps a notice from going twice, however often the clock runs. An
    `occasion` tells one silence from the next (the version it began with); most kinds have none.
    """

    PRIVACY = Privacy(not_personal="referral kind occasion at")

    referral = models.ForeignKey(
        "referrals.Referral", on_delete=models.CASCADE, related_name="notices"
    )
    kind = models.CharField(max_length=24)
    occasion = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["referral", "kind", "occasion"], name="notice_once_per_occasion"
            )
        ]

    def __str__(self):
        return f"{self.referral_id} {self.kind}"


class MutedNoticeQuerySet(models.QuerySet):
    def visible_to(self, actor):
        if actor.role in AGENCY_ROLES:
            return self.all()
        if actor.role == Role.PARTNER:
            return self.filter(organisation_id=actor.organisation_id)
        return self.none()


class MutedNotice(Record, ActedOn):
    """One kind of notice is switched off for one partner or one person."""

    PRIVACY = Privacy(
        personal="person " + ActedOn.ACTOR_PRIVACY,
        not_personal="kind organisation at by_api_key by_organisation channel",
    )

    kind = models.CharField(max_length=24)
    organisation = models.ForeignKey(
        "contacts.PartnerOrganisation",
        on_delete=models.CASCADE,
        null=True,
        related_name="muted_notices",
    )
    person = models.ForeignKey(
        "contacts.Person", on_delete=models.CASCADE, null=True, related_name="muted_notices"
    )

    objects = MutedNoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation__isnull=True) ^ Q(person__isnull=True),
                name="muted_for_a_partner_or_a_person",
            ),
            models.UniqueConstraint(
                fields=["kind", "organisation"], name="notice_muted_once_per_partner"
            ),
            models.UniqueConstraint(fields=["kind", "person"], name="notice_muted_once_per_person"),
        ]

    def __str__(self):
        return f"{self.kind} {self.organisation_id or self.person_id}"
