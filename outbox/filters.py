from typing import Any

from outbox.models import OutboundMailQuerySet, SuppressedAddressQuerySet


def matching(mails: OutboundMailQuerySet, chosen: dict[str, Any]) -> OutboundMailQuerySet:
    if chosen["state"]:
        mails = mails.filter(state=chosen["state"])
    if chosen["kind"]:
        mails = mails.filter(kind=chosen["kind"])
    if chosen["recipient"]:
        mails = mails.filter(recipient__icontains=chosen["recipient"].strip())
    return mails


def matching_suppressions(
    rows: SuppressedAddressQuerySet, chosen: dict[str, Any]
) -> SuppressedAddressQuerySet:
    """Without a choice what stands in the list now."""
    if chosen["address"]:
        rows = rows.filter(address__icontains=chosen["address"].strip())
    if chosen["reason"]:
        rows = rows.filter(reason=chosen["reason"])
    if chosen["state"] == "all":
        return rows
    return rows.filter(lifted_at__isnull=chosen["state"] != "lifted")
