"""One row of someone's list, to what would be stored of it."""

import datetime
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from contacts.imports.columns import FIRMS, PEOPLE, Columns
from contacts.imports.reading import SourceRow
from contacts.imports.values import (
    PROBLEMS,
    Address,
    FirmName,
    Parsed,
    PersonName,
    clean,
    is_empty,
    parse_address,
    parse_date,
    parse_domain,
    parse_emails,
    parse_firm,
    parse_name,
    parse_name_parts,
    parse_phones,
    parse_place,
    parse_salutation,
    parse_street,
    parse_title,
)
from contacts.matchkeys import Identity
from contacts.models import FormOfAddress, LegalForm, Person, PersonEmail, PersonPhone, Startup

LONGEST_REMARK = 2_000
LEGAL_FORMS = {
    "": LegalForm.UNDECIDED,
    "GmbH & Co. KG": LegalForm.GMBH_CO_KG,
    "gGmbH": LegalForm.GMBH,
    "GmbH": LegalForm.GMBH,
    "UG (haftungsbeschränkt)": LegalForm.UG,
    "AG": LegalForm.AG,
    "KG": LegalForm.KG,
    "OHG": LegalForm.OHG,
    "eGbR": LegalForm.GBR,
    "GbR": LegalForm.GBR,
    "PartG mbB": LegalForm.PARTG,
    "PartG": LegalForm.PARTG,
    "e.K.": LegalForm.EK,
    "e.V.": LegalForm.EV,
    "eG": LegalForm.EG,
    "Einzelunternehmen": LegalForm.SOLE,
    "Freiberuflich": LegalForm.FREELANCE,
}


@dataclass
class Draft:
    """`fields` are columns of the model; `firm` is the firm a person's row names.

    `problem` says why the row cannot be stored at all, `notes` what is worth a look.
    """

    number: int
    fingerprint: str
    identity: Identity
    fields: dict[str, Any]
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    firm: str = ""
    problem: str = ""
    notes: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        names = (self.fields.get(name, "") for name in ("given_name", "family_name", "name"))
        return " ".join(filter(None, names))


def draft_of(row: SourceRow, columns: Columns, *, today: datetime.date) -> Draft:
    """Never raises; `columns.kind` is people or firms."""
    reader = Reader(columns.pick(row.values))
    draft = DRAFTERS[columns.kind](reader, today)
    draft.number = row.number
    draft.fingerprint = fingerprint(row, columns.kind)
    codes = [*row.problems, *reader.problems]
    draft.notes = [str((PROBLEMS | ROW_PROBLEMS)[code]) for code in dict.fromkeys(codes)]
    return draft


# Of whole rows; what cells complain of is in values/cells.py.
ROW_PROBLEMS = {"extra_cells": _lazy("The row has more cells than the header.")}


def fingerprint(row: SourceRow, kind: str) -> str:
    """The same cells under the same headings, wherever they stand, are the same row."""
    cells = sorted(f"{heading}\x1e{value}" for heading, value in row.values.items() if value)
    return hashlib.sha256("\x1f".join([kind, *cells]).encode("utf-8", "replace")).hexdigest()


class Reader:
    """The cells of one row; collects what the readers of cells complain about."""

    def __init__(self, cells: dict[str, str]):
        self.cells = cells
        self.problems: list[str] = []

    def has(self, name: str) -> bool:
        return name in self.cells

    def read(self, parse: Callable[..., Parsed], *names: str, **options) -> Any:
        parsed = parse(*(self.cells.get(name, "") for name in names), **options)
        self.problems.extend(parsed.problems)
        return parsed.value

    def text(self, name: str) -> str:
        raw = self.cells.get(name, "")
        return "" if is_empty(raw) else clean(raw)

    def address(self) -> Address:
        if self.has("address"):
            return self.read(parse_address, "address")
        place = self.read(parse_place, "postcode", "town")
        street = self.read(parse_street, "street", "house_number")
        return street._replace(postcode=place.postcode, town=place.town, country=place.country)

    def name(self) -> PersonName:
        if self.has("name") and not self.has("family_name"):
            return self.read(parse_name, "name")
        return self.read(parse_name_parts, "given_name", "family_name")

    def fit(self, model, fields: dict[str, Any]) -> dict[str, Any]:
        """Texts cut to what their column holds."""
        fitting = {}
        for name, value in fields.items():
            longest = getattr(model._meta.get_field(name), "max_length", None)
            if longest and isinstance(value, str) and len(value) > longest:
                self.problems.append("too_long")
                value = value[:longest].rstrip()
            fitting[name] = value
        return fitting


