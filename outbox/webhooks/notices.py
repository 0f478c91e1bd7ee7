"""The organisation hears by mail that its webhook was switched off."""

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outbox.actions import queue_mail
from outbox.messages import Message, render
from outbox.models import DisabledReason, EndpointState, OutboundMail, WebhookEndpoint
from outbox.registry import register_kind

KIND = "webhook_disabled"
PORTAL_PATH = "/schnittstelle/"


def tell_of_disabling(endpoint: WebhookEndpoint, *, at: datetime) -> OutboundMail | None:
    organisation = endpoint.organisation
    if not organisation.email:
        return None
    return queue_mail(
        kind=KIND,
        dedupe_key=f"{KIND}:{endpoint.pk}:{at.isoformat()}",
        recipient=organisation.email,
        recipient_name=organisation.contact_name or organisation.name,
        subjects={"endpoint": endpoint.pk},
        purpose="webhook",
        legal_basis="contract",
        at=at,
    )


def build(mail: OutboundMail) -> Message:
    endpoint = WebhookEndpoint.objects.get(pk=mail.subjects["endpoint"])
    context = {
        "name": mail.recipient_name,
        "endpoint": endpoint,
        "gone": endpoint.disabled_reason == DisabledReason.GONE,
        "url": settings.BASE_URL + PORTAL_PATH,
    }
    return render(f"outbox/{KIND}", context)


def may_go(mail: OutboundMail, at: datetime) -> str:
    off = WebhookEndpoint.objects.filter(pk=mail.subjects["endpoint"], state=EndpointState.DISABLED)
    return "" if off.exists() else _("the webhook is switched on again or deleted")


def register() -> None:
    register_kind(KIND, label=gettext_lazy("Webhook switched off"), build=build, may_go=may_go)
