from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import AGENCY_ROLES, ActedOn
from dma_crm.models import Record
from dma_crm.privacy import Privacy


class ErasureQuerySet(models.QuerySet):
    def visible_to(self, actor):
        return self.all() if actor.role in AGENCY_ROLES else self.none()


class Erasure(Record, ActedOn):
    """The data of a person was erased (Art. 17 DSGVO): ids and a moment, nothing else.

    `person_id` is no foreign key: after a restore it may be known before the row it names.
    """

    PRIVACY = Privacy(
        personal=ActedOn.ACTOR_PRIVACY,
        not_personal="person_id at by_api_key by_organisation channel",
    )

    person_id = models.UUIDField(unique=True)

    objects = ErasureQuerySet.as_manager()

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        ordering = ["at", "id"]

    def __str__(self):
        return str(self.person_id)
