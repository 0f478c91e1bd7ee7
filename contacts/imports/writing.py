"""Writes a plan in bulk, in the caller's transaction."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.history import plain
from accounts.models import Change
from contacts.folding import fold
from contacts.imports.columns import PEOPLE
from contacts.imports.errors import UnreadableFileError
from contacts.imports.matching import Target
from contacts.imports.planning import Plan
from contacts.imports.report import Report
from contacts.models import (
    Affiliation,
    AffiliationRole,
    ImportedRow,
    ImportRun,
    PartnerOrganisation,
    Person,
    PersonEmail,
    PersonPhone,
    SearchEntry,
    Source,
    Stage,
    StageChange,
    StageKind,
    Startup,
)
from contacts.search.index import index_many
from dma_crm.models import next_references

BATCH = 500


def write_plan(plan: Plan, report: Report, *, sha256: str, by: Actor, at: datetime) -> ImportRun:
    """New records, filled gaps, history, search entries, and what became of each row."""
    new = [target for target in plan.targets if target.is_new]
    changed = [target for target in plan.targets if not target.is_new and has_news(target)]
    _lock(plan.kind, changed)
    _create(plan.kind, new, by=by, at=at)
    _update(plan.kind, changed, by=by, at=at)
    _write_related([*new, *changed], at=at)
    _note(new, changed, by=by, at=at)
    index_many(target.record for target in (*new, *changed))
    return _write_run(plan, report, sha256=sha256, by=by, at=at)


def has_news(target: Target) -> bool:
    return bool(target.changes) or any(target.added.values())


def _lock(kind: str, changed: list[Target]) -> None:
    """Whoever edited one of these since it was read goes first: the file is to be read again."""
    held = {target.record.pk: target.record.version for target in changed}
    for ids in _chunks(sorted(held)):
        rows = _model(kind).objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
        if dict(rows.values_list("pk", "version")) != {pk: held[pk] for pk in ids}:
            raise UnreadableFileError(
                _("Somebody edited one of these records meanwhile. Please import again.")
            )


def _model(kind: str) -> type:
    return Person if kind == PEOPLE else Startup


def _chunks(items: list) -> Iterator[list]:
    return (items[at : at + BATCH] for at in range(0, len(items), BATCH))


def _create(kind: str, new: list[Target], *, by: Actor, at: datetime) -> None:
    model = _model(kind)
    references = next_references(model.REFERENCE_PREFIX, at=at, count=len(new)) if new else []
    common = _common(kind, at)
    for target, reference in zip(new, references, strict=True):
        fields = {**common, **target.fields}
        target.record = model(reference=reference, sort_name=sort_name(fields), **fields)
    model.objects.bulk_create([target.record for target in new], batch_size=BATCH)
    if kind != PEOPLE:
        StageChange.objects.bulk_create(
            StageChange(startup=target.record, after=target.record.stage, at=at, **by.as_history())
            for target in new
        )


def _common(kind: str, at: datetime) -> dict[str, Any]:
    if kind == PEOPLE:
        source = Source.objects.filter(code="import").first()
        return {"source": source, "created_at": at, "modified_at": at}
    stage = Stage.objects.filter(kind=StageKind.OPEN, active=True).order_by("position").first()
    return {"stage": stage, "stage_since": at, "created_at": at, "modified_at": at}


def sort_name(fields: dict[str, Any]) -> str:
    if "name" in fields:
        return fold(fields["name"])[:170].rstrip()
    return fold(f"{fields['family_name']} {fields['given_name']}")[:220].rstrip()


def _update(kind: str, changed: list[Target], *, by: Actor, at: datetime) -> None:
    written = {name for target in changed for name in target.changes}
    for target in changed:
        record = target.record
        target.fields = {name: getattr(record, name) for name in target.changes}
        for name, value in target.changes.items():
            setattr(record, name, value)
        record.version += 1
        record.modified_at = at
        record.sort_name = sort_name({**vars(record)})
    fields = [*sorted(written), "sort_name", "version", "modified_at"]
    records = [target.record for target in changed]
    _model(kind).objects.bulk_update(records, fields, batch_size=BATCH)


def _write_related(targets: list[Target], *, at: datetime) -> None:
    times = {"created_at": at, "modified_at": at}
    PersonEmail.objects.bulk_create(
        PersonEmail(person=target.record, address=value, position=place, **times)
        for target in targets
        for place, value in _placed(target, "emails")
    )
    PersonPhone.objects.bulk_create(
        PersonPhone(person=target.record, number=value, position=place, **times)
        for target in targets
        for place, value in _placed(target, "phones")
    )
    Affiliation.objects.bulk_create(
        Affiliation(person=target.record, role=AffiliationRole.OTHER, **_side(tie), **times)
        for target in targets
        for tie in target.added["ties"]
    )


def _placed(target: Target, name: str) -> Iterable[tuple[int, str]]:
    """Added values stand behind those that were there: the first one is the preferred."""
    held = getattr(target, name)
    return enumerate(target.added[name], start=len(held) - len(target.added[name]))


def _side(tie: tuple[type, Any]) -> dict[str, Any]:
    model, pk = tie
    return {"partner_id" if model is PartnerOrganisation else "startup_id": pk}


def _note(new: list[Target], changed: list[Target], *, by: Actor, at: datetime) -> None:
    """The history that one-by-one writing leaves: an empty first version, then what changed."""
    told = [(target.record, {}) for target in new]
    told += [(target.record, _changes(target)) for target in changed]
    Change.objects.bulk_create(
        (
            Change(
                record_type=record._meta.label_lower,
                record_id=record.pk,
                version=record.version,
                fields=fields,
                at=at,
                **by.as_history(),
            )
            for record, fields in told
        ),
        batch_size=BATCH,
    )


def _changes(target: Target) -> dict[str, list]:
    fields = {
        name: [plain(target.fields[name]), plain(value)] for name, value in target.changes.items()
    }
    for name in ("emails", "phones"):
        if added := target.added[name]:
            after = list(getattr(target, name))
            fields[name] = [after[: -len(added)], after]
    return fields


def _write_run(plan: Plan, report: Report, *, sha256: str, by: Actor, at: datetime) -> ImportRun:
    run = ImportRun.objects.create(
        file_name=report.file_name[:200],
        file_sha256=sha256,
        kind=report.kind,
        encoding=report.encoding or "xlsx",
        at=at,
        created_at=at,
        modified_at=at,
        **report.counts,
        **by.as_history(),
    )
    entries = _entries(plan)
    ImportedRow.objects.bulk_create(
        (
            ImportedRow(
                run=run,
                number=row.report.number,
                fingerprint=row.fingerprint,
                outcome=row.report.outcome,
                reason=row.report.reason[:300],
                entry_id=entries[row.target.record.pk] if row.target else row.entry_id,
            )
            for row in plan.rows
        ),
        batch_size=BATCH,
    )
    return run


def _entries(plan: Plan) -> dict[Any, int]:
    """The search entry of every record that a row speaks of."""
    side = "person" if plan.kind == PEOPLE else "startup"
    found: dict[Any, int] = {}
    for ids in _chunks(sorted({row.target.record.pk for row in plan.rows if row.target})):
        rows = SearchEntry.objects.filter(**{f"{side}__in": ids})
        found.update(rows.values_list(f"{side}_id", "pk"))
    return found
