from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import ActedOn, Role
from dma_crm.models import Record
from dma_crm.privacy import Privacy


class SuppressionReason(models.TextChoices):
    BOUNCED = "bounced", _("There is no such mailbox")
    COMPLAINED = "complained", _("Complained about our mails")
    BY_HAND = "by_hand", _("Entered by hand")


class SuppressedAddressQuerySet(models.QuerySet):
    def visible_to(self, actor):
        return self.all() if actor.role == Role.ADMIN else self.none()

    def active(self):
        return self.filter(lifted_at=None)


class SuppressedAddress(Record, ActedOn):
    """Nothing is sent to this address until somebody lifts that. Kept as its history.

    `address` as outbox.suppression.key_of writes it; `mail` is the one that came back.
    """

    PRIVACY = Privacy(
        personal="address detail mail lifted_by_label " + ActedOn.ACTOR_PRIVACY,
        not_personal="reason lifted_at at by_api_key by_organisation channel",
    )

    address = models.CharField(_("address"), max_length=254)
    reason = models.CharField(_("reason"), max_length=10, choices=SuppressionReason)
    detail = models.CharField(_("detail"), max_length=300, blank=True)
    mail = models.ForeignKey(
        "outbox.OutboundMail", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True, editable=False)
    lifted_by_label = models.CharField(max_length=150, blank=True, editable=False)

    objects = SuppressedAddressQuerySet.as_manager()

    class Meta:
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppression list")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["at", "id"])]
        constraints = [
            models.UniqueConstraint(
                fields=["address"], condition=Q(lifted_at=None), name="address_suppressed_once"
            ),
            models.CheckConstraint(
                condition=Q(reason__in=SuppressionReason.values), name="suppression_reason_known"
            ),
        ]

    def __str__(self):
        return self.address
