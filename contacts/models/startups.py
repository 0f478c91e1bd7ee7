from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import AGENCY_ROLES, ActedOn
from dma_crm.fields import HttpsURLField
from dma_crm.models import Referenced, Versioned
from dma_crm.privacy import Privacy


class FoundingKind(models.TextChoices):
    UNKNOWN = "unknown", _("Not known yet")
    NEW = "new", _("New foundation")
    TAKEOVER = "takeover", _("Takeover")
    FRANCHISE = "franchise", _("Franchise")
    STAKE = "stake", _("Taking a stake")
    SPIN_OFF = "spin_off", _("Spin-off")


class Occupation(models.TextChoices):
    UNKNOWN = "unknown", _("Not known yet")
    MAIN = "main", _("Main occupation")
    SIDE = "side", _("Side occupation")


class LegalForm(models.TextChoices):
    UNDECIDED = "undecided", _("Not decided yet")
    SOLE = "sole", _("Sole proprietor")
    FREELANCE = "freelance", _("Freelance")
    EK = "ek", _("e. K.")
    GBR = "gbr", _("GbR")
    PARTG = "partg", _("PartG")
    OHG = "ohg", _("OHG")
    KG = "kg", _("KG")
    GMBH_CO_KG = "gmbh_co_kg", _("GmbH & Co. KG")
    UG = "ug", _("UG (haftungsbeschränkt)")
    GMBH = "gmbh", _("GmbH")
    AG = "ag", _("AG")
    EG = "eg", _("eG")
    EV = "ev", _("e. V.")
    OTHER = "other", _("Other legal form")


class StartupQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """The agency sees all ventures; partners see them through their referrals only."""
        return self.all() if actor.role in AGENCY_ROLES else self.none()

    def owned_by(self, user_id):
        return self.filter(owner_id=user_id)


class Startup(Referenced, Versioned):
    """A venture (Gründungsvorhaben), from idea to company: the case."""

    REFERENCE_PREFIX = "S"
    PRIVACY = Privacy(
        personal="name sort_name pitch street house_number postcode town phone website owner",
        not_personal=(
            "stage stage_since founding_kind occupation activity legal_form wz_code wz_edition"
            " planned_founding_on founded_on registry_number vat_id"
        ),
    )

    name = models.CharField(_("name"), max_length=150)
    sort_name = models.CharField(max_length=170, editable=False)
    pitch = models.TextField(_("in one sentence"), max_length=500, blank=True)
    stage = models.ForeignKey(
        "contacts.Stage", on_delete=models.PROTECT, related_name="startups", verbose_name=_("phase")
    )
    stage_since = models.DateTimeField(_("in this phase since"))
    founding_kind = models.CharField(
        _("kind of founding"), max_length=10, choices=FoundingKind, default=FoundingKind.UNKNOWN
    )
    occupation = models.CharField(
        _("main or side occupation"),
        max_length=10,
        choices=Occupation,
        default=Occupation.UNKNOWN,
    )
    activity = models.CharField(_("activity"), max_length=150, blank=True)
    legal_form = models.CharField(
        _("legal form"), max_length=12, choices=LegalForm, default=LegalForm.UNDECIDED
    )
    wz_code = models.CharField(_("WZ code"), max_length=10, blank=True)
    wz_edition = models.PositiveSmallIntegerField(
        _("WZ edition"), choices=[(2008, "2008"), (2025, "2025")], null=True, blank=True
    )
    planned_founding_on = models.DateField(_("planned founding"), null=True, blank=True)
    founded_on = models.DateField(_("founded"), null=True, blank=True)
    street = models.CharField(_("street"), max_length=120, blank=True)
    house_number = models.CharField(_("house number"), max_length=20, blank=True)
    postcode = models.CharField(_("postcode"), max_length=10, blank=True)
    town = models.CharField(_("town"), max_length=80, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    website = HttpsURLField(_("website"), max_length=200, blank=True)
    registry_number = models.CharField(_("registry number"), max_length=40, blank=True)
    vat_id = models.CharField(_("VAT id"), max_length=20, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="startups",
        verbose_name=_("owner"),
    )

    objects = StartupQuerySet.as_manager()

    class Meta:
        verbose_name = _("startup")
        verbose_name_plural = _("startups")
        ordering = ["sort_name", "id"]
        indexes = [
            models.Index(fields=["sort_name", "id"]),
            models.Index(fields=["owner", "sort_name", "id"]),
            models.Index(fields=["stage", "stage_since", "id"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(wz_code="") | Q(wz_edition__isnull=False),
                name="startup_wz_code_with_edition",
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("contacts:startup", args=[self.reference])


class StageChange(ActedOn):
    """A venture went from one phase to another. Append-only."""

    PRIVACY = Privacy(
        personal=ActedOn.ACTOR_PRIVACY + " reason",
        not_personal="startup before after at by_api_key by_organisation channel",
    )

    startup = models.ForeignKey(Startup, on_delete=models.CASCADE, related_name="stage_changes")
    before = models.ForeignKey(
        "contacts.Stage", on_delete=models.PROTECT, null=True, related_name="+"
    )
    after = models.ForeignKey("contacts.Stage", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["startup", "at"])]

    def __str__(self):
        return f"{self.startup_id}: {self.before_id} → {self.after_id}"
