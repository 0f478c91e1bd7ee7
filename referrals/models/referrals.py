import functools

from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.actors import MAIL_LINK_ROLE
from accounts.models import AGENCY_ROLES, Role
from dma_crm.models import Referenced, Versioned
from dma_crm.privacy import Privacy
from dma_crm.statements import Given, Update
from dma_crm.workdays import ONE_DAY, end_of, latest_start, local_day
from referrals.elapsed import passed


class ReferralStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SENT = "sent", _("Sent")
    QUERY = "query", _("Query open")
    ACCEPTED = "accepted", _("Accepted")
    IN_PROGRESS = "in_progress", _("In progress")
    ON_HOLD = "on_hold", _("On hold")
    COMPLETED = "completed", _("Completed")
    DECLINED = "declined", _("Declined")
    FORWARDED = "forwarded", _("Forwarded")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")


OPEN_STATUSES = frozenset(
    {
        ReferralStatus.DRAFT,
        ReferralStatus.SENT,
        ReferralStatus.QUERY,
        ReferralStatus.ACCEPTED,
        ReferralStatus.IN_PROGRESS,
        ReferralStatus.ON_HOLD,
    }
)
WORKING_STATUSES = frozenset(
    {ReferralStatus.ACCEPTED, ReferralStatus.IN_PROGRESS, ReferralStatus.ON_HOLD}
)
UNRESPONSIVE_AFTER = 5
# Contact data may be seen from acceptance until the loop is closed, while consent holds.
DISCLOSED_STATUSES = frozenset(
    {
        ReferralStatus.ACCEPTED,
        ReferralStatus.IN_PROGRESS,
        ReferralStatus.ON_HOLD,
        ReferralStatus.COMPLETED,
    }
)

STEPS: dict[str, frozenset[str]] = {
    ReferralStatus.DRAFT: frozenset({ReferralStatus.SENT, ReferralStatus.WITHDRAWN}),
    ReferralStatus.SENT: frozenset(
        {
            ReferralStatus.QUERY,
            ReferralStatus.ACCEPTED,
            ReferralStatus.DECLINED,
            ReferralStatus.FORWARDED,
            ReferralStatus.WITHDRAWN,
            ReferralStatus.EXPIRED,
        }
    ),
    ReferralStatus.QUERY: frozenset(
        {
            ReferralStatus.SENT,
            ReferralStatus.DECLINED,
            ReferralStatus.WITHDRAWN,
            ReferralStatus.EXPIRED,
        }
    ),
    ReferralStatus.ACCEPTED: frozenset(
        {
            ReferralStatus.SENT,  # undo
            ReferralStatus.IN_PROGRESS,
            ReferralStatus.DECLINED,
            ReferralStatus.FORWARDED,
            ReferralStatus.COMPLETED,
            ReferralStatus.WITHDRAWN,
        }
    ),
    ReferralStatus.IN_PROGRESS: frozenset(
        {
            ReferralStatus.ON_HOLD,
            ReferralStatus.DECLINED,
            ReferralStatus.COMPLETED,
            ReferralStatus.WITHDRAWN,
        }
    ),
    ReferralStatus.ON_HOLD: frozenset({ReferralStatus.IN_PROGRESS, ReferralStatus.WITHDRAWN}),
    ReferralStatus.DECLINED: frozenset({ReferralStatus.SENT}),  # undo
    ReferralStatus.COMPLETED: frozenset(),
    ReferralStatus.FORWARDED: frozenset(),
    ReferralStatus.WITHDRAWN: frozenset(),
    ReferralStatus.EXPIRED: frozenset(),
}


class DeclineReason(models.TextChoices):
    CAPACITY = "capacity", _("No capacity")
    COMPETENCE = "competence", _("Not our field")
    ELIGIBILITY = "eligibility", _("Requirements not met")
    AREA = "area", _("Not our area")
    DOCUMENTS = "documents", _("Documents missing")
    DUPLICATE = "duplicate", _("Known to us already")
    UNREACHABLE = "unreachable", _("Person not reachable")
    OTHER = "other", _("Other reason")


class Outcome(models.TextChoices):
    HELPED = "helped", _("Helped")
    PARTLY_HELPED = "partly_helped", _("Partly helped")
    NO_HELP_POSSIBLE = "no_help_possible", _("No help possible")
    UNREACHABLE = "unreachable", _("Person not reachable")
    FOUNDER_STOPPED = "founder_stopped", _("Founding given up")


