"""Where partners' systems want to be told, what they are told, and how each try went."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Role
from dma_crm.models import Record
from dma_crm.privacy import Privacy
from outbox.models.leased import Leased, LeasedQuerySet


class EndpointState(models.TextChoices):
    ACTIVE = "active", _("Active")
    DISABLED = "disabled", _("Switched off")


class DisabledReason(models.TextChoices):
    GONE = "gone", _("The receiver answered that it is gone for good (410)")
    FAILING = "failing", _("Nothing could be delivered for days")
    BY_HAND = "by_hand", _("Switched off by hand")


class DeliveryState(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    SENDING = "sending", _("Being sent")
    DELIVERED = "delivered", _("Delivered")
    DEAD = "dead", _("Given up")
    CANCELLED = "cancelled", _("Cancelled")


def of_organisation(path: str, actor) -> Q:
    """Administrators see all, a partner's people and keys their own; nobody else sees any."""
    if actor.role == Role.ADMIN:
        return Q()
    if actor.role == Role.PARTNER:
        return Q(**{path: actor.organisation_id})
    return Q(pk__in=[])


class WebhookEndpointQuerySet(models.QuerySet):
    def active(self):
        return self.filter(state=EndpointState.ACTIVE)

    def visible_to(self, actor):
        return self.filter(of_organisation("organisation_id", actor))


class WebhookEndpoint(Record):
    """An address of an organisation's system. Empty `events` means all of them, also new ones.

    `failures` counts failed attempts in a row, the first of them at `failing_since`.
    `rest_until`: nothing is sent before, because the receiver hangs or asked us to wait.
    """

    PRIVACY = Privacy(
        sensitive="secret previous_secret",
        not_personal=(
            "organisation url events previous_until state disabled_reason disabled_at failures"
            " failing_since rest_until"
        ),
    )

    organisation = models.ForeignKey(
        "contacts.PartnerOrganisation",
        on_delete=models.PROTECT,
        related_name="webhook_endpoints",
        verbose_name=_("partner organisation"),
    )
    url = models.CharField(_("address"), max_length=500)
    events = models.JSONField(pgettext_lazy("webhook", "events"), default=list, blank=True)
    secret = models.TextField()  # encrypted, as the next
    previous_secret = models.TextField(blank=True)
    previous_until = models.DateTimeField(null=True)
    state = models.CharField(
        _("state"), max_length=8, choices=EndpointState, default=EndpointState.ACTIVE
    )
    disabled_reason = models.CharField(max_length=8, choices=DisabledReason, blank=True)
    disabled_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(_("failed attempts in a row"), default=0)
    failing_since = models.DateTimeField(null=True)
    rest_until = models.DateTimeField(null=True)

    objects = WebhookEndpointQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["created_at", "id"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=EndpointState.ACTIVE, disabled_reason="")
                | Q(state=EndpointState.DISABLED, disabled_reason__in=DisabledReason.values),
                name="webhook_disabled_with_reason",
            )
        ]

    def __str__(self):
        return self.url


class WebhookDeliveryQuerySet(LeasedQuerySet):
    def visible_to(self, actor):
        return self.filter(of_organisation("endpoint__organisation_id", actor))


class WebhookDelivery(Leased):
    """One event told to one endpoint; `webhook-id` is its id, the same for every attempt.

    `body` is the text as it is signed: type, id and state only, no personal data.
    """

    PRIVACY = Privacy(
        not_personal=(
            f"endpoint type body dedupe_key state {Leased.LEASE_FIELDS} delivered_at last_error"
        )
    )

    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries"
    )
    type = models.CharField(pgettext_lazy("webhook", "event"), max_length=60)
    body = models.TextField()
    dedupe_key = models.CharField(max_length=200, unique=True)
    state = models.CharField(
        _("state"), max_length=10, choices=DeliveryState, default=DeliveryState.QUEUED
    )
    delivered_at = models.DateTimeField(_("delivered"), null=True)
    last_error = models.CharField(_("last error"), max_length=40, blank=True)

    objects = WebhookDeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["state", "due_at", "id"], name="webhook_due_first"),
            Leased.index_of_leases("webhook_leased"),
            models.Index(fields=["endpoint", "created_at", "id"]),
            models.Index(fields=["endpoint", "state", "created_at", "id"]),
            models.Index(fields=["state", "modified_at"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=DeliveryState.values), name="webhook_delivery_state_known"
            )
        ]

    def __str__(self):
        return f"{self.type} {self.pk}"


class WebhookAttemptQuerySet(models.QuerySet):
    def visible_to(self, actor):
        return self.filter(of_organisation("delivery__endpoint__organisation_id", actor))


class WebhookAttempt(Record):
    """One try: the receiver's status and how long it took; what else it answered is not kept.

    `error` is a code of outbox/webhooks/reasons.py, empty where it was delivered.
    """

    PRIVACY = Privacy(not_personal="delivery at status_code error duration_ms")

    delivery = models.ForeignKey(WebhookDelivery, on_delete=models.CASCADE, related_name="tries")
    at = models.DateTimeField(_("at"))
    status_code = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=40, blank=True)
    duration_ms = models.PositiveIntegerField()

    objects = WebhookAttemptQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery attempt")
        verbose_name_plural = _("delivery attempts")
        ordering = ["at", "id"]

    def __str__(self):
        return f"{self.delivery_id} {self.status_code or self.error}"
