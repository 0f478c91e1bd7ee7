"""Reads a file in, whole or not at all."""

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from contacts.imports.columns import PEOPLE, Columns, map_columns
from contacts.imports.errors import UnreadableFileError
from contacts.imports.planning import Plan, plan_import
from contacts.imports.reading import Source, read_source
from contacts.imports.report import Report, report_on, skipped_rows
from contacts.imports.writing import write_plan
from contacts.models import Person, Startup
from dma_crm.models import ReferenceCounter, next_references

Track = Callable[[Iterable], Iterable]


def import_file(
    data: bytes,
    *,
    file_name: str,
    by: Actor,
    at: datetime,
    dry_run: bool = False,
    track: Track = iter,
) -> Report:
    """Read, plan, and unless `dry_run` write people or startups; the report is the same.

    Raises UnreadableFileError with one sentence for the user; nothing is written then.
    """
    source = read_source(data)
    columns = map_columns(source.headers)
    _check(source, columns)
    report = report_on(source, columns, file_name=file_name)
    counted = _counted(columns, at)
    plan = _plan(source, columns, at=at, track=track)
    if not dry_run:
        with transaction.atomic():
            if _lock_counter(columns, at) != counted:  # somebody was created while we planned
                plan = _plan(source, columns, at=at, track=track)
            _fill_report(report, source, plan)
            write_plan(plan, report, sha256=hashlib.sha256(data).hexdigest(), by=by, at=at)
    _fill_report(report, source, plan)
    return report


def _check(source: Source, columns: Columns) -> None:
    if columns.kind is None:
        raise UnreadableFileError(
            _("No column holds names. The first row must say what the columns are.")
        )
    if not source.rows:
        raise UnreadableFileError(_("The file holds no records."))


def _plan(source: Source, columns: Columns, *, at: datetime, track: Track) -> Plan:
    return plan_import(source, columns, today=timezone.localdate(at), track=track)


def _fill_report(report: Report, source: Source, plan: Plan) -> None:
    rows = [row.report for row in plan.rows] + skipped_rows(source)
    report.rows = sorted(rows, key=lambda row: row.number)


def _prefix(columns: Columns) -> str:
    return (Person if columns.kind == PEOPLE else Startup).REFERENCE_PREFIX


def _counted(columns: Columns, at: datetime) -> int | None:
    year = timezone.localtime(at).year
    counters = ReferenceCounter.objects.filter(prefix=_prefix(columns), year=year)
    return counters.values_list("last", flat=True).first()


def _lock_counter(columns: Columns, at: datetime) -> int | None:
    """From here on nobody else creates such a record until this transaction ends."""
    before = _counted(columns, at)
    next_references(_prefix(columns), at=at, count=0)
    return before if before is None else _counted(columns, at)