class WithdrawalReason(models.TextChoices):
    """The system's own is `consent`; senders choose among the others."""

    NOT_NEEDED = "not_needed", _("No longer needed")
    MISTAKE = "mistake", _("Sent by mistake")
    FOUNDER_WISH = "founder_wish", _("The founder wishes it")
    OTHER_PARTNER = "other_partner", _("Another partner is helping")
    CONSENT = "consent", _("Consent withdrawn")


class ReferralError(Exception):
    """A step that cannot be taken; `message` is told to whoever tried, in their language."""

    code = "not_allowed"
    message = _("This step is not possible.")
    field = ""

    def __init__(self, message=None):
        self.message = message or self.message
        super().__init__(str(self.message))


class StepNotAllowedError(ReferralError):
    code = "step_not_allowed"
    message = _("This step is not possible in the present state.")


class ReferralChangedError(ReferralError):
    """Somebody else was faster; the caller shows the state as it now stands."""

    code = "changed_meanwhile"
    message = _("Somebody else has just changed this referral.")


class ReferralQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """The one gate for pages, exports and the API; an unknown role gets no rows.

        Drafts are the sender's alone. A mail link opens exactly one referral.
        """
        if actor.role in AGENCY_ROLES:
            return self.all()
        received = Q(recipient_id=actor.organisation_id) & ~Q(status=ReferralStatus.DRAFT)
        if actor.role == Role.PARTNER:
            return self.filter(received | Q(sender_id=actor.organisation_id))
        if actor.role == MAIL_LINK_ROLE:
            return self.filter(received, pk=actor.referral_id)
        return self.none()

    def open(self):
        return self.filter(status__in=OPEN_STATUSES)

    def stuck(self, at):
        """Twice the recipient's target has passed without an answer; see elapsed.py."""
        waits = passed("respond_by", lambda target: target, today=local_day(at))
        return self.filter(waits, status=ReferralStatus.SENT)

    def unresponsive(self, at):
        """Asked "still active?" or "does it go on?" five working days ago, and nothing since."""
        asked_before = end_of(latest_start(local_day(at) - ONE_DAY, UNRESPONSIVE_AFTER))
        return self.filter(
            status__in=WORKING_STATUSES,
            notices__at__gte=models.F("modified_at"),
            notices__at__lt=asked_before,
        ).distinct()

    def with_names(self):
        """All that a row of a list shows, in one query and its prefetches."""
        return self.select_related(
            "need__person", "need__startup", "need__stage", "sender", "recipient", "service"
        ).prefetch_related("need__topics")


