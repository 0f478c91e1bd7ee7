import datetime
from collections import Counter
from decimal import Decimal

import pytest

from contacts.imports import values
from contacts.imports.values import (
    Address,
    FirmName,
    PersonName,
    parse_address,
    parse_date,
    parse_domain,
    parse_emails,
    parse_firm,
    parse_legal_form,
    parse_money,
    parse_name,
    parse_name_parts,
    parse_phones,
    parse_place,
    parse_salutation,
    parse_street,
    parse_title,
    parse_yes_no,
)
from tests.contacts import lists
from tests.contacts.lists import TODAY


@pytest.mark.parametrize(
    ("text", "name", "problems"),
    [
        ("Hartmann, Zeynep", PersonName("Zeynep", "Hartmann"), ()),
        ("Florian Meyer", PersonName("Florian", "Meyer"), ()),
        ("SCHMIDT, Karin", PersonName("Karin", "Schmidt"), ()),
        ("MÜLLER-LÜDENSCHEIDT, A.", PersonName("A.", "Müller-Lüdenscheidt"), ()),
        ("Herr Klaus Walter", PersonName("Klaus", "Walter", salutation="mr"), ()),
        ("Özdemir, Dr. Claudia", PersonName("Claudia", "Özdemir", "Dr."), ()),
        ("Prof. Dr. Hans Jung", PersonName("Hans", "Jung", "Prof. Dr."), ()),
        ("Dr. h. c. Hans Jung", PersonName("Hans", "Jung", "Dr. h. c."), ()),
        ("H. Jung", PersonName("H.", "Jung"), ()),
        ("Dipl.-Ing. Søren König", PersonName("Søren", "König", "Dipl.-Ing."), ()),
        ("Frau Dr. med. Eva Roth, MBA", PersonName("Eva", "Roth", "Dr. med. MBA", "ms"), ()),
        ("Monika Jana von der Heide", PersonName("Monika Jana", "von der Heide"), ()),
        ("Jens Freiherr von Rhön", PersonName("Jens", "Freiherr von Rhön"), ()),
        ("VOM BRUCH, Anna", PersonName("Anna", "vom Bruch"), ()),
        ("Keller, Andrea (geb. Meyer)", PersonName("Andrea", "Keller", birth_name="Meyer"), ()),
        ("Wi?niewski, Peter", PersonName("Peter", "Wi?niewski"), ("lost_letter",)),
        ("Dörr J.", PersonName("J.", "Dörr"), ("name_order",)),
        ("Maria Zoë, Müller", PersonName("Müller", "Maria Zoë"), ("name_order",)),
        ("Cher", PersonName("", "Cher"), ("name_missing",)),
        ("k.A.", PersonName(), ("name_missing",)),
        ("", PersonName(), ("name_missing",)),
    ],
)
def test_whole_names_are_taken_apart(text, name, problems):
    assert parse_name(text) == (name, problems)


def test_names_from_two_columns_lose_their_titles():
    assert parse_name_parts("Dr. Eva", "ROTH (geb. Kaya)").value == PersonName(
        "Eva", "Roth", "Dr.", birth_name="Kaya"
    )
    assert parse_name_parts("Dörr", "J.").problems == ("name_order",)
    assert parse_name_parts("-", "").problems == ("name_missing",)
    assert parse_name_parts("", "Roth").value == PersonName("", "Roth")


@pytest.mark.parametrize(
    ("text", "salutation"),
    [("Herrn", "mr"), (" Hr. ", "mr"), ("m", "mr"), ("Fr.", "ms"), ("w", "ms"), ("divers", "")],
)
def test_salutations_are_understood(text, salutation):
    assert parse_salutation(text) == (salutation, ())


def test_unknown_salutation_is_told_and_an_empty_one_is_not():
    assert parse_salutation("Eure Exzellenz") == ("", ("unknown_salutation",))
    assert parse_salutation("-") == ("", ())


def test_titles_keep_their_writing():
    assert parse_title(" Dr.  med. ") == ("Dr. med.", ())
    assert parse_title("\xa0") == ("", ())


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("16.02.1968", "1968-02-16"),
        (" 4.8.2020 ", "2020-08-04"),
        ("28.08.68", "1968-08-28"),
        ("3. Dezember 2024", "2024-12-03"),
        ("6.  März  1994", "1994-03-06"),
        ("7 Okt. 1956", "1956-10-07"),
        ("2024-02-23", "2024-02-23"),
        ("2024-02-23T10:15:00Z", "2024-02-23"),
        ("11.03.2024 00:00", "2024-03-11"),
        ("11/03/2024", "2024-03-11"),
        ("34773", "1995-03-15"),
        ("45000,5", "2023-03-15"),
    ],
)
def test_days_are_understood(text, day):
    assert parse_date(text, today=TODAY).value.isoformat() == day


