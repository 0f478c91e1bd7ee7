from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import AGENCY_ROLES, Role
from dma_crm.models import Referenced, Versioned
from dma_crm.privacy import Privacy
from referrals.models.links import LinkBearer


class IntroductionStatus(models.TextChoices):
    PROPOSED = "proposed", _("Waiting for both to agree")
    INTRODUCED = "introduced", _("Introduced")
    DECLINED = "declined", _("One of them does not want to")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")
    CLOSED = "closed", _("Closed")


class IntroductionOutcome(models.TextChoices):
    MET = "met", _("We are in touch")
    PLANNED = "planned", _("A talk is planned")
    NO_CONTACT = "no_contact", _("No contact so far")
    NO_FIT = "no_fit", _("It was not a fit")


class IntroductionQuerySet(models.QuerySet):
    def visible_to(self, actor):
        if actor.role not in AGENCY_ROLES:
            return self.none()
        return self.exclude(parties__person__state="anonymised")

    def writable_by(self, actor):
        """Advisors write their own."""
        if actor.role != Role.ADVISOR:
            return self.none()
        return self.visible_to(actor).filter(owner_id=actor.user_id)


class Introduction(Referenced, Versioned):
    """Two people get to know each other through us (Kontaktvermittlung), once both have agreed."""

    REFERENCE_PREFIX = "K"
    PRIVACY = Privacy(
        personal="owner",
        sensitive="purpose",
        not_personal="status status_since introduced_at closed_at",
    )

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="introductions"
    )
    purpose = models.TextField(_("what it is about"), max_length=1000)
    status = models.CharField(
        _("state"),
        max_length=10,
        choices=IntroductionStatus,
        default=IntroductionStatus.PROPOSED,
        editable=False,
    )
    status_since = models.DateTimeField()
    introduced_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    objects = IntroductionQuerySet.as_manager()

    class Meta:
        verbose_name = _("introduction")
        verbose_name_plural = _("introductions")
        ordering = ["-modified_at", "-id"]
        indexes = [models.Index(fields=["status", "status_since"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=IntroductionStatus.values), name="introduction_status_known"
            )
        ]

    def __str__(self):
        return self.reference

    def get_absolute_url(self):
        return reverse("referrals:introduction", args=[self.reference])


class IntroductionParty(LinkBearer):
    """One of the two: agrees or not by mail link, later says what came of it by the same link.

    `about` is what the other one may read before both have agreed; it names nobody.
    """

    LINK_PURPOSE = "introduction"
    PRIVACY = Privacy(
        personal="person agreed outcome shared_fields",
        sensitive="token_hash about",
        not_personal="introduction expires_at answered_at outcome_at",
    )

    introduction = models.ForeignKey(Introduction, on_delete=models.CASCADE, related_name="parties")
    person = models.ForeignKey(
        "contacts.Person", on_delete=models.CASCADE, related_name="introductions"
    )
    about = models.TextField(_("what the other may read before"), max_length=500)
    shared_fields = models.JSONField(default=list)
    agreed = models.BooleanField(null=True)
    answered_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=IntroductionOutcome, blank=True)
    outcome_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["introduction", "person"], name="introduced_once_per_introduction"
            )
        ]

    def __str__(self):
        return f"{self.introduction_id} {self.person_id}"
