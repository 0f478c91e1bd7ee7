from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.absence import desk_of
from accounts.models import AGENCY_ROLES, Role
from dma_crm.models import Referenced, Versioned
from dma_crm.privacy import Privacy


class FollowUpKind(models.TextChoices):
    TASK = "task", _("Task for me")
    MAIL = "mail", _("Mail to the person")


class FollowUpState(models.TextChoices):
    OPEN = "open", _("Open")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")


class FollowUpQuerySet(models.QuerySet):
    def visible_to(self, actor):
        if actor.role not in AGENCY_ROLES:
            return self.none()
        return self.filter(Q(person__isnull=True) | Q(person__state="active"))

    def writable_by(self, actor):
        """Assigned to them or about a case of theirs, and of colleagues they represent."""
        if actor.role != Role.ADVISOR:
            return self.none()
        desk = desk_of(actor, "assignee", "person__owner", "startup__owner")
        return self.visible_to(actor).filter(desk)

    def open(self):
        return self.filter(state=FollowUpState.OPEN)

    def due(self, day):
        """Open and due on `day` or before."""
        return self.open().filter(due_on__lte=day)


class FollowUp(Referenced, Versioned):
    """A Wiedervorlage: something to do on a day, or a mail that goes to the person on it."""

    REFERENCE_PREFIX = "W"
    PRIVACY = Privacy(
        personal="person startup referral assignee subject run closed_by",
        not_personal="due_on kind template state closed_at",
    )

    due_on = models.DateField(_("due"))
    kind = models.CharField(
        _("kind"), max_length=4, choices=FollowUpKind, default=FollowUpKind.TASK
    )
    subject = models.CharField(_("what"), max_length=200)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="follow_ups",
        verbose_name=_("assigned to"),
    )
    person = models.ForeignKey(
        "contacts.Person", on_delete=models.CASCADE, null=True, related_name="follow_ups"
    )
    startup = models.ForeignKey(
        "contacts.Startup", on_delete=models.CASCADE, null=True, related_name="follow_ups"
    )
    referral = models.ForeignKey(
        "referrals.Referral", on_delete=models.CASCADE, null=True, related_name="follow_ups"
    )
    template = models.ForeignKey(
        "contacts.MailTemplate",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("mail template"),
    )
    run = models.ForeignKey(
        "contacts.SeriesRun", on_delete=models.CASCADE, null=True, related_name="follow_ups"
    )
    state = models.CharField(max_length=10, choices=FollowUpState, default=FollowUpState.OPEN)
    closed_at = models.DateTimeField(null=True, editable=False)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        ordering = ["due_on", "id"]
        indexes = [
            models.Index(fields=["state", "assignee", "due_on", "id"]),
            models.Index(fields=["state", "due_on", "id"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=FollowUpState.values), name="follow_up_state_known"
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False) | Q(startup__isnull=False),
                name="follow_up_about_somebody",
            ),
            models.CheckConstraint(
                condition=Q(kind=FollowUpKind.TASK)
                | Q(person__isnull=False, template__isnull=False),
                name="follow_up_mail_has_template_and_person",
            ),
        ]

    def __str__(self):
        return self.subject

    @property
    def is_mail_sent(self) -> bool:
        """The clock has handed its mail to the outbox."""
        done = self.state == FollowUpState.DONE and self.closed_by_id is None
        return done and self.kind == FollowUpKind.MAIL

    @property
    def mail_key(self) -> str:
        """Of the mail that closing it has queued."""
        return f"follow_up:{self.pk}:{self.version}"

    def get_absolute_url(self):
        return reverse("contacts:follow_up", args=[self.reference])
