"""Writing the rules on the order of steps, and what has been looked into."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.actors import Actor
from accounts.history import note_change, save_changes
from accounts.models import Role
from contacts.models import Person, Startup, Topic
from dma_crm.models import new_id
from referrals.errors import WrongSideError
from referrals.models import OrderCheck, OrderRule

RULE_EDITORS = frozenset({Role.MANAGER, Role.ADMIN})


@transaction.atomic
def create_order_rule(
    *,
    code: str,
    topics: Iterable[Topic],
    id: Any = None,
    by: Actor,
    at: datetime,
    **fields: Any,
) -> OrderRule:
    """A code that is taken gets a number behind it."""
    may_edit_rules(by)
    rule = OrderRule.objects.create(
        id=id or new_id(), code=free_code(code), created_at=at, modified_at=at, **fields
    )
    rule.topics.set(topics)
    note_change(rule, {}, by=by, at=at)
    return rule


@transaction.atomic
def update_order_rule(
    *,
    rule: OrderRule,
    changes: dict[str, Any],
    topics: Iterable[Topic],
    version: int,
    by: Actor,
    at: datetime,
) -> OrderRule:
    """Whoever had looked into it is warned again, of what it says now. Raises EditConflict."""
    may_edit_rules(by)
    before, after = codes(rule.topics.all()), codes(topics)
    related = {"topics": [before, after]} if before != after else {}
    save_changes(rule, changes, by=by, at=at, version=version, related=related)
    rule.topics.set(topics)
    return rule


def may_edit_rules(actor: Actor) -> None:
    if actor.role not in RULE_EDITORS:
        raise WrongSideError


def codes(topics: Iterable[Topic]) -> list[str]:
    return sorted(topic.code for topic in topics)


def free_code(code: str) -> str:
    taken = set(OrderRule.objects.filter(code__startswith=code).values_list("code", flat=True))
    free = [code, *(f"{code}_{number}" for number in range(2, len(taken) + 2))]
    return next(each for each in free if each not in taken)


@transaction.atomic
def check_order_rule(
    *,
    rule: OrderRule,
    person: Person | None,
    startup: Startup | None,
    by: Actor,
    at: datetime,
) -> OrderCheck:
    """It was looked into: the rule is silent for the venture, or for a person without one.

    A second check renews the first: who looked last is who is named.
    """
    about = {"startup": startup} if startup else {"person": person}
    check, _created = OrderCheck.objects.update_or_create(
        rule=rule, **about, defaults={"at": at, **by.as_history()}
    )
    return check


@transaction.atomic
def reopen_order_rule(*, rule: OrderRule, person: Person | None, startup: Startup | None) -> None:
    """The check was a slip: the rule speaks again."""
    about = {"startup": startup} if startup else {"person": person}
    OrderCheck.objects.filter(rule=rule, **about).delete()
