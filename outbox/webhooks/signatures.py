"""The secrets that deliveries are signed with: shown once, kept encrypted."""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from dma_crm.crypto import decrypt, encrypt
from outbox.models import WebhookDelivery, WebhookEndpoint

PREFIX = "whsec_"
SECRET_BYTES = 32  # Standard Webhooks wants 24 to 64
ROTATION = timedelta(hours=24)  # so long both secrets sign


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def rotated(endpoint: WebhookEndpoint, secret: str, *, at: datetime) -> dict:
    """The columns after a change to `secret`; the one before goes on signing for a while."""
    return {
        "secret": encrypt(secret),
        "previous_secret": endpoint.secret,
        "previous_until": at + ROTATION,
    }


def secrets_of(endpoint: WebhookEndpoint, *, at: datetime) -> list[str]:
    """The newest first. Raises cryptography.fernet.InvalidToken when no key of ours fits."""
    stored = [endpoint.secret]
    if endpoint.previous_secret and endpoint.previous_until and endpoint.previous_until > at:
        stored.append(endpoint.previous_secret)
    return [decrypt(each) for each in stored]


def signed_headers(delivery: WebhookDelivery, *, at: datetime) -> dict[str, str]:
    """One signature per secret, over id, moment and body; a receiver needs one that fits."""
    sent = str(int(at.timestamp()))
    signed = f"{delivery.pk}.{sent}.{delivery.body}"
    keys = secrets_of(delivery.endpoint, at=at)
    return {
        "webhook-id": str(delivery.pk),
        "webhook-timestamp": sent,
        "webhook-signature": " ".join(signature(key, signed) for key in keys),
    }


def signature(secret: str, signed: str) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    digest = hmac.new(key, signed.encode(), hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"
