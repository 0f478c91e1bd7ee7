from datetime import date, datetime, timedelta
from typing import Any

from accounts.filters import midnight
from outbox.models import OutboundMailQuerySet, SuppressedAddressQuerySet


def matching(mails: OutboundMailQuerySet, chosen: dict[str, Any]) -> OutboundMailQuerySet:
    if chosen["state"]:
        mails = mails.filter(state=chosen["state"])
    if chosen["kind"]:
        mails = mails.filter(kind=chosen["kind"])
    if chosen["recipient"]:
        mails = mails.filter(recipient__icontains=chosen["recipient"].strip())
    if chosen["day"]:
        since = midnight(chosen["day"])
        mails = mails.filter(created_at__gte=since, created_at__lt=day_after(chosen["day"]))
    return mails


def day_after(day: date) -> datetime:
    """The first moment of the next local day: days of a clock change have 23 or 25 hours."""
    return midnight(day + timedelta(days=1)) if day < date.max else midnight(day)


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
