"""Mails to be sent. The row is the truth; it is written in the transaction of the change."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dma_crm.privacy import Privacy
from outbox.models.leased import Leased, LeasedQuerySet


class MailState(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    DEAD = "dead", _("Given up")
    CANCELLED = "cancelled", _("Cancelled")
    UNCERTAIN = "uncertain", _("Uncertain")


class Transport(models.TextChoices):
    SMTP = "smtp", _("SMTP")
    KEPT = "kept", _("Kept in the outbox")


class OutboundMailQuerySet(LeasedQuerySet):
    def visible_to(self, actor):
        """Administrators look after delivery; advisors and managers read the log."""
        return self.all() if actor.role in {"admin", "manager", "advisor"} else self.none()


class OutboundMail(Leased):
    """One mail to one recipient. `subjects` names what it speaks of, `{"referral": id, …}`;

    its text is built from there when it is sent, by the builder registered for its `kind`.
    """

    PRIVACY = Privacy(
        personal="recipient recipient_name subjects",
        sensitive="payload",
        not_personal=(
            f"kind dedupe_key purpose legal_basis state transport {Leased.LEASE_FIELDS}"
            " handing_over_at sent_at message_id last_error"
        ),
    )

    UNTRIED = {"handing_over_at": None}

    kind = models.CharField(max_length=60)
    dedupe_key = models.CharField(max_length=200)
    recipient = models.EmailField(_("recipient"), max_length=254)
    recipient_name = models.CharField(max_length=200, blank=True)
    purpose = models.CharField(max_length=40)
    legal_basis = models.CharField(max_length=20, blank=True)
    subjects = models.JSONField(default=dict)
    payload = models.TextField(blank=True)
    state = models.CharField(_("state"), max_length=10, choices=MailState, default=MailState.QUEUED)
    transport = models.CharField(max_length=4, choices=Transport, blank=True)
    handing_over_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    message_id = models.CharField(max_length=120)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)

    gathered: Any  # see outbox.registry

    objects = OutboundMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("outbound mail")
        verbose_name_plural = _("outbox")
        ordering = ["-created_at", "-id"]
        indexes = [
            # Not a partial one: SQLite prefers any whole index that begins with the state.
            models.Index(fields=["state", "due_at", "id"], name="mail_due_first"),
            Leased.index_of_leases("mail_leased"),
            models.Index(fields=["state", "created_at", "id"]),
            models.Index(fields=["created_at", "id"]),
            models.Index(fields=["recipient", "sent_at"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=MailState.values), name="mail_state_known"
            ),
            # Not `unique` of the fields: on PostgreSQL that adds indexes for LIKE, written with
            # each mail that goes; who looks for the beginning of a key says since when, too.
            models.UniqueConstraint(fields=["dedupe_key"], name="mail_once"),
            models.UniqueConstraint(fields=["message_id"], name="mail_message_id_once"),
        ]

    def __str__(self):
        return f"{self.kind} {self.pk}"
