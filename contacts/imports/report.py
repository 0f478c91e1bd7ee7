"""What an import did, or would do: the same report for a dry run."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from contacts.imports.columns import FIRMS, PEOPLE, Columns
from contacts.imports.reading import Source
from contacts.models import RowOutcome

KEPT = {
    PEOPLE: {
        *("salutation", "title", "name", "given_name", "family_name", "birth_date"),
        *("street", "house_number", "postcode", "town", "address", "phone", "mobile", "email"),
        *("firm", "first_contact", "note"),
    },
    FIRMS: {
        *("firm_name", "legal_form", "street", "house_number", "postcode", "town", "address"),
        *("phone", "website", "vat_id", "register_number", "founded_on", "email"),
    },
}
EVENT = {"event", "event_on", "event_time", "fee", "paid", "attended"}


@dataclass
class RowReport:
    """`reference` names the record that was there before; a new one gets its own on writing."""

    number: int
    outcome: str
    name: str = ""
    reference: str = ""
    reason: str = ""
    notes: list[str] = field(default_factory=list)


@dataclass
class Report:
    file_name: str
    kind: str
    encoding: str
    sheet: str
    columns: list[dict[str, str]]
    rows: list[RowReport] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(row.outcome for row in self.rows)
        return {outcome: found[outcome] for outcome in RowOutcome.values}

    def as_dict(self) -> dict[str, Any]:
        return {
            "file": self.file_name,
            "kind": self.kind,
            "encoding": self.encoding,
            "sheet": self.sheet,
            **self.counts,
            "columns": self.columns,
            "rows": [vars(row) for row in self.rows],
        }


def report_on(source: Source, columns: Columns, *, file_name: str) -> Report:
    """The report before its rows."""
    field_of = {heading: name for name, heading in columns.fields.items()}
    told = [_column(heading, field_of.get(heading, ""), columns.kind) for heading in source.headers]
    return Report(file_name, str(columns.kind), source.encoding, source.sheet, told)


def _column(heading: str, name: str, kind: str) -> dict[str, str]:
    kept = name in KEPT[kind]
    return {"heading": heading, "field": name if kept else "", "note": _note(name, kind)}


def _note(name: str, kind: str) -> str:
    """Why a column is not kept, or what is done with it."""
    if name == "newsletter":
        return _("Not taken as consent: a list proves no agreement.")
    if name == "funding":
        return _("Not kept: amounts of funding have no place here.")
    if name in EVENT:
        return _("Not kept: registrations belong to their event.")
    if name == "contact_person":
        return _("Not kept: a bare name is too little to know a person by.")
    if name == "firm":
        return _("Linked where exactly one startup or partner has this name, else a remark.")
    if name == "email" and kind == FIRMS:
        return _("Only compared: a startup is reached through its people.")
    if not name:
        return _("Not kept: the heading was not understood.")
    return "" if name in KEPT[kind] else _("Not kept.")


def skipped_rows(source: Source) -> list[RowReport]:
    """Rows that are no records; blank ones are not worth a word."""
    reasons = {
        "title": _("Above the header."),
        "repeated_header": _("The header once more."),
        "sum": _("A sum, no record."),
    }
    return [
        RowReport(row.number, RowOutcome.SKIPPED, reason=reasons[row.reason])
        for row in source.skipped
        if row.reason in reasons
    ]
