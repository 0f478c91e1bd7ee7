from django.db import models
from django.utils.translation import gettext_lazy as _

from dma_crm.models import Record
from dma_crm.privacy import Privacy


class Scope(models.TextChoices):
    REFERRALS_READ = "referrals:read", _("Read referrals")
    REFERRALS_WRITE = "referrals:write", _("Create and answer referrals")
    SERVICES_WRITE = "services:write", _("Edit own services")
    WEBHOOKS_WRITE = "webhooks:write", _("Manage own webhooks")


DEFAULT_SCOPES = (Scope.REFERRALS_READ, Scope.REFERRALS_WRITE)


class ApiKeyQuerySet(models.QuerySet):
    def usable(self, at):
        return self.filter(revoked_at__isnull=True, expires_at__gt=at)

    def visible_to(self, actor):
        if actor.role == "admin":
            return self.all()
        if actor.role == "partner":
            return self.filter(organisation_id=actor.organisation_id)
        return self.none()


class ApiKey(Record):
    """A partner system's key: 256 random bits, shown once, kept as HMAC-SHA-256 only."""

    PRIVACY = Privacy(
        sensitive="digest",
        not_personal="organisation name prefix scopes expires_at last_used_at revoked_at",
    )

    organisation = models.ForeignKey(
        "contacts.PartnerOrganisation",
        on_delete=models.PROTECT,
        related_name="api_keys",
        verbose_name=_("partner organisation"),
    )
    name = models.CharField(_("name"), max_length=100, blank=True)
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(_("scopes"), default=list)
    expires_at = models.DateTimeField(_("expires"))
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ["-created_at"]

    def __str__(self):
        return f"{self.prefix}…"

    @property
    def scopes_in_words(self) -> str:
        return ", ".join(str(Scope(scope).label) for scope in self.scopes)
