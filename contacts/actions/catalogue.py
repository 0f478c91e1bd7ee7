"""Writing the rows that the agency words itself."""

from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from contacts.models import FollowUpSeries, SeriesStep
from dma_crm.models import Worded

Row = TypeVar("Row", bound=Worded)


@transaction.atomic
def create_worded(
    *, model: type[Row], code: str, values: dict[str, Any], by: Actor, at: datetime
) -> Row:
    """A new row; a code that is taken gets a number behind it."""
    taken = set(model._default_manager.filter(code__startswith=code).values_list("code", flat=True))
    free = [code, *(f"{code}_{number}" for number in range(2, len(taken) + 2))]
    code = next(each for each in free if each not in taken)
    return model._default_manager.create(code=code, created_at=at, modified_at=at, **values)


@transaction.atomic
def update_worded(*, row: Row, values: dict[str, Any], by: Actor, at: datetime) -> Row:
    """Word a row anew; its code stays, because addresses and partners' systems use it."""
    type(row)._default_manager.filter(pk=row.pk).update(**values, modified_at=at)
    row.refresh_from_db()
    return row


def create_series(
    *, model: type[FollowUpSeries], code: str, values: dict[str, Any], by: Actor, at: datetime
) -> FollowUpSeries:
    """As `create_worded`; `steps` among the values are its steps."""
    steps, columns = split(values)
    with transaction.atomic():
        series = create_worded(model=model, code=code, values=columns, by=by, at=at)
        write_steps(series, steps, at=at)
    return series


def update_series(
    *, row: FollowUpSeries, values: dict[str, Any], by: Actor, at: datetime
) -> FollowUpSeries:
    """As `update_worded`; the steps are written anew, which nothing running depends on."""
    steps, columns = split(values)
    with transaction.atomic():
        series = update_worded(row=row, values=columns, by=by, at=at)
        write_steps(series, steps, at=at)
    return series


def split(values: dict[str, Any]) -> tuple[list[dict], dict[str, Any]]:
    return values["steps"], {name: value for name, value in values.items() if name != "steps"}


def write_steps(series: FollowUpSeries, steps: list[dict], *, at: datetime) -> None:
    """In the order in which they fall due."""
    rows = [SeriesStep(series=series, created_at=at, modified_at=at, **step) for step in steps]
    rows.sort(key=lambda row: row.calendar_day(timezone.localdate(at)))
    for position, row in enumerate(rows):
        row.position = position
    series.steps.all().delete()
    SeriesStep.objects.bulk_create(rows)