@pytest.mark.parametrize("text", ["", "00.00.0000", "unbekannt", "-", "k.A.", "n/a", "0000-00-00"])
def test_days_nobody_knows_are_no_problem(text):
    assert parse_date(text, today=TODAY, birth=True) == (None, ())


@pytest.mark.parametrize("text", ["31.02.2024", "2024", "bald", "1.2.3.4", "12.1868", "1.1.1868"])
def test_what_is_no_day_is_told(text):
    assert parse_date(text, today=TODAY) == (None, ("unreadable_date",))


@pytest.mark.parametrize(
    ("text", "birth", "year"),
    [
        ("1.1.55", True, 1955),
        ("1.1.11", True, 2011),
        ("1.1.13", True, 1913),
        ("1.1.26", True, 1926),
        ("1.1.26", False, 2026),
        ("1.1.27", False, 2027),
        ("1.1.28", False, 1928),
    ],
)
def test_two_digit_years_find_their_century(text, birth, year):
    found = parse_date(text, today=TODAY, birth=birth)
    assert found == (datetime.date(year, 1, 1), ("two_digit_year",))


def test_nobody_is_born_in_the_future():
    assert parse_date("1.2.2026", today=TODAY, birth=True) == (None, ("future_date",))
    assert parse_date("1.2.2026", today=TODAY).value == datetime.date(2026, 2, 1)


@pytest.mark.parametrize(
    ("text", "street", "number", "care_of"),
    [
        ("Straße des 17. Juni 115", "Straße des 17. Juni", "115", ""),
        ("Mühlenweg 165-167", "Mühlenweg", "165-167", ""),
        ("Waldstraße 98d", "Waldstraße", "98d", ""),
        ("Hauptstr. 173 a", "Hauptstraße", "173a", ""),
        ("Hauptstr.5", "Hauptstraße", "5", ""),
        ("Bergstrasse 129", "Bergstraße", "129", ""),
        ("Käthe-Kollwitz-Str. 4", "Käthe-Kollwitz-Straße", "4", ""),
        ("c/o Schulz, Max-Planck-Str. 86", "Max-Planck-Straße", "86", "Schulz"),
    ],
)
def test_streets_are_taken_apart(text, street, number, care_of):
    assert parse_street(text) == (Address(street, number, care_of), ())


def test_street_without_number_is_told_but_not_a_post_box():
    assert parse_street("Am Markt") == (Address("Am Markt"), ("house_number_missing",))
    assert parse_street("Postfach 12 34") == (Address("Postfach 12 34"), ())
    assert parse_street("Am Markt", "7 B") == (Address("Am Markt", "7b"), ())
    assert parse_street("k.A.") == (Address(), ())


@pytest.mark.parametrize(
    ("postcode", "town", "place", "problems"),
    [
        ("50667", "Köln", Address(postcode="50667", town="Köln"), ()),
        ("", "99084 Erfurt", Address(postcode="99084", town="Erfurt"), ()),
        ("3046", "Cottbus", Address(postcode="03046", town="Cottbus"), ("postcode_zero_added",)),
        ("5046", "Nirgends", Address(postcode="5046", town="Nirgends"), ("unreadable_postcode",)),
        ("D-44135", "Dortmund", Address(postcode="44135", town="Dortmund", country="DE"), ()),
        ("A-1010", "Wien", Address(postcode="1010", town="Wien", country="AT"), ()),
        ("06108", "Halle (Saale)", Address(postcode="06108", town="Halle (Saale)"), ()),
        ("", "Wolfsburg", Address(town="Wolfsburg"), ()),
        ("384", "Wolfsburg", Address(town="Wolfsburg"), ("unreadable_postcode",)),
        ("-", "", Address(), ()),
    ],
)
def test_places_are_understood(postcode, town, place, problems):
    assert parse_place(postcode, town) == (place, problems)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (
            "Schulstraße 178, 70173 Stuttgart",
            Address("Schulstraße", "178", "", "70173", "Stuttgart"),
        ),
        (
            "Bismarckstr. 167b\n18055 Rostock",
            Address("Bismarckstraße", "167b", "", "18055", "Rostock"),
        ),
        ("Am Markt 1, D-48143 Münster", Address("Am Markt", "1", "", "48143", "Münster", "DE")),
        ("", Address()),
    ],
)
def test_whole_addresses_are_taken_apart(text, address):
    assert parse_address(text) == (address, ())


