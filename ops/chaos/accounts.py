"""The count after a scenario: what the rows say against what servers saw."""

import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar

from django.db import InterfaceError, OperationalError, connection

from chaos.mails import HOLD
from chaos.sink import Receipt
from chaos.stage import Fault, Stage
from outbox.models import OutboundMail, WebhookDelivery
from outbox.smtp import MailServer
from referrals.models import Referral

Answer = TypeVar("Answer")
OPEN = {"queued", "sending"}
UNTIL_NOTED = 0.5  # seconds between the server's answer and our note of it, at most
UNTIL_NOTICED = 5.0  # seconds after a kill in which its connection is seen to end


def asked(query: Callable[[], Answer]) -> Answer | None:
    """None while the database is gone."""
    try:
        return query()
    except (OperationalError, InterfaceError):
        connection.close()
        return None


def unfinished(since: datetime) -> int | None:
    """Mails and webhooks that still are to go."""
    rows = (OutboundMail.objects, WebhookDelivery.objects)
    return asked(
        lambda: sum(each.filter(state__in=OPEN, created_at__gte=since).count() for each in rows)
    )


def all_done(since: datetime) -> bool:
    return unfinished(since) == 0


def mails(stage: Stage, since: datetime) -> dict[str, Any]:
    """Counts of the mails queued since then; `problems` are what must not be."""
    rows = list(OutboundMail.objects.filter(created_at__gte=since))
    came = defaultdict(list)  # read after the rows: what counts as sent has come
    for receipt in list(stage.sink.handler.receipts):
        came[receipt.message_id].append(receipt)
    known = set(OutboundMail.objects.values_list("message_id", flat=True))
    again = [raw_duplicates(came[row.message_id], stage.faults) for row in rows]
    listed = [
        {"mail": str(row.pk), **each}
        for row, found in zip(rows, again, strict=True)
        for each in found
    ]
    lost = [row for row in rows if row.state == "sent" and not came[row.message_id]]
    return {
        "mails": len(rows),
        "received": sum(len(came[row.message_id]) for row in rows),
        "states": dict(Counter(row.state for row in rows)),
        "lost": len(lost),
        "raw_duplicates": len(listed),
        "duplicates": listed,
        "problems": [
            *(f"lost: {row.recipient}" for row in lost),
            *itertools.chain(*(wrong_state(row) for row in rows)),
            *itertools.chain(*(wrong_ids(row, came[row.message_id]) for row in rows)),
            *(f"raw duplicate for no reason: {each}" for each in listed if not each["cause"]),
            *(f"unknown Message-ID {each}" for each in set(came) - known),
        ],
    }


def wrong_state(row: OutboundMail) -> Iterable[str]:
    """A mail ends as sent; as dead where the server wants no such recipient; or waits for a person,

    if its kind is such that it must not go twice.
    """
    refused, held = row.recipient.startswith("550-"), row.kind == HOLD
    if row.state != "sent" and (row.state, True) not in {("dead", refused), ("uncertain", held)}:
        yield f"{row.recipient} is {row.state}, {row.last_error or '-'}, attempt {row.attempts}"


def wrong_ids(row: OutboundMail, came: list[Receipt]) -> Iterable[str]:
    if any(receipt.recipient != row.recipient for receipt in came):
        yield f"one Message-ID for two: {row.recipient}"
    if row.kind == HOLD and len(came) > 1:
        yield f"must not go twice: {row.recipient}"


def raw_duplicates(came: list[Receipt], faults: list[Fault]) -> list[dict[str, Any]]:
    """Each mail that came once more, with what befell the one before."""
    return [
        {"recipient": again.recipient, "after_seconds": round(again.at - before.at, 2)}
        | {"cause": cause(before, faults)}
        for before, again in itertools.pairwise(came)
    ]


def cause(receipt: Receipt, faults: list[Fault]) -> str:
    """Why the sender cannot have noted this mail as sent; empty if it could have."""
    visit = receipt.visit
    if receipt.dropped:
        return "connection dropped by the server after the final dot"
    if outage := database_outage(receipt.at, faults):
        return outage
    if visit.receipts[-1] is not receipt or visit.said_quit or not visit.ended_at:
        return ""
    for number, fault in enumerate(faults, start=1):
        if fault.door == visit.door and -0.1 < visit.ended_at - fault.at < UNTIL_NOTICED:
            return f"fault {number}: {fault.what} {fault.door}"
    deadline = (MailServer.__init__.__kwdefaults__ or {})["deadline"]
    if visit.ended_at - receipt.at > 0.9 * deadline:
        return "the sender waited for the answer until its deadline"
    return ""


def database_outage(at: float, faults: list[Fault]) -> str:
    """The restart that began right after the mail was taken, or had begun and not ended."""
    ended, number = 0.0, 0
    for count, fault in enumerate(faults, start=1):
        if fault.what.startswith("postgresql ended"):
            ended, number = fault.at, count
        elif fault.what == "postgresql back" and ended - UNTIL_NOTED < at < fault.at:
            return f"fault {number}: database restart"
    return ""


def webhooks(stage: Stage, since: datetime) -> dict[str, Any]:
    rows = list(WebhookDelivery.objects.filter(created_at__gte=since).select_related("endpoint"))
    came = Counter(each.headers["webhook-id"] for each in list(stage.receiver.received))
    undelivered = [row for row in rows if row.state != "delivered"]
    lost = [row for row in rows if row.state == "delivered" and not came[str(row.pk)]]
    wanted = {row.pk: 2 if "first" in row.endpoint.url else 1 for row in rows}
    return {
        "webhooks": len(rows),
        "lost": len(lost),
        "raw_duplicates": sum(max(0, came[str(pk)] - count) for pk, count in wanted.items()),
        "problems": [
            *(f"webhook lost: {row.pk}" for row in lost),
            *(f"webhook {row.pk} is {row.state}, {row.last_error}" for row in undelivered),
        ],
    }


def half_done(keys: list[str]) -> list[str]:
    """Referrals that partners' systems were told of, or that lack a part; no key has made two."""
    names = [f"Muster {key}" for key in keys]
    rows = list(
        Referral.objects.filter(need__person__family_name__startswith="Muster ")
        .select_related("need__person")
        .prefetch_related("steps")
    )
    made = Counter(row.need.person.family_name for row in rows)
    parts = Counter(parts_of(row) for row in rows)
    return [
        *(f"no referral for {name}" for name in names if not made[name]),
        *(f"{count} referrals for {name}" for name, count in made.items() if count > 1),
        *([f"referrals differ in their parts: {parts}"] if len(parts) > 1 else []),
    ]


def parts_of(referral: Referral) -> tuple:
    told = OutboundMail.objects.filter(subjects__referral=str(referral.pk))
    kinds = tuple(sorted(told.values_list("kind", flat=True)))
    hooks = WebhookDelivery.objects.filter(body__contains=str(referral.pk)).count()
    return kinds, hooks, len(referral.steps.all())
