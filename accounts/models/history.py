from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from dma_crm.privacy import Privacy


class Channel(models.TextChoices):
    SCREEN = "screen", _("Screen")
    API = "api", _("API")
    MAIL_LINK = "mail_link", _("Mail link")
    SYSTEM = "system", _("System")


class ActedOn(models.Model):
    """Who did it and through which channel; filled from `Actor.as_history()`."""

    ACTOR_PRIVACY = "by_user by_label"

    at = models.DateTimeField(_("at"))
    by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    by_api_key = models.ForeignKey(
        "accounts.ApiKey", on_delete=models.PROTECT, null=True, related_name="+"
    )
    by_organisation = models.ForeignKey(
        "contacts.PartnerOrganisation", on_delete=models.PROTECT, null=True, related_name="+"
    )
    by_label = models.CharField(max_length=150, blank=True)
    channel = models.CharField(max_length=10, choices=Channel)

    class Meta:
        abstract = True


class Change(ActedOn):
    """One write to a record that people edit: which fields, from what to what. Append-only."""

    PRIVACY = Privacy(
        personal="fields by_user by_label",
        not_personal="record_type record_id version at by_api_key by_organisation channel",
    )

    record_type = models.CharField(max_length=60)
    record_id = models.UUIDField()
    version = models.PositiveIntegerField()
    fields = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["record_type", "record_id", "version"])]
        constraints = [
            models.UniqueConstraint(
                fields=["record_type", "record_id", "version"], name="one_change_per_version"
            )
        ]

    def __str__(self):
        return f"{self.record_type} {self.record_id} v{self.version}"
