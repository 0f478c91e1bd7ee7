"""What the outbox forgets when somebody's data is erased (Art. 17 DSGVO)."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import CharField, Q, Value
from django.db.models.functions import Cast, Concat

from outbox.actions import CANCELLED
from outbox.models import MailState, OutboundMail, SuppressedAddress
from outbox.suppression import key_of


def forget_recipient(*, person_id: UUID, addresses: Iterable[str], at: datetime) -> None:
    """Cancel what waits for them, and keep of all their mails that there was one, not to whom.

    `addresses` are those nobody else has; mails that name the person go by that. One that is
    being sent at this very moment can no longer be stopped.
    """
    addresses = list(addresses)
    own = Q(subjects__person=str(person_id)) | Q(recipient__in=addresses)
    mails = OutboundMail.objects.filter(own)
    cancelled = {"state": MailState.CANCELLED, "last_error": "erased"}
    mails.filter(state__in=CANCELLED).update(**cancelled)
    mails.update(
        recipient="",
        recipient_name="",
        payload="",
        dedupe_key=Concat(Value("erased:"), Cast("pk", CharField())),
        modified_at=at,
    )
    SuppressedAddress.objects.filter(address__in=map(key_of, addresses)).delete()