def test_address_without_place_is_a_street():
    assert parse_address("Am Markt 7").value == Address("Am Markt", "7")


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("0221-2685493", ["+492212685493"]),
        ("(0177) 71 86 08 0", ["+491777186080"]),
        ("0049 711 / 8382553", ["+497118382553"]),
        ("+49 (0)30 33845177", ["+493033845177"]),
        ("+49 0171 7186080", ["+491717186080"]),
        ("Tel.: 0931-5657391", ["+499315657391"]),
        ("0361 76965-72", ["+493617696572"]),
        ("0303/0982284", ["+493030982284"]),
        ("0761 5090994 / mobil +491724138049", ["+497615090994", "+491724138049"]),
        ("0521 8114337 oder +491718918377", ["+495218114337", "+491718918377"]),
        ("089 37694423; 089 37694423", ["+498937694423"]),
        ("+43 1 5880039", ["+4315880039"]),
        ("k.A.", []),
        ("-", []),
    ],
)
def test_phones_become_e164(text, numbers):
    assert parse_phones(text) == (numbers, ())


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("4915128250470", "+4915128250470"),
        ("495119284840", "+495119284840"),
        ("9318871265", "+499318871265"),
        ("1787139023", "+491787139023"),
        ("4921123456", "+494921123456"),
    ],
)
def test_phones_without_plus_or_zero_are_completed_and_told(text, number):
    assert parse_phones(text) == ([number], ("guessed_phone",))


def test_what_is_no_phone_is_told():
    assert parse_phones("4,91512E+12") == ([], ("unreadable_phone",))
    assert parse_phones("012") == ([], ("unreadable_phone",))
    assert parse_phones("0049") == ([], ("unreadable_phone",))
    assert parse_phones("05361 1") == (["+4953611"], ("implausible_phone",))
    assert parse_phones("030 " + "1" * 30) == ([], ("unreadable_phone",))
    assert parse_phones("Tel.: ---") == ([], ("unreadable_phone",))
    assert parse_phones("privat: Büro") == ([], ())
    assert parse_phones("siehe unten!") == ([], ("unreadable_phone",))
    assert parse_phones("+999 123456789") == ([], ("unreadable_phone",))


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("mailto:m.schulze@gmail.example", ["m.schulze@gmail.example"]),
        ("c.schulze @ gmx.example", ["c.schulze@gmx.example"]),
        ("W.BECKER@WEB.EXAMPLE ", ["w.becker@web.example"]),
        ("info@medienpunkt.example;", ["info@medienpunkt.example"]),
        ("a@b.example, c@d.example / e@f.example", ["a@b.example", "c@d.example", "e@f.example"]),
        ("Eva Roth <eva@roth.example>", ["eva@roth.example"]),
        ("eva (at) roth.example", ["eva@roth.example"]),
        ("keine", []),
    ],
)
def test_emails_are_found(text, addresses):
    assert parse_emails(text) == (addresses, ())


@pytest.mark.parametrize("text", ["eva@", "@roth.example", "eva", "eva@roth", "e..a@roth.example"])
def test_what_is_no_email_is_told(text):
    assert parse_emails(text) == ([], ("unreadable_email",))


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("3.388,11", "3388.11"),
        ("EUR 45.039,22", "45039.22"),
        ("28000 EUR", "28000"),
        ("39.500,-", "39500"),
        ("43108,67", "43108.67"),
        ("43108.67", "43108.67"),
        ("1,234.56", "1234.56"),
        ("1.234", "1234"),
        ("0,3 Mio. €", "300000"),
        ("587 T€", "587000"),
        ("-12,50 €", "-12.50"),
    ],
)
def test_amounts_are_understood(text, amount):
    assert parse_money(text) == (Decimal(amount), ())


def test_amounts_tell_doubts():
    assert parse_money("ca. 1500 TEUR") == (Decimal(1_500_000), ("approximate",))
    assert parse_money("viel") == (None, ("unreadable_amount",))
    assert parse_money("10 bis 20") == (None, ("unreadable_amount",))
    assert parse_money("9999999999999999 Mrd") == (None, ("unreadable_amount",))
    assert parse_money("9" * 50) == (None, ("unreadable_amount",))
    assert parse_money("k.A.") == (None, ())


