"""Writing records that people edit: one conditional UPDATE and one row of history.

An edit names the version it was made on. Of two edits of one version one wins; the other gets
EditConflict and its page shows both.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import models, transaction

from accounts.actors import Actor
from accounts.models import Change, Channel
from dma_crm.models import new_id


class EditConflict(Exception):  # noqa: N818 - it is a state of affairs, told to the user as such
    """The record was changed since the form was opened; `current` is how it stands now."""

    def __init__(self, current):
        super().__init__("edit conflict")
        self.current = current


@transaction.atomic
def save_changes(
    record: Any,
    changes: dict[str, Any],
    *,
    by: Actor,
    at: datetime,
    version: int | None = None,
    related: dict[str, list] | None = None,
) -> bool:
    """Write `changes` if the record still has `version` (default: the one it was read with).

    Fields that already hold the value are left out; False if nothing is left. `related` names
    rows of other tables that the caller changes with it: `{"emails": [before, after]}`.
    Raises EditConflict.
    """
    changed = {name: value for name, value in changes.items() if getattr(record, name) != value}
    expected = record.version if version is None else version
    rows = type(record)._base_manager.filter(pk=record.pk, version=expected)
    if not (changed or related):
        if not rows.exists():
            raise EditConflict(type(record)._base_manager.get(pk=record.pk))
        return False
    before = {name: plain(getattr(record, name)) for name in changed}
    written = {**changed, "version": expected + 1, "modified_at": at}
    if not rows.update(**written):
        raise EditConflict(type(record)._base_manager.get(pk=record.pk))
    for name, value in written.items():
        setattr(record, name, value)
    fields = {name: [before[name], plain(value)] for name, value in changed.items()}
    note_change(record, fields | (related or {}), by=by, at=at)
    return True


def note_change(record: Any, fields: dict[str, list], *, by: Actor, at: datetime) -> None:
    """One row of history for the version the record has now."""
    Change.objects.create(
        record_type=record._meta.label_lower,
        record_id=record.pk,
        version=record.version,
        fields=fields,
        at=at,
        **by.as_history(),
    )


def note_export(kind: str, fields: dict[str, Any], *, by: Actor, at: datetime) -> None:
    """Who took which rows out of the system: how many, in which format, by which filter."""
    Change.objects.create(
        record_type=f"export.{kind}",
        record_id=new_id(),
        version=1,
        fields=fields,
        at=at,
        **by.as_history(),
    )


def changes_of(record: Any) -> models.QuerySet[Change]:
    return (
        Change.objects.filter(record_type=record._meta.label_lower, record_id=record.pk)
        .select_related("by_user")
        .order_by("-version")
    )


def forget_values(model: type[models.Model], ids: Any) -> None:
    """That these records changed stays known; from what to what, and which guest did it, goes."""
    rows = Change.objects.filter(record_type=model._meta.label_lower, record_id__in=ids)
    rows.update(fields={})
    rows.filter(channel=Channel.MAIL_LINK).update(by_label="")


def plain(value: Any) -> Any:
    """A value as JSON keeps it."""
    if isinstance(value, models.Model):
        return str(value.pk)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    return value
