"""The way out of mails that nobody has to get: one address per mail, without login or cookie.

It is the id of the mail and a digest of it under a secret key, so nothing is stored.
"""

import base64
import functools
import hmac
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from dma_crm.crypto import keyed_digest
from outbox.models import OutboundMail
from outbox.registry import MailKind, kind_of

ID_BYTES = MAC_BYTES = 16


def unsubscribe_address(mail: OutboundMail) -> str:
    """For `List-Unsubscribe` (RFC 8058) and the last line of the mail."""
    before, after = around_token()
    return f"{settings.BASE_URL}{before}{token_of(mail.pk)}{after}"


@functools.cache
def around_token() -> list[str]:
    return reverse("outbox:unsubscribe", args=["token"]).split("token")


def token_of(pk: UUID) -> str:
    return base64.urlsafe_b64encode(pk.bytes + mac_of(pk)).decode().rstrip("=")


def mac_of(pk: UUID) -> bytes:
    return bytes.fromhex(keyed_digest("unsubscribe", str(pk)))[:MAC_BYTES]


def mail_behind(token: str) -> OutboundMail | None:
    """The mail whose link this is, whenever it was sent; None for any other text."""
    try:
        raw = base64.b64decode(token.encode() + b"=", altchars=b"-_", validate=True)
    except ValueError:
        return None
    if len(raw) != ID_BYTES + MAC_BYTES:
        return None
    pk = UUID(bytes=raw[:ID_BYTES])
    if not hmac.compare_digest(raw[ID_BYTES:], mac_of(pk)):
        return None
    mail = OutboundMail.objects.filter(pk=pk).first()
    return mail if mail and stoppable(mail) else None


def stoppable(mail: OutboundMail) -> MailKind | None:
    """Its kind, if somebody may want no more of that kind."""
    try:
        kind = kind_of(mail)
    except KeyError:
        return None
    return kind if kind.stop else None
