from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dma_crm.models import Timestamped
from dma_crm.privacy import Privacy


class AffiliationRole(models.TextChoices):
    FOUNDER = "founder", _("Founder")
    EMPLOYEE = "employee", _("Employee")
    CONTACT = "contact", _("Contact person")
    MENTOR = "mentor", _("Mentor")
    OTHER = "other", _("Other")


class Affiliation(Timestamped):
    """A person belongs to a startup or a partner organisation, in a role, for a while."""

    PRIVACY = Privacy(personal="person startup partner role since until")

    person = models.ForeignKey(
        "contacts.Person", on_delete=models.CASCADE, related_name="affiliations"
    )
    startup = models.ForeignKey(
        "contacts.Startup", on_delete=models.CASCADE, null=True, related_name="affiliations"
    )
    partner = models.ForeignKey(
        "contacts.PartnerOrganisation",
        on_delete=models.CASCADE,
        null=True,
        related_name="affiliations",
    )
    role = models.CharField(
        _("role"), max_length=10, choices=AffiliationRole, default=AffiliationRole.FOUNDER
    )
    since = models.DateField(_("since"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("affiliation")
        verbose_name_plural = _("affiliations")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(startup__isnull=False, partner__isnull=True)
                | Q(startup__isnull=True, partner__isnull=False),
                name="affiliation_to_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(since__isnull=True)
                | Q(until__isnull=True)
                | Q(since__lte=models.F("until")),
                name="affiliation_in_order",
            ),
            models.UniqueConstraint(
                fields=["person", "startup", "role"],
                condition=Q(until__isnull=True, startup__isnull=False),
                name="one_open_startup_role",
            ),
            models.UniqueConstraint(
                fields=["person", "partner", "role"],
                condition=Q(until__isnull=True, partner__isnull=False),
                name="one_open_partner_role",
            ),
        ]

    def __str__(self):
        return f"{self.person_id} {self.role}"
