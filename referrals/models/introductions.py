from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.history import save_changes
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


S = IntroductionStatus
INTRODUCTION_STEPS: dict[str, set[str]] = {
    S.PROPOSED: {S.INTRODUCED, S.DECLINED, S.WITHDRAWN, S.EXPIRED},
    S.INTRODUCED: {S.CLOSED, S.DECLINED},  # declined: while neither joining mail had left
    S.DECLINED: set(),
    S.WITHDRAWN: set(),
    S.EXPIRED: set(),
    S.CLOSED: set(),
}
OPEN_INTRODUCTIONS = (S.PROPOSED, S.INTRODUCED)


class IntroductionOutcome(models.TextChoices):
    MET = "met", _("We are in touch")
    PLANNED = "planned", _("A talk is planned")
    NO_CONTACT = "no_contact", _("No contact so far")
    NO_FIT = "no_fit", _("It was not a fit")


class IntroductionQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """Restricted (Art. 18 DSGVO) and anonymised people are hidden, and what joins them."""
        if actor.role not in AGENCY_ROLES:
            return self.none()
        locked = IntroductionParty.objects.filter(introduction=OuterRef("pk"))
        return self.exclude(Exists(locked.exclude(person__state="active")))

    def writable_by(self, actor):
        """Advisors write their own."""
        if actor.role != Role.ADVISOR:
            return self.none()
        return self.visible_to(actor).filter(owner_id=actor.user_id)

    def open(self):
        return self.filter(status__in=OPEN_INTRODUCTIONS)

    def with_names(self):
        """All that a row of a list shows, in one query and its prefetch."""
        parties = IntroductionParty.objects.select_related("person")
        return self.select_related("owner").prefetch_related(Prefetch("parties", parties))


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
        indexes = [
            models.Index(fields=["status", "status_since"]),
            models.Index(fields=["modified_at", "id"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=IntroductionStatus.values), name="introduction_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["introduced", "closed"]) | Q(introduced_at__isnull=False),
                name="introduced_at_a_moment",
            ),
        ]

    def __str__(self):
        return self.reference

    def get_absolute_url(self):
        return reverse("referrals:introduction", args=[self.reference])

    def move_to(self, status: str, *, by, at, related: dict | None = None, **fields) -> None:
        """Take one allowed step, with one row of history; `related`: what a party said with it.

        The caller holds the row's lock and has looked at its state
        (referrals/introductions/actions.py), so another step is a mistake of ours.
        """
        if status not in INTRODUCTION_STEPS[self.status]:
            raise ValueError(f"{self.status} is never followed by {status}")
        closed_at = None if status in OPEN_INTRODUCTIONS else at
        changes = {"status": status, "status_since": at, "closed_at": closed_at, **fields}
        save_changes(self, changes, related=related, by=by, at=at)


class IntroductionParty(LinkBearer):
    """One of the two: agrees or not by mail link, later says what came of it by the same link.

    `about` is what the other one may read before both have agreed; it names nobody. The advisor
    asks for `offered_fields`; `shared_fields` are those the person ticked, under `consent`.
    """

    LINK_PURPOSE = "introduction"
    PRIVACY = Privacy(
        personal="person agreed consent outcome offered_fields shared_fields",
        sensitive="token_hash about decline_text",
        not_personal=(
            "introduction expires_at answered_at outcome_at reminded_at outcome_asked_at"
        ),
    )

    introduction = models.ForeignKey(Introduction, on_delete=models.CASCADE, related_name="parties")
    person = models.ForeignKey(
        "contacts.Person", on_delete=models.CASCADE, related_name="introductions"
    )
    about = models.TextField(_("what the other may read before"), max_length=500)
    offered_fields = models.JSONField(default=list)
    shared_fields = models.JSONField(default=list)
    agreed = models.BooleanField(null=True)
    answered_at = models.DateTimeField(null=True)
    decline_text = models.TextField(max_length=500, blank=True)
    consent = models.ForeignKey(
        "contacts.Consent", on_delete=models.SET_NULL, null=True, related_name="introductions"
    )
    reminded_at = models.DateTimeField(null=True)
    outcome_asked_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=IntroductionOutcome, blank=True)
    outcome_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["introduction", "person"], name="introduced_once_per_introduction"
            ),
            models.CheckConstraint(
                condition=Q(agreed__isnull=True, answered_at__isnull=True)
                | Q(agreed__isnull=False, answered_at__isnull=False),
                name="party_answered_at_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["", *IntroductionOutcome.values]),
                name="party_outcome_known",
            ),
        ]

    def __str__(self):
        return f"{self.introduction_id} {self.person_id}"
