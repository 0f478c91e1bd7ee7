from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from dma_crm.privacy import Privacy


class ReadLogQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """Administrators oversee reading; everybody else sees what they themselves read."""
        if actor.role == "admin":
            return self.all()
        return self.filter(user_id=actor.user_id) if actor.user_id else self.none()


class ReadLog(models.Model):
    """Who read which confidential note, when and why. Append-only, kept twelve months.

    The note is named by id without a foreign key: the log outlives an erased note.
    """

    PRIVACY = Privacy(personal="user reason", not_personal="note_id subject at")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    note_id = models.UUIDField(db_index=True)
    subject = models.CharField(_("consultation"), max_length=20)
    at = models.DateTimeField(_("at"), db_index=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    objects = ReadLogQuerySet.as_manager()

    class Meta:
        verbose_name = _("read log entry")
        verbose_name_plural = _("read log")
        ordering = ["-at", "-id"]

    def __str__(self):
        return f"{self.subject}, {self.at:%d.%m.%Y}"
