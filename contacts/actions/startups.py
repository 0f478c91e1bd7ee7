"""Writing ventures and their way through the phases."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.actors import Actor
from accounts.history import note_change, save_changes
from contacts.actions.affiliations import affiliate
from contacts.actions.series import stop_series_of_case
from contacts.errors import ReasonMissingError
from contacts.folding import fold
from contacts.models import AffiliationRole, Person, Stage, StageChange, StageKind, Startup
from contacts.search.index import index_record
from dma_crm.models import next_reference

SORT_NAME_LENGTH = 170
REASON_LENGTH = 300


@transaction.atomic
def create_startup(
    *,
    name: str,
    stage: Stage | None = None,
    people: Iterable[Person] = (),
    by: Actor,
    at: datetime,
    **fields: Any,
) -> Startup:
    """A new venture in `stage` (default: the first open phase), `people` are its founders."""
    stage = stage or first_stage()
    startup = Startup.objects.create(
        reference=next_reference(Startup, at=at),
        name=name,
        sort_name=sort_name(name),
        stage=stage,
        stage_since=at,
        created_at=at,
        modified_at=at,
        **fields,
    )
    StageChange.objects.create(startup=startup, after=stage, at=at, **by.as_history())
    for person in people:
        affiliate(person=person, startup=startup, role=AffiliationRole.FOUNDER, by=by, at=at)
    note_change(startup, {}, by=by, at=at)
    index_record(startup)
    return startup


@transaction.atomic
def update_startup(
    *, startup: Startup, changes: dict[str, Any], version: int, by: Actor, at: datetime
) -> Startup:
    """Change fields but the phase, which has an action of its own. Raises EditConflict."""
    if "name" in changes:
        changes = {**changes, "sort_name": sort_name(changes["name"])}
    save_changes(startup, changes, by=by, at=at, version=version)
    index_record(startup)
    return startup


@transaction.atomic
def change_stage(
    *, startup: Startup, stage: Stage, reason: str = "", by: Actor, at: datetime
) -> Startup:
    """Move the venture to a phase; ending it needs a reason. The same phase again is no change."""
    reason = reason.strip()[:REASON_LENGTH]
    if stage.kind == StageKind.ENDED and not reason:
        raise ReasonMissingError
    if stage.pk == startup.stage_id:
        return startup
    before = startup.stage_id
    save_changes(startup, {"stage_id": stage.pk, "stage_since": at}, by=by, at=at)
    StageChange.objects.create(
        startup=startup, before_id=before, after=stage, reason=reason, at=at, **by.as_history()
    )
    if stage.kind == StageKind.ENDED:
        stop_series_of_case(startup=startup, by=by, at=at)
    return startup


def first_stage() -> Stage:
    return Stage.objects.filter(kind=StageKind.OPEN).order_by("-active", "position")[0]


def sort_name(name: str) -> str:
    return fold(name)[:SORT_NAME_LENGTH].rstrip()
