"""The German lists and their truth, read the way the import reads them."""

import csv
import datetime
from pathlib import Path

from contacts.imports.columns import map_columns
from contacts.imports.reading import read_source
from contacts.imports.values import (
    Address,
    parse_address,
    parse_date,
    parse_domain,
    parse_emails,
    parse_firm,
    parse_name,
    parse_name_parts,
    parse_phones,
    parse_place,
    parse_street,
)
from contacts.matchkeys import Identity

LISTS = Path(__file__).parents[1] / "data" / "german"
TODAY = datetime.date(2026, 1, 5)


def source(name):
    return read_source((LISTS / name).read_bytes())


def records(name):
    read = source(name)
    columns = map_columns(read.headers)
    return [columns.pick(row.values) for row in read.rows]


def truth(name):
    with (LISTS / name).open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def name_of(cells):
    if "name" in cells:
        return parse_name(cells["name"])
    return parse_name_parts(cells["given_name"], cells["family_name"])


def address_of(cells):
    if "address" in cells:
        return parse_address(cells["address"]).value
    if "street" not in cells:
        return Address()
    place = parse_place(cells["postcode"], cells["town"]).value
    street = parse_street(cells["street"]).value
    return street._replace(postcode=place.postcode, town=place.town)


def person(cells):
    name, address = name_of(cells).value, address_of(cells)
    phones = parse_phones(cells["phone"]).value + parse_phones(cells.get("mobile")).value
    return Identity(
        given_name=name.given_name,
        family_name=name.family_name,
        birth_date=parse_date(cells.get("birth_date"), today=TODAY, birth=True).value,
        emails=tuple(parse_emails(cells["email"]).value),
        phones=tuple(phones),
        street=address.street,
        house_number=address.house_number,
        postcode=address.postcode,
        town=address.town,
        firm=parse_firm(cells["firm"]).value.name,
    )


def firm(cells):
    address = address_of(cells)
    return Identity(
        firm=parse_firm(cells["firm_name"], cells["legal_form"]).value.name,
        birth_date=parse_date(cells["founded_on"], today=TODAY).value,
        phones=tuple(parse_phones(cells["phone"]).value),
        domain=parse_domain(cells["website"]).value,
        street=address.street,
        house_number=address.house_number,
        postcode=address.postcode,
        town=address.town,
    )