def test_yes_and_no_are_understood():
    assert [parse_yes_no(text).value for text in ("ja", "J", "x", "1", "WAHR")] == [True] * 5
    assert [parse_yes_no(text).value for text in ("nein", "N", "0", "-", "entsch.")] == [False] * 5
    assert parse_yes_no(" ") == (None, ())
    assert parse_yes_no("vielleicht") == (None, ("unreadable_yes_no",))


@pytest.mark.parametrize(
    ("text", "name", "form"),
    [
        ("Modefabrik UG (haftungsbeschränkt)", "Modefabrik", "UG (haftungsbeschränkt)"),
        ("Bio & Co GbR", "Bio & Co", "GbR"),
        ("Kaiser GmbH & Co.KG", "Kaiser", "GmbH & Co. KG"),
        ("Schmid Medien eV", "Schmid Medien", "e.V."),
        ("Koch G.m.b.H.", "Koch", "GmbH"),
        ("Koch gGmbH", "Koch", "gGmbH"),
        ("Koch Gesellschaft mit beschränkter Haftung", "Koch", "GmbH"),
        ("Agentur", "Agentur", ""),
        ("Logistik & Co", "Logistik & Co", ""),
        ("-", "", ""),
    ],
)
def test_firms_lose_their_legal_form(text, name, form):
    assert parse_firm(text) == (FirmName(name, form), ())


def test_own_column_of_the_legal_form_outranks_the_name():
    assert parse_firm("Koch GmbH", "AG").value == FirmName("Koch", "AG")
    assert parse_firm("", "gmbh").value == FirmName("", "GmbH")
    assert parse_legal_form("Stiftung").value == "Stiftung"
    assert parse_firm("?ukaszewicz Design GbR").problems == ("lost_letter",)


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("http://www.wolf-schulze.example/", "wolf-schulze.example"),
        ("BIO-CO.EXAMPLE", "bio-co.example"),
        ("https://bio.example:8080/a?b#c", "bio.example"),
        ("", ""),
    ],
)
def test_domains_are_found(text, domain):
    assert parse_domain(text) == (domain, ())


def test_what_is_no_domain_is_told():
    assert parse_domain("im Aufbau") == ("", ("unreadable_domain",))
    assert parse_domain("javascript:alert(1)") == ("", ("unreadable_domain",))


PARSERS = [
    parse_address,
    parse_domain,
    parse_emails,
    parse_firm,
    parse_legal_form,
    parse_money,
    parse_name,
    parse_phones,
    parse_place,
    parse_salutation,
    parse_street,
    parse_title,
    parse_yes_no,
    lambda raw: parse_name_parts(raw, raw),
    lambda raw: parse_date(raw, today=TODAY, birth=True),
]
JUNK = [
    None,
    0,
    "\0",
    "a\0b",
    "\ud800",
    "😀👩‍👩‍👧",
    "\u202eלאה כהן",
    "x" * 10_000,
    "1" * 10_000,
    "a@" * 5_000,
    "1 " * 5_000,
    "Dr. " * 2_500,
    "(" * 10_000,
    "-1.-1.-1",
    "٣٤.٠٢.١٩٩٩",
    "²³",
    ",",
    "?",
    "99.99.9999",
    "+" * 50,
    "%s {0} <script>",
]


@pytest.mark.parametrize("raw", JUNK, ids=lambda raw: ascii(raw)[:20])
def test_junk_never_raises_and_stays_short(raw):
    for parse in PARSERS:
        value, problems = parse(raw)
        assert len(str(value)) < 2_000
        assert "\0" not in str(value)
        assert set(problems) <= set(values.PROBLEMS)


def test_cells_too_long_are_cut_and_told():
    assert parse_title("x" * 10_000).problems == ("too_long",)
    assert "too_long" in parse_name("x" * 10_000).problems
    assert "too_long" in parse_street("x" * 10_000).problems


def test_direction_marks_are_dropped_from_names():
    assert parse_name("\u202eEva\u200b Roth").value == PersonName("Eva", "Roth")


def mistakes(read, wanted):
    """How often each field differs from the truth."""
    return Counter(
        field
        for ours, true in zip(read, wanted, strict=True)
        for field in true
        if ours[field] != true[field]
    )


def iso(day):
    return day.isoformat() if day else ""


def money(amount):
    return "" if amount is None else f"{amount:.2f}"


