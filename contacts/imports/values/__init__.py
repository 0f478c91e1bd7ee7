"""Cells of a spreadsheet, to values. Nothing here raises on junk.

Every `parse_…` takes the text of a cell and returns `Parsed(value, problems)`. The value is the
best reading, or the empty value of its type; the problems are codes of `PROBLEMS`.
"""

from contacts.imports.values.addresses import Address, parse_address, parse_place, parse_street
from contacts.imports.values.cells import PROBLEMS, Parsed, clean, is_empty
from contacts.imports.values.dates import parse_date
from contacts.imports.values.firms import FirmName, parse_domain, parse_firm, parse_legal_form
from contacts.imports.values.names import (
    PersonName,
    parse_name,
    parse_name_parts,
    parse_salutation,
    parse_title,
)
from contacts.imports.values.numbers import parse_money, parse_yes_no
from contacts.imports.values.reachability import parse_emails, parse_phones

__all__ = [
    "PROBLEMS",
    "Address",
    "FirmName",
    "Parsed",
    "PersonName",
    "clean",
    "is_empty",
    "parse_address",
    "parse_date",
    "parse_domain",
    "parse_emails",
    "parse_firm",
    "parse_legal_form",
    "parse_money",
    "parse_name",
    "parse_name_parts",
    "parse_phones",
    "parse_place",
    "parse_salutation",
    "parse_street",
    "parse_title",
    "parse_yes_no",
]
