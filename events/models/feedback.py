from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import AGENCY_ROLES
from dma_crm.crypto import keyed_digest
from dma_crm.models import Record
from dma_crm.privacy import Privacy

WORST, BEST = 1, 5


class FeedbackQuerySet(models.QuerySet):
    def visible_to(self, actor):
        return self.all() if actor.role in AGENCY_ROLES else self.none()


class Feedback(Record):
    """What one guest says of an event, without who it was.

    `voice` is a digest of the registration's id under the secret key: one answer each, which its
    guest may change, and no way back from the table to a name.
    """

    PRIVACY = Privacy(sensitive="voice comment", personal="helped recommends", not_personal="event")

    event = models.ForeignKey("events.Event", on_delete=models.CASCADE, related_name="feedback")
    voice = models.CharField(max_length=64, unique=True, editable=False)
    helped = models.PositiveSmallIntegerField(_("Did the event help you?"))
    recommends = models.BooleanField(_("Would you recommend it?"))
    comment = models.TextField(_("What should we do differently?"), max_length=2000, blank=True)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        ordering = ["event", "voice"]  # in no order of time, which could tell who wrote when
        constraints = [
            models.CheckConstraint(
                condition=Q(helped__range=(WORST, BEST)), name="feedback_helped_in_range"
            )
        ]

    def __str__(self):
        return str(self.helped)

    @staticmethod
    def voice_of(registration_id) -> str:
        return keyed_digest("event-feedback", str(registration_id))
