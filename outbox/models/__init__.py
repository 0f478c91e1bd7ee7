"""What is to be sent: mails to people, webhooks to partners' systems."""

from outbox.models.freezes import DeliveryFreeze
from outbox.models.leased import QUEUED, SENDING, Leased, LeasedQuerySet
from outbox.models.mailboxes import MailboxPosition
from outbox.models.mails import MailState, OutboundMail, OutboundMailQuerySet, Transport
from outbox.models.suppressions import (
    SuppressedAddress,
    SuppressedAddressQuerySet,
    SuppressionReason,
)
from outbox.models.webhooks import (
    DeliveryState,
    DisabledReason,
    EndpointState,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
)

__all__ = [
    "QUEUED",
    "SENDING",
    "DeliveryFreeze",
    "DeliveryState",
    "DisabledReason",
    "EndpointState",
    "Leased",
    "LeasedQuerySet",
    "MailState",
    "MailboxPosition",
    "OutboundMail",
    "OutboundMailQuerySet",
    "SuppressedAddress",
    "SuppressedAddressQuerySet",
    "SuppressionReason",
    "Transport",
    "WebhookAttempt",
    "WebhookDelivery",
    "WebhookEndpoint",
]