def read_person(cells):
    """One record as the truth files write it; what a cell leaves out is blank there too."""
    name, address = lists.name_of(cells), lists.address_of(cells)
    phones = parse_phones(cells["phone"]).value + parse_phones(cells["mobile"]).value
    return {
        "anrede": parse_salutation(cells["salutation"]).value or name.value.salutation,
        "titel": parse_title(cells["title"]).value or name.value.title,
        "vorname": name.value.given_name,
        "nachname": name.value.family_name,
        "geburtsdatum": iso(parse_date(cells["birth_date"], today=TODAY, birth=True).value),
        "strasse": address.street,
        "hausnummer": address.house_number,
        "plz": address.postcode,
        "ort": address.town,
        "phones": sorted(phones),
        "email": "".join(parse_emails(cells["email"]).value[:1]),
        "erstkontakt": iso(parse_date(cells["first_contact"], today=TODAY).value),
        "foerdersumme": money(parse_money(cells["funding"]).value),
    }


def true_person(row, ours, cells):
    """The truth, as far as the cells can tell it: an empty first contact was never written."""
    true = {field: row[field] for field in ours if field in row}
    true["anrede"] = {"Frau": "ms", "Herr": "mr"}[row["anrede"]] if ours["anrede"] else ""
    true["phones"] = sorted(filter(None, (row["telefon"], row["mobil"])))
    if not cells["first_contact"]:
        true["erstkontakt"] = ""
    return true


def with_lost_letters(ours, true):
    """Names whose '?' stand for the true letters count as right, and are told as a problem."""
    for field in ("vorname", "nachname"):
        pairs = list(zip(ours[field], true[field], strict=False))
        if len(ours[field]) == len(true[field]) and all(a in (b, "?") for a, b in pairs):
            ours[field] = true[field]
    return ours


@pytest.mark.parametrize(
    ("name", "truth", "measured"),
    [
        # HESS and GROSS hide their ß; 'Krüger Renate Bjørg' has no comma.
        ("kontakte_2025.csv", "kontakte_2025_wahrheit.csv", {"nachname": 4, "vorname": 1}),
        # 'Rosa-Luxembur-gStr.'
        ("kontakte_2026.xlsx", "kontakte_2026_wahrheit.csv", {"strasse": 1}),
    ],
)
def test_people_are_read_as_measured(name, truth, measured):
    cells = lists.records(name)
    read = [read_person(row) for row in cells]
    rows = zip(lists.truth(truth), read, cells, strict=True)
    wanted = [true_person(*row) for row in rows]
    read = [with_lost_letters(*pair) for pair in zip(read, wanted, strict=True)]
    assert mistakes(read, wanted) == measured


def test_lost_letters_are_told_for_every_name_that_has_one():
    cells = lists.records("kontakte_2025.csv")
    told = [row["name"] for row in cells if "lost_letter" in parse_name(row["name"]).problems]
    assert told == [row["name"] for row in cells if "?" in row["name"]]
    assert len(told) == 85


def read_participant(cells):
    name = parse_name(cells["name"]).value
    return {
        "name": (name.given_name, name.family_name),
        "datum": iso(parse_date(cells["event_on"], today=TODAY).value),
        "telefon": "".join(parse_phones(cells["phone"]).value),
        "email": "".join(parse_emails(cells["email"]).value[:1]),
        "beitrag": money(parse_money(cells["fee"]).value),
    }


def test_participants_are_read_as_measured():
    read = [read_participant(row) for row in lists.records("veranstaltungsteilnehmer.csv")]
    wanted = [
        {**{field: row.get(field) for field in ours}, "name": (row["vorname"], row["nachname"])}
        for row, ours in zip(
            lists.truth("veranstaltungsteilnehmer_wahrheit.csv"), read, strict=True
        )
    ]
    # Five are 'Dörr J.' with the truth swapped, told as name_order; three are typos on top.
    assert mistakes(read, wanted) == {"name": 8}


def read_firm(cells):
    name, address = (
        parse_firm(cells["firm_name"], cells["legal_form"]).value,
        lists.address_of(cells),
    )
    return {
        "name": name.name,
        "rechtsform": name.legal_form,
        "strasse": address.street,
        "hausnummer": address.house_number,
        "plz": address.postcode,
        "ort": address.town,
        "telefon": "".join(parse_phones(cells["phone"]).value),
        "domain": parse_domain(cells["website"]).value,
        "gruendung": iso(parse_date(cells["founded_on"], today=TODAY).value),
    }


def test_firms_are_read_as_measured():
    read = [read_firm(row) for row in lists.records("firmen.csv")]
    wanted = [
        {
            **{field: row[field] for field in ours},
            "rechtsform": parse_legal_form(row["rechtsform"]).value,
        }
        for row, ours in zip(lists.truth("firmen_wahrheit.csv"), read, strict=True)
    ]
    assert mistakes(read, wanted) == {"name": 1}  # two spaces in the truth
