from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import AGENCY_ROLES
from dma_crm.models import Referenced, Versioned
from dma_crm.privacy import Privacy
from referrals.models.referrals import Referral


class NeedStatus(models.TextChoices):
    """Rolled up from its referrals by `actions.needs.roll_up`; an advisor may settle it."""

    OPEN = "open", _("Open")
    WAITING = "waiting", _("Waiting for an answer")
    HELPING = "helping", _("Somebody is helping")
    HELPED = "helped", _("Helped")
    UNMET = "unmet", _("Nobody could help")
    SETTLED = "settled", _("Settled")


# Nobody has to be found any more.
CLOSED_NEEDS = frozenset({NeedStatus.HELPED, NeedStatus.SETTLED})


class NeedQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """The agency sees all but those of restricted people (Art. 18 DSGVO)."""
        if actor.role in AGENCY_ROLES:
            return self.exclude(person__state="restricted")
        return self.none()

    def with_referrals(self):
        """All that a row about a need shows, in one query and its prefetches."""
        rows = Referral.objects.select_related("recipient", "sender").order_by("created_at", "pk")
        return self.select_related("person", "startup", "stage", "owner").prefetch_related(
            "topics", models.Prefetch("referrals", queryset=rows)
        )


class Need(Referenced, Versioned):
    """What a founder needs help with (Anliegen); one or more referrals answer it."""

    REFERENCE_PREFIX = "A"
    PRIVACY = Privacy(
        personal="person startup owner postcode",
        sensitive="question table_text",
        not_personal="stage status topics tabled_at",
    )

    person = models.ForeignKey("contacts.Person", on_delete=models.CASCADE, related_name="needs")
    startup = models.ForeignKey(
        "contacts.Startup", on_delete=models.CASCADE, null=True, related_name="needs"
    )
    topics = models.ManyToManyField("contacts.Topic", related_name="needs")
    question = models.TextField(_("question"), max_length=2000)
    stage = models.ForeignKey("contacts.Stage", on_delete=models.PROTECT, null=True)
    postcode = models.CharField(_("postcode"), max_length=10, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="needs"
    )
    status = models.CharField(max_length=8, choices=NeedStatus, default=NeedStatus.OPEN)
    table_text = models.CharField(
        _("in short, without names, for the round table"), max_length=500, blank=True
    )
    tabled_at = models.DateTimeField(null=True)

    objects = NeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("need")
        verbose_name_plural = _("needs")
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["status", "created_at", "id"]),
            models.Index(
                fields=["tabled_at"], name="need_tabled", condition=Q(tabled_at__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=NeedStatus.values), name="need_status_known"
            )
        ]

    def __str__(self):
        return self.reference

    def get_absolute_url(self):
        return reverse("referrals:need", args=[self.reference])
