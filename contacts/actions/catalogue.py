"""Writing the rows that the agency words itself."""

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.actors import Actor
from dma_crm.models import Worded


@transaction.atomic
def create_worded(
    *, model: type[Worded], code: str, values: dict[str, Any], by: Actor, at: datetime
) -> Worded:
    """A new row; a code that is taken gets a number behind it."""
    taken = set(model._default_manager.filter(code__startswith=code).values_list("code", flat=True))
    free = [code, *(f"{code}_{number}" for number in range(2, len(taken) + 2))]
    code = next(each for each in free if each not in taken)
    return model._default_manager.create(code=code, created_at=at, modified_at=at, **values)


@transaction.atomic
def update_worded(*, row: Worded, values: dict[str, Any], by: Actor, at: datetime) -> Worded:
    """Word a row anew; its code stays, because addresses and partners' systems use it."""
    type(row)._default_manager.filter(pk=row.pk).update(**values, modified_at=at)
    row.refresh_from_db()
    return row
