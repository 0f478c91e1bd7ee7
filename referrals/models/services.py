from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import AGENCY_ROLES
from dma_crm.models import Record, Versioned
from dma_crm.privacy import Privacy


class ServiceStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    PAUSED = "paused", _("Paused")


class ServiceQuerySet(models.QuerySet):
    def published(self):
        return self.filter(status=ServiceStatus.PUBLISHED, partner__active=True)

    def visible_to(self, actor):
        """Published ones are public; an organisation also sees its own, the agency all."""
        if actor.role in AGENCY_ROLES:
            return self.all()
        own = Q(partner_id=actor.organisation_id) if actor.organisation_id else Q(pk__in=[])
        return self.filter(own | Q(status=ServiceStatus.PUBLISHED, partner__active=True))


class Service(Record, Versioned):
    """What a partner offers founders (Beratungsangebot; the word of Open Referral HSDS)."""

    PRIVACY = Privacy(
        not_personal=(
            "partner name description legal_forms postcode_prefixes cost languages waiting_days"
            " status assured_on topics stages eligibility full_until"
        )
    )

    partner = models.ForeignKey(
        "contacts.PartnerOrganisation",
        on_delete=models.CASCADE,
        related_name="services",
        verbose_name=_("partner organisation"),
    )
    name = models.CharField(_("name"), max_length=150)
    description = models.TextField(_("description"), max_length=2000, blank=True)
    topics = models.ManyToManyField(
        "contacts.Topic", related_name="services", verbose_name=_("topics")
    )
    stages = models.ManyToManyField(
        "contacts.Stage",
        related_name="services",
        blank=True,
        verbose_name=_("phases"),
        help_text=_("None means all"),
    )
    legal_forms = models.JSONField(
        _("legal forms"), default=list, blank=True, help_text=_("None means all")
    )
    postcode_prefixes = models.JSONField(
        _("area by postcode"), default=list, blank=True, help_text=_("None means everywhere")
    )
    eligibility = models.TextField(_("requirements"), max_length=1000, blank=True)
    cost = models.CharField(_("cost"), max_length=150, blank=True)
    languages = models.JSONField(_("languages"), default=list, blank=True)
    waiting_days = models.PositiveSmallIntegerField(
        _("waiting time in days"), null=True, blank=True
    )
    full_until = models.DateField(_("full until"), null=True, blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=ServiceStatus, default=ServiceStatus.DRAFT
    )
    assured_on = models.DateField(_("checked on"), null=True, blank=True)

    objects = ServiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        ordering = ["partner__sort_name", "name"]
        constraints = [
            models.UniqueConstraint(fields=["partner", "name"], name="service_name_per_partner"),
            models.CheckConstraint(
                condition=Q(status__in=ServiceStatus.values), name="service_status_known"
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("referrals:services", args=[self.partner.reference])
