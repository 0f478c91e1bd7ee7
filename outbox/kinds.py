"""The outbox's own kind: mails of the login library, whose text cannot be built again."""

import json
from datetime import datetime, timedelta
from uuid import uuid4

from django.utils.translation import gettext as _

from dma_crm.crypto import decrypt, encrypt
from outbox.actions import queue_mail
from outbox.messages import Message
from outbox.models import OutboundMail

ACCOUNT = "account"
STALE_AFTER = timedelta(hours=24)  # a link to a new password helps nobody days later


def queue_account_mail(*, recipient: str, message: Message, at: datetime) -> None:
    queue_mail(
        kind=ACCOUNT,
        dedupe_key=f"{ACCOUNT}:{uuid4()}",
        recipient=recipient,
        subjects={},
        purpose=ACCOUNT,
        legal_basis="contract",
        payload=encrypt(json.dumps(vars(message))),
        at=at,
    )


def build_account_mail(mail: OutboundMail) -> Message:
    return Message(**json.loads(decrypt(mail.payload)))


def account_mail_may_go(mail: OutboundMail, at: datetime) -> str:
    return _("too old") if mail.created_at < at - STALE_AFTER else ""
