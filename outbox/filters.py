from typing import Any

from outbox.models import OutboundMailQuerySet


def matching(mails: OutboundMailQuerySet, chosen: dict[str, Any]) -> OutboundMailQuerySet:
    if chosen["state"]:
        mails = mails.filter(state=chosen["state"])
    if chosen["kind"]:
        mails = mails.filter(kind=chosen["kind"])
    if chosen["recipient"]:
        mails = mails.filter(recipient__icontains=chosen["recipient"].strip())
    return mails
