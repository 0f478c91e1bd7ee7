"""Decides what becomes of every row, without writing anything."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from contacts.folding import collapse
from contacts.imports.columns import PEOPLE, Columns
from contacts.imports.drafts import LONGEST_REMARK, Draft, draft_of
from contacts.imports.firms import KnownFirms
from contacts.imports.matching import Matcher, Target
from contacts.imports.reading import Source
from contacts.imports.report import RowReport
from contacts.models import ImportedRow, Person, PersonState, RowOutcome, SearchEntry, Startup

BATCH = 500
# Never filled or compared on a record that was there before: its default is an answer too.
ONLY_WHEN_NEW = {"form_of_address"}
ALREADY = (RowOutcome.CREATED, RowOutcome.UPDATED, RowOutcome.UNCHANGED)


@dataclass
class PlannedRow:
    """`target` is where a row goes; `entry_id` where the same row went in an earlier import."""

    report: RowReport
    fingerprint: str
    target: Target | None = None
    entry_id: int | None = None


@dataclass
class Plan:
    kind: str
    rows: list[PlannedRow] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)


def plan_import(
    source: Source, columns: Columns, *, today, track: Callable[[Iterable], Iterable] = iter
) -> Plan:
    """Plan all rows; `track` wraps the rows to show progress. Queries per 500 rows, not per row."""
    planner = Planner(columns, today)
    for batch in _batches(track(source.rows)):
        planner.plan([draft_of(row, columns, today=today) for row in batch])
    return planner.result


def _batches(rows: Iterable) -> Iterator[list]:
    batch: list = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    yield batch


class Planner:
    def __init__(self, columns: Columns, today):
        self.result = Plan(str(columns.kind))
        self.matcher = Matcher(str(columns.kind))
        self.firms = KnownFirms()
        self.seen: dict[str, PlannedRow] = {}

    @property
    def is_people(self) -> bool:
        return self.result.kind == PEOPLE

    def plan(self, drafts: list[Draft]) -> None:
        before = imported_before([draft.fingerprint for draft in drafts])
        new = [draft for draft in drafts if draft.fingerprint not in before]
        self.matcher.look_up(new)
        self.firms.look_up(draft.firm or draft.name for draft in new)
        for draft in drafts:
            row = self._row(draft, before)
            self.seen.setdefault(draft.fingerprint, row)
            self.result.rows.append(row)

    def _row(self, draft: Draft, before: dict[str, Any]) -> PlannedRow:
        report = RowReport(draft.number, RowOutcome.SKIPPED, name=draft.name)
        row = PlannedRow(report, draft.fingerprint)
        if draft.problem:
            report.reason = draft.problem
        elif draft.fingerprint in before:
            self._repeat(row, *before[draft.fingerprint])
        elif earlier := self.seen.get(draft.fingerprint):
            self._echo(row, earlier)
        elif not self.is_people and self.firms.is_partner(draft.name):
            report.reason = _("This is a partner organisation, not a startup.")
        else:
            self._match(row, draft)
        return row

    def _repeat(self, row: PlannedRow, entry_id: int | None, reference: str) -> None:
        """What was erased since does not come back with the old file."""
        row.entry_id, row.report.reference = entry_id, reference
        row.report.reason = _("Imported before; the record has been erased or merged since.")
        if entry_id:
            row.report.outcome = RowOutcome.UNCHANGED
            row.report.reason = _("Imported before.")

    def _echo(self, row: PlannedRow, earlier: PlannedRow) -> None:
        row.target, row.report.reference = earlier.target, earlier.report.reference
        row.report.reason = _("The same as row %(number)s.") % {"number": earlier.report.number}
        if earlier.target:
            row.report.outcome = RowOutcome.UNCHANGED

    def _match(self, row: PlannedRow, draft: Draft) -> None:
        row.report.notes = list(draft.notes)
        match = self.matcher.best(draft)
        if match and match.certain:
            self._meet(row, draft, match.target)
            return
        if match and (match.likeness.is_duplicate or match.likeness.is_to_check):
            other = {"name": label(match.target)}
            row.report.notes.append(_("Please check: may be the same as %(name)s.") % other)
        row.target = self._create(draft, row.report)
        row.report.outcome = RowOutcome.CREATED
        self._keep(draft, row.target)

    def _create(self, draft: Draft, report: RowReport) -> Target:
        target = Target([], fields=dict(draft.fields))
        target.add("emails", draft.emails)
        target.add("phones", draft.phones)
        if draft.firm and not self._tie(draft, target):
            line = _("Firm: %(name)s") % {"name": draft.firm}
            remark = "\n".join(filter(None, [target.fields["remark"], line]))
            target.fields["remark"] = remark[:LONGEST_REMARK]
        return target

    def _tie(self, draft: Draft, target: Target) -> bool:
        """Link to the firm; whether it is known."""
        known = self.firms.only(draft.firm)
        return bool(known) and (target.add("ties", (known,)) or True)

    def _keep(self, draft: Draft, target: Target) -> None:
        if not target.rows:
            self.result.targets.append(target)
        target.rows.append(draft.number)
        self.matcher.remember(draft, target)

    def _meet(self, row: PlannedRow, draft: Draft, target: Target) -> None:
        report = row.report
        if not target.is_new and getattr(target.record, "state", "") == PersonState.RESTRICTED:
            report.reason = _("Processing of this person is restricted.")
            return
        row.target = target
        report.reference = "" if target.is_new else target.record.reference
        if target.rows:
            report.reason = _("The same as row %(number)s.") % {"number": target.rows[0]}
        changed = self._fill(draft, target, report)
        report.outcome = RowOutcome.UPDATED if changed else RowOutcome.UNCHANGED
        self._keep(draft, target)

    def _fill(self, draft: Draft, target: Target, report: RowReport) -> bool:
        """Only what is empty is filled; what differs is told and stays."""
        changed = [
            self._fill_one(name, value, target, report) for name, value in draft.fields.items()
        ]
        changed += [target.add("emails", draft.emails), target.add("phones", draft.phones)]
        if draft.firm:
            tied = target.ties
            if not self._tie(draft, target):
                report.notes.append(_("Firm not known: %(name)s") % {"name": draft.firm})
            changed.append(target.ties != tied)
        return any(changed)

    def _fill_one(self, name: str, value: Any, target: Target, report: RowReport) -> bool:
        held = target.value(name)
        if name in ONLY_WHEN_NEW or is_blank(value) or same(held, value):
            return False
        if is_blank(held):
            target.fill(name, value)
            return True
        label_ = (Person if self.is_people else Startup)._meta.get_field(name).verbose_name
        told = {"field": label_, "held": held, "new": value}
        report.notes.append(_("%(field)s stays “%(held)s”, the list says “%(new)s”.") % told)
        return False


def is_blank(value: Any) -> bool:
    return value in (None, "", "undecided")


def same(one: Any, other: Any) -> bool:
    """Another spelling is no other value: Strasse and Straße, MÜLLER and Müller."""
    if isinstance(one, str) and isinstance(other, str):
        return collapse(one) == collapse(other)
    return one == other


def label(target: Target) -> str:
    if target.is_new:
        return _("row %(number)s") % {"number": target.rows[0]}
    return f"{target.record} ({target.record.reference})"


def imported_before(fingerprints: list[str]) -> dict[str, tuple[int | None, str]]:
    """Rows that some import took in, with the entry of their record and its reference."""
    rows = ImportedRow.objects.filter(fingerprint__in=fingerprints, outcome__in=ALREADY)
    found = dict(rows.order_by("pk").values_list("fingerprint", "entry_id"))
    entries = SearchEntry.objects.filter(pk__in=set(found.values()) - {None})
    names = {
        pk: person or startup
        for pk, person, startup in entries.values_list(
            "pk", "person__reference", "startup__reference"
        )
    }
    return {mark: (entry, names.get(entry, "")) for mark, entry in found.items()}
