from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.actors import AGENCY_ID
from accounts.models import AGENCY_ROLES
from dma_crm.fields import HttpsURLField
from dma_crm.models import Referenced, Timestamped, Versioned
from dma_crm.privacy import Privacy


class PartnerKind(models.TextChoices):
    AGENCY = "agency", _("Founder agency")
    CHAMBER = "chamber", _("Chamber")
    MUNICIPALITY = "municipality", _("City or district")
    COMPANY = "company", _("Company")
    BANK = "bank", _("Bank")
    UNIVERSITY = "university", _("University")
    EMPLOYMENT = "employment", _("Employment agency or job centre")
    NETWORK = "network", _("Network")
    OTHER = "other", _("Other")


class Capacity(models.TextChoices):
    OPEN = "open", _("Open")
    LIMITED = "limited", _("Limited")
    FULL = "full", _("Full")


class PartnerOrganisationQuerySet(models.QuerySet):
    def partners(self):
        return self.filter(is_agency=False)

    def active(self):
        return self.filter(active=True)

    def visible_to(self, actor):
        """The agency sees all, an organisation sees itself."""
        if actor.role in AGENCY_ROLES:
            return self.all()
        if actor.organisation_id:
            return self.filter(pk=actor.organisation_id)
        return self.none()


class PartnerOrganisation(Referenced, Versioned):
    """An organisation that founders are referred to or come from; one row is the agency itself."""

    REFERENCE_PREFIX = "O"
    PRIVACY = Privacy(
        personal="contact_name email phone",
        not_personal=(
            "name sort_name short_name kind is_agency website street house_number postcode town"
            " response_target_days capacity full_until absent_from absent_until active about"
        ),
    )

    name = models.CharField(_("name"), max_length=150, unique=True)
    sort_name = models.CharField(max_length=170, editable=False)
    short_name = models.CharField(_("short name"), max_length=30, blank=True)
    kind = models.CharField(
        _("kind"), max_length=12, choices=PartnerKind, default=PartnerKind.OTHER
    )
    is_agency = models.BooleanField(default=False, editable=False)
    about = models.TextField(_("about"), max_length=1000, blank=True)
    contact_name = models.CharField(_("contact person"), max_length=150, blank=True)
    email = models.EmailField(_("e-mail for referrals"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    website = HttpsURLField(_("website"), blank=True)
    street = models.CharField(_("street"), max_length=120, blank=True)
    house_number = models.CharField(_("house number"), max_length=20, blank=True)
    postcode = models.CharField(_("postcode"), max_length=10, blank=True)
    town = models.CharField(_("town"), max_length=80, blank=True)
    response_target_days = models.PositiveSmallIntegerField(
        _("answers within (working days)"), default=5
    )
    capacity = models.CharField(
        _("capacity"), max_length=8, choices=Capacity, default=Capacity.OPEN
    )
    full_until = models.DateField(_("full until"), null=True, blank=True)
    absent_from = models.DateField(_("absent from"), null=True, blank=True)
    absent_until = models.DateField(_("absent until"), null=True, blank=True)
    active = models.BooleanField(_("in use"), default=True)

    objects = PartnerOrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("partner organisation")
        verbose_name_plural = _("partner organisations")
        ordering = ["sort_name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_agency=True, pk=AGENCY_ID) | (Q(is_agency=False) & ~Q(pk=AGENCY_ID)),
                name="exactly_one_agency",
            ),
            models.CheckConstraint(
                condition=Q(response_target_days__range=(1, 60)), name="response_target_sensible"
            ),
            models.CheckConstraint(
                condition=Q(full_until__isnull=True) | Q(capacity=Capacity.FULL),
                name="full_until_only_when_full",
            ),
            models.CheckConstraint(
                condition=Q(absent_from__isnull=True, absent_until__isnull=True)
                | Q(absent_from__lte=models.F("absent_until")),
                name="partner_absence_in_order",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def spoken_name(self) -> str:
        return self.short_name or self.name

    def is_full_on(self, day) -> bool:
        return self.capacity == Capacity.FULL and (
            self.full_until is None or day <= self.full_until
        )

    def get_absolute_url(self):
        return reverse("contacts:partner", args=[self.reference])


class Agency(Timestamped):
    """How the agency shows itself: the one row behind name, logo and addresses on every page."""

    PRIVACY = Privacy(
        not_personal=(
            "organisation claim imprint_url privacy_url accessibility_contact mail_footer"
            " logo logo_digest"
        )
    )

    organisation = models.OneToOneField(
        PartnerOrganisation, on_delete=models.PROTECT, primary_key=True, related_name="agency"
    )
    claim = models.CharField(_("claim"), max_length=200, blank=True)
    imprint_url = HttpsURLField(_("imprint"), blank=True)
    privacy_url = HttpsURLField(_("privacy notice"), blank=True)
    accessibility_contact = models.EmailField(_("contact for accessibility"), blank=True)
    mail_footer = models.TextField(_("mail footer"), max_length=1000, blank=True)
    logo = models.BinaryField(blank=True, default=b"")
    logo_digest = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("agency")
        verbose_name_plural = _("agency")

    def __str__(self):
        return str(self.organisation)

    @property
    def name(self) -> str:
        return self.organisation.name

    @property
    def logo_url(self) -> str:
        """Changes with the picture, so it can be cached for ever; empty without one."""
        return reverse("contacts:logo", args=[self.logo_digest]) if self.logo_digest else ""