class Referral(Referenced, Versioned):
    """One organisation is asked to help one person with one need (Vermittlung).

    Status moves only through `move_to`, called by the actions in `referrals/actions`.
    """

    REFERENCE_PREFIX = "V"
    PRIVACY = Privacy(
        personal="responsible",
        sensitive="reason decline_text forward_text outcome_text",
        not_personal=(
            "need sender recipient service consent status status_since sent_at seen_at respond_by"
            " sender_reference recipient_reference decline_reason forward_to forwarded_from"
            " first_contact_on resume_on outcome withdrawn_reason acknowledged_at closed_at"
            " agency_copied replaces"
        ),
    )

    need = models.ForeignKey("referrals.Need", on_delete=models.CASCADE, related_name="referrals")
    # Found by the indexes below, which begin with them.
    sender = models.ForeignKey(
        "contacts.PartnerOrganisation",
        on_delete=models.PROTECT,
        db_index=False,
        related_name="sent_referrals",
    )
    recipient = models.ForeignKey(
        "contacts.PartnerOrganisation",
        on_delete=models.PROTECT,
        db_index=False,
        related_name="received_referrals",
        verbose_name=_("recipient"),
    )
    service = models.ForeignKey(
        "referrals.Service",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="referrals",
        verbose_name=_("service"),
    )
    consent = models.ForeignKey(
        "contacts.Consent", on_delete=models.SET_NULL, null=True, related_name="referrals"
    )
    reason = models.TextField(_("why this partner"), max_length=1000, blank=True)
    status = models.CharField(
        max_length=12, choices=ReferralStatus, default=ReferralStatus.DRAFT, editable=False
    )
    status_since = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    respond_by = models.DateField(_("answer by"), null=True)
    responsible = models.CharField(_("person responsible"), max_length=150, blank=True)
    sender_reference = models.CharField(max_length=100, blank=True)
    recipient_reference = models.CharField(max_length=100, blank=True)
    decline_reason = models.CharField(_("reason"), max_length=12, choices=DeclineReason, blank=True)
    decline_text = models.TextField(max_length=2000, blank=True)
    forward_to = models.ForeignKey(
        "contacts.PartnerOrganisation", on_delete=models.PROTECT, null=True, related_name="+"
    )
    forward_text = models.TextField(max_length=2000, blank=True)
    forwarded_from = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="forwarded_as"
    )
    replaces = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="alternatives"
    )
    first_contact_on = models.DateField(_("first contact"), null=True)
    resume_on = models.DateField(_("resumes on"), null=True)
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome, blank=True)
    outcome_text = models.TextField(max_length=2000, blank=True)
    withdrawn_reason = models.CharField(
        _("reason"), max_length=14, choices=WithdrawalReason, blank=True
    )
    acknowledged_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    agency_copied = models.BooleanField(default=False)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        ordering = ["-modified_at", "-id"]
        indexes = [
            models.Index(fields=["recipient", "modified_at", "id"]),
            models.Index(fields=["sender", "modified_at", "id"]),
            models.Index(fields=["recipient", "created_at", "id"]),
            models.Index(fields=["sender", "created_at", "id"]),
            models.Index(fields=["recipient", "status", "modified_at", "id"]),
            models.Index(fields=["sender", "status", "modified_at", "id"]),
            models.Index(fields=["status", "modified_at", "id"]),
            models.Index(fields=["status", "respond_by"]),
            models.Index(fields=["modified_at", "id"]),
            models.Index(fields=["status", "closed_at"]),
            models.Index(
                fields=["closed_at"],
                name="outcome_unread",
                condition=Q(status="completed", acknowledged_at__isnull=True),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=ReferralStatus.values), name="referral_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(sender=models.F("recipient")), name="referral_to_somebody_else"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "withdrawn"]) | Q(sent_at__isnull=False),
                name="referral_out_of_draft_was_sent",
            ),
            models.CheckConstraint(
                condition=~Q(status=ReferralStatus.DECLINED) | ~Q(decline_reason=""),
                name="declined_with_reason",
            ),
            models.CheckConstraint(
                condition=~Q(status=ReferralStatus.COMPLETED) | ~Q(outcome=""),
                name="completed_with_outcome",
            ),
            models.CheckConstraint(
                condition=~Q(status=ReferralStatus.WITHDRAWN) | ~Q(withdrawn_reason=""),
                name="withdrawn_with_reason",
            ),
        ]

    def __str__(self):
        return self.reference

    def get_absolute_url(self):
        return reverse("referrals:referral", args=[self.reference])

    @property
    def person_id(self):
        return self.need.person_id

    def move_to(self, status: str, *, action: str, by, at, text: str = "", **fields) -> None:
        """Take one allowed step with its fields and record it, unless the row moved meanwhile.

        One conditional UPDATE on `version` decides a race. Raises StepNotAllowedError or
        ReferralChangedError.
        """
        if status not in STEPS[self.status]:
            raise StepNotAllowedError
        closed_at = None if status in OPEN_STATUSES else at
        self.write(
            action=action, by=by, at=at, text=text,
            status=status, status_since=at, closed_at=closed_at, **fields,
        )  # fmt: skip

    def write(self, *, action: str, by, at, text: str = "", **fields) -> None:
        """Record something that happened, with or without a change of status."""
        before = self.status
        written = {**fields, "modified_at": at, "version": self.version + 1}
        # The action around it has a savepoint; nothing is raised in here that it could outlive.
        with transaction.atomic(savepoint=False):
            if is_ours := self.update_if_unmoved(written):
                self.steps.create(
                    action=action, before=before, after=self.status, text=text, at=at,
                    version=self.version, **by.as_history(),
                )  # fmt: skip
        if not is_ours:
            raise ReferralChangedError

    def update_if_unmoved(self, written: dict) -> bool:
        values = {name: getattr(value, "pk", value) for name, value in written.items()}
        asked = {"its_id": self.pk, "its_version": self.version}
        if not unmoved(tuple(written)).write(**values, **asked):
            return False
        for name, value in written.items():
            setattr(self, name, value)
        return True


@functools.lru_cache(maxsize=100)
def unmoved(written: tuple[str, ...]) -> Update:
    """Writes these fields; asked for `its_id` and `its_version`."""
    fields = {field.name: field for field in Referral._meta.concrete_fields}
    own = {"pk": Given("its_id", fields["id"]), "version": Given("its_version", fields["version"])}
    changes = {name: Given(name, fields[name]) for name in written}
    return Update(lambda: Referral.objects.filter(**own), **changes)
