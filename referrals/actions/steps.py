"""What every transition does: check the rule, write once, keep the need's state in step."""

from datetime import datetime
from typing import Any

from accounts.actors import Actor
from referrals import rules, webhooks
from referrals.actions.needs import roll_up
from referrals.models import Referral


def take_step(
    referral: Referral,
    verb: str,
    *,
    to: str | None = None,
    by: Actor,
    at: datetime,
    text: str = "",
    **fields: Any,
) -> None:
    """Without `to` the state stays. A change of state drops a forwarding proposal.

    Opening a page changes nothing (mail scanners open links), so a referral counts as seen from
    the recipient's first step on.
    """
    rules.check(referral, verb, by=by, at=at)
    if rules.RULES[verb].side == rules.RECIPIENT and not referral.seen_at:
        fields["seen_at"] = at
    if to is None:
        referral.write(action=verb, by=by, at=at, text=text, **fields)
        return
    fields = {"forward_to": None, "forward_text": "", **fields}
    move(referral, to, action=verb, by=by, at=at, text=text, **fields)
    referral.need.status = roll_up(referral.need_id)


def move(
    referral: Referral, to: str, *, action: str, by: Actor, at: datetime, **fields: Any
) -> None:
    """Every change of state goes through here, and partners' systems hear of it."""
    referral.move_to(to, action=action, by=by, at=at, **fields)
    webhooks.referral_moved(referral, at=at)