def _person(reader: Reader, today: datetime.date) -> Draft:
    name, address = reader.name(), reader.address()
    salutation = reader.read(parse_salutation, "salutation") or name.salutation
    firm = reader.read(parse_firm, "firm").name
    phones = _held(PersonPhone, "number", reader.read(parse_phones, "phone"))
    mobiles = _held(PersonPhone, "number", reader.read(parse_phones, "mobile"))
    fields = reader.fit(
        Person,
        {
            "given_name": name.given_name if name.family_name else "",
            "family_name": name.family_name or name.given_name,
            "title": reader.read(parse_title, "title") or name.title,
            "form_of_address": salutation or FormOfAddress.NEUTRAL,
            "birth_date": reader.read(parse_date, "birth_date", today=today, birth=True),
            **_address(address),
            "first_contact_on": reader.read(parse_date, "first_contact", today=today),
            "remark": _remark(reader, name, address),
        },
    )
    emails = _held(PersonEmail, "address", reader.read(parse_emails, "email"))
    phones = tuple(dict.fromkeys(phones + mobiles))
    identity = _identity(fields, emails=emails, phones=phones, firm=firm)
    draft = Draft(0, "", identity, fields, emails, phones, firm=reader.text("firm"))
    draft.problem = "" if fields["family_name"] else _("The name is missing.")
    return draft


def _held(model, name: str, values: list[str]) -> tuple[str, ...]:
    """Only what fits whole: half a number or address is none."""
    longest = model._meta.get_field(name).max_length
    return tuple(value for value in values if len(value) <= longest)


def _address(address: Address) -> dict[str, str]:
    return {name: getattr(address, name) for name in ("street", "house_number", "postcode", "town")}


def _remark(reader: Reader, name: PersonName, address: Address) -> str:
    """What has no field of its own is not lost."""
    lines = [
        reader.text("note"),
        name.birth_name and _("Born as %(name)s") % {"name": name.birth_name},
        address.care_of and _("c/o %(name)s") % {"name": address.care_of},
        address.country not in {"", "DE"} and _("Country: %(code)s") % {"code": address.country},
    ]
    return "\n".join(filter(None, lines))[:LONGEST_REMARK]


IDENTIFYING = (
    *("given_name", "family_name", "birth_date"),
    *("street", "house_number", "postcode", "town"),
)


def _identity(fields: dict[str, Any], *, emails, phones, firm: str) -> Identity:
    told = {name: fields[name] for name in IDENTIFYING}
    return Identity(**told, emails=emails, phones=phones, firm=firm)


def _firm(reader: Reader, today: datetime.date) -> Draft:
    firm: FirmName = reader.read(parse_firm, "firm_name", "legal_form")
    address, domain = reader.address(), reader.read(parse_domain, "website")
    phones = _held(Startup, "phone", reader.read(parse_phones, "phone"))
    fields = reader.fit(
        Startup,
        {
            "name": firm.name,
            "legal_form": LEGAL_FORMS.get(firm.legal_form, LegalForm.OTHER),
            **_address(address),
            "phone": phones[0] if phones else "",
            "website": f"https://{domain}" if domain else "",
            "vat_id": reader.text("vat_id"),
            "registry_number": reader.text("register_number"),
            "founded_on": reader.read(parse_date, "founded_on", today=today),
        },
    )
    identity = Identity(
        firm=fields["name"],
        birth_date=fields["founded_on"],
        emails=tuple(reader.read(parse_emails, "email")),
        phones=phones,
        domain=domain,
        **_address(address),
    )
    problem = "" if fields["name"] else _("The name is missing.")
    return Draft(0, "", identity, fields, problem=problem)


DRAFTERS = {PEOPLE: _person, FIRMS: _firm}
