from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import ActedOn, Role
from dma_crm.models import Record
from dma_crm.privacy import Privacy


class DeliveryFreezeQuerySet(models.QuerySet):
    def visible_to(self, actor):
        return self.all() if actor.role == Role.ADMIN else self.none()

    def open(self):
        return self.filter(released_at=None)


class DeliveryFreeze(Record, ActedOn):
    """No mail and no webhook leaves while one of these is not released. Kept as its history.

    `at` and the actor say who stopped delivery and when.
    """

    PRIVACY = Privacy(
        personal="reason released_by_label " + ActedOn.ACTOR_PRIVACY,
        not_personal="released_at at by_api_key by_organisation channel",
    )

    reason = models.CharField(_("reason"), max_length=300)
    released_at = models.DateTimeField(_("released"), null=True, editable=False)
    released_by_label = models.CharField(max_length=150, blank=True, editable=False)

    objects = DeliveryFreezeQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(
                models.ExpressionWrapper(Q(released_at=None), models.BooleanField()),
                condition=Q(released_at=None),
                name="one_open_delivery_freeze",
            )
        ]

    def __str__(self):
        return self.reason
