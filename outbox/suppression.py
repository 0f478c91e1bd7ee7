"""Addresses that get no mail: the mailbox does not exist, its owner complained, or we say so.

Mails without which somebody cannot get in (`essential` kinds) go there all the same: who was
entered by mistake would be locked out, and nobody would notice.
"""

import logging
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from dma_crm.statements import Given, Statement
from outbox.addresses import BadAddressError, ascii_address
from outbox.models import OutboundMail, SuppressedAddress, SuppressionReason

logger = logging.getLogger(__name__)
# RFC 3463: no mailbox, no host, bad syntax, moved, no mail taken (RFC 7505), switched off. Not
# 5.7.x, by which servers refuse us: one blocklist would empty the whole list of addresses.
NO_MAILBOX = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
NO_MAILBOX_WITHOUT_STATUS = frozenset({550, 551, 553})

STANDING = Statement(
    lambda: (
        SuppressedAddress.objects.active()
        .filter(address__any_of=Given("keys"))
        .order_by()
        .values_list("address")
    )
)


class AlreadyLiftedError(Exception):
    code = "already_lifted"
    message = _("This address has been taken off the list in the meantime.")


def says_no_mailbox(code: int, status: str) -> bool:
    """Whether a server's answer to RCPT, or a report, means that nobody will ever read there."""
    return status in NO_MAILBOX if status else code in NO_MAILBOX_WITHOUT_STATUS


def key_of(address: str) -> str:
    """How an address stands in the list: the same for every way of writing it."""
    try:
        return ascii_address(address).lower()
    except BadAddressError:
        return address.strip().lower()


def suppressed_among(addresses: Iterable[str]) -> set[str]:
    """Of these the ones that get no mail, as key_of writes them."""
    keys = {key_of(address) for address in addresses}
    return {address for (address,) in STANDING.rows(keys=keys)}


@transaction.atomic
def suppress_address(
    *,
    address: str,
    reason: str,
    detail: str = "",
    mail: OutboundMail | None = None,
    by: Actor,
    at: datetime,
) -> SuppressedAddress:
    """From the next mail on. Where it stands in the list already, that entry stays."""
    row = SuppressedAddress(
        address=key_of(address),
        reason=reason,
        detail=detail,
        mail=mail,
        at=at,
        created_at=at,
        modified_at=at,
        **by.as_history(),
    )
    SuppressedAddress.objects.bulk_create([row], ignore_conflicts=True)
    standing = SuppressedAddress.objects.active().get(address=row.address)
    if standing.pk == row.pk:
        logger.info("address %s is suppressed (%s)", row.pk, reason)
    return standing


def lift_suppression(*, row: SuppressedAddress, by: Actor, at: datetime) -> SuppressedAddress:
    """Mails go there again. Raises AlreadyLiftedError."""
    changes = {"lifted_at": at, "lifted_by_label": by.label, "modified_at": at}
    if not SuppressedAddress.objects.active().filter(pk=row.pk).update(**changes):
        raise AlreadyLiftedError
    logger.info("address %s is taken off the list by user %s", row.pk, by.user_id)
    row.refresh_from_db()
    return row


def note_bounce(mail: OutboundMail, detail: str, *, at: datetime) -> None:
    suppress_address(
        address=mail.recipient,
        reason=SuppressionReason.BOUNCED,
        detail=detail,
        mail=mail,
        by=Actor.system(),
        at=at,
    )
