import datetime
import io
import zipfile

import openpyxl
import pytest
from django.utils.translation import override

from contacts.imports.columns import field_of, map_columns
from contacts.imports.decoding import decode
from contacts.imports.errors import UnreadableFileError
from contacts.imports.reading import MAX_BYTES, SkippedRow, SourceRow, read_source
from tests.contacts import lists

GERMAN = "Name;Ort\r\nJörg Groß;Köln\r\nÄnne Übel;Münster\r\nAïcha „Café“ – 5 €;Öhringen\r\n"


def workbook(*sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "rows", "encoding", "delimiter", "kind"),
    [
        ("kontakte_2025.csv", 2000, "cp1252", ";", "people"),
        ("kontakte_2026.xlsx", 800, "", "", "people"),
        ("veranstaltungsteilnehmer.csv", 1200, "utf-8", ";", "people"),
        ("firmen.csv", 600, "utf-8", ",", "firms"),
        ("firmen_unicode.txt", 200, "utf-16", "\t", "firms"),
    ],
)
def test_lists_are_read_whole(name, rows, encoding, delimiter, kind):
    source = lists.source(name)
    assert len(source.rows) == rows
    assert (source.encoding, source.delimiter) == (encoding, delimiter)
    columns = map_columns(source.headers)
    assert columns.kind == kind
    assert columns.unknown == ()
    assert not any(row.problems for row in source.rows)


def test_rows_that_are_no_records_are_skipped_with_their_reason():
    assert lists.source("kontakte_2025.csv").skipped == [
        SkippedRow(702, "blank"),
        SkippedRow(1003, "repeated_header"),
        SkippedRow(1404, "blank"),
        SkippedRow(2005, "sum"),
    ]


def test_workbook_tells_its_sheets_and_skips_title_rows():
    source = lists.source("kontakte_2026.xlsx")
    assert (source.sheet, source.other_sheets) == ("Kontakte", ("Legende",))
    assert source.skipped[:2] == [SkippedRow(1, "title"), SkippedRow(2, "blank")]
    first = source.rows[0]
    assert first.number == 4
    assert first.values["lfd. Nr."] == "1"
    assert first.values["geb. am"] == "1988-03-11"
    assert source.rows[5].values["Handy"] == "4915128250470"
    assert source.rows[5].values["Förderung"] == "43108,67"


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", GERMAN),
        ("utf-8-sig", GERMAN),
        ("utf-16", GERMAN),
        ("utf-16-le", GERMAN),
        ("utf-16-be", GERMAN),
        ("cp1252", GERMAN),
        ("cp850", "Name;Ort\r\nJörg Groß;Köln\r\nÄnne Übel;Münster\r\nAïcha;Öhringen\r\n"),
        ("mac_roman", GERMAN),
    ],
)
def test_every_encoding_offices_send_is_read_right(encoding, text):
    assert decode(text.encode(encoding))[0] == text


def test_decoding_never_fails_and_drops_nul():
    assert decode(b"a\0b;\x81\x8d\xff")[0].startswith("ab;")
    assert decode(b"") == ("", "utf-8")


@pytest.mark.parametrize("delimiter", list(";,\t|"))
def test_delimiter_is_found(delimiter):
    text = "\n".join(delimiter.join(row) for row in (["Name", "Ort", "PLZ"], ["A B", "C", "1"]))
    source = read_source(text.encode())
    assert source.delimiter == delimiter
    assert source.rows == [SourceRow(2, {"Name": "A B", "Ort": "C", "PLZ": "1"})]


def test_sep_line_outranks_what_the_text_looks_like():
    source = read_source(b"sep=|\nName|Note\nA|x;y;z\nB|x;y;z\n")
    assert source.headers == ["Name", "Note"]
    assert source.rows[0] == SourceRow(2, {"Name": "A", "Note": "x;y;z"})


def test_quoted_line_breaks_stay_in_their_cell():
    source = read_source(b'Name;Note\n"A";"one\ntwo; ""three"""\nB;\n')
    assert [row.values["Note"] for row in source.rows] == ['one\ntwo; "three"', ""]


def test_short_and_long_rows_are_kept_and_long_ones_told():
    source = read_source(b"Name;Ort;PLZ\nA\nB;C;1;9;9\nD;E;2\n")
    assert source.rows == [
        SourceRow(2, {"Name": "A", "Ort": "", "PLZ": ""}),
        SourceRow(3, {"Name": "B", "Ort": "C", "PLZ": "1"}, ("extra_cells",)),
        SourceRow(4, {"Name": "D", "Ort": "E", "PLZ": "2"}),
    ]


def test_columns_without_a_heading_and_with_the_same_one_are_named():
    source = read_source(b"Name;Telefon;Telefon;;Ort\nA;1;2;3;C\nB;1;2;3;C;7\nD;1;2;3;C;8\n")
    assert source.headers == ["Name", "Telefon", "Telefon (2)", "#4", "Ort", "#6"]


def test_unknown_headings_are_found_below_a_title():
    source = read_source(b"Stand 2026\n\nfoo;bar\n1;2\n3;4\n")
    assert source.headers == ["foo", "bar"]
    assert [row.number for row in source.rows] == [4, 5]


def test_person_called_sum_is_a_record():
    source = read_source(b"Vorname;Name;Ort;PLZ;Firma;Mail\nGesamt;Anna;X;1;F;a@b.example\n")
    assert len(source.rows) == 1


def test_workbook_cells_become_text_and_the_sheet_with_known_headings_wins():
    data = workbook(
        ("Legende", [["a", "b"]] * 30),
        (
            "Daten",
            [["Vorname", "Name", "Newsletter"], ["Eva", 1.5, True], ["Jo", 12345678901, None]],
        ),
    )
    source = read_source(data)
    assert source.sheet == "Daten"
    assert [list(row.values.values()) for row in source.rows] == [
        ["Eva", "1,5", "ja"],
        ["Jo", "12345678901", ""],
    ]


def test_workbook_days_and_times_become_text():
    day = datetime.datetime(2024, 3, 11, tzinfo=None)  # noqa: DTZ001
    data = workbook(("A", [["Name", "Ort"], [day, day.replace(hour=9, minute=30)]]))
    assert list(read_source(data).rows[0].values.values()) == ["2024-03-11", "2024-03-11 09:30:00"]


def test_hidden_sheets_stay_hidden():
    book = openpyxl.load_workbook(
        io.BytesIO(workbook(("A", [["Name", "Ort"], ["x", "y"]]), ("B", [["Geheim"]])))
    )
    book["B"].sheet_state = "hidden"
    file = io.BytesIO()
    book.save(file)
    assert read_source(file.getvalue()).other_sheets == ()


def test_workbook_that_claims_a_huge_area_is_refused():
    book = openpyxl.Workbook()
    book.active["A1"] = "Name"
    book.active.cell(row=40_000, column=100, value="x")
    file = io.BytesIO()
    book.save(file)
    with override("en"), pytest.raises(UnreadableFileError, match="too large when unpacked"):
        read_source(file.getvalue())


def zipped(parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\xef\xbb\xbf \r\n\r\n", "The file is empty."),
        (b";;\n;;\n", "The file is empty."),
        (b"a" * (MAX_BYTES + 1), "The file is larger than 5 MB. Please split it."),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "This is an old or encrypted Excel file. Please save it as .xlsx or CSV.",
        ),
        (b"%PDF-1.7\n", "This is neither a CSV nor an Excel file."),
        (b"PK\x03\x04 no archive", "The Excel file is damaged."),
        (zipped({"word/document.xml": "x"}), "This is neither a CSV nor an Excel file."),
        (zipped({"xl/workbook.xml": "<broken"}), "The Excel file is damaged."),
        (
            zipped({"xl/workbook.xml": "0" * 52_500_000}),
            "The Excel file is too large when unpacked.",
        ),
        (b"a\n" * 100_001, "The file has more than 100,000 rows. Please split it."),
        (b"a;" * 300 + b"a", "The file has more than 200 columns."),
        (
            b'Name;Ort\nA;"B\n' + b"C;D\n" * 500,
            "A quotation mark in row 2 is never closed.",
        ),
        (b'Name;Ort\nA;"' + b"x" * 200_000, "A quotation mark in row 2 is never closed."),
        (workbook(("Leer", [])), "The file is empty."),
    ],
)
def test_bad_files_are_refused_with_one_sentence(data, sentence):
    with override("en"), pytest.raises(UnreadableFileError) as refused:
        read_source(data)
    assert str(refused.value) == sentence


def test_workbook_cut_short_is_refused():
    data = (lists.LISTS / "kontakte_2026.xlsx").read_bytes()
    with pytest.raises(UnreadableFileError):
        read_source(data[: len(data) // 2])


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("E-Mail", "email"),
        ("EMAIL-ADRESSE", "email"),
        ("Strasse", "street"),
        ("Fördersumme (€)", "funding"),
        ("geb. am", "birth_date"),
        ("Teilnehmer/in", "name"),
        ("Name der Firma", "firm_name"),
        ("Titel des Vortrags", None),
        ("Lieblingsfarbe", None),
        ("", None),
    ],
)
def test_headings_are_understood_tolerantly(heading, field):
    assert field_of(heading) == field


def test_bare_name_means_what_stands_beside_it():
    assert map_columns(["Vorname", "Name"]).fields["family_name"] == "Name"
    assert map_columns(["Name", "Ort"]).fields["name"] == "Name"
    assert map_columns(["Name", "Rechtsform", "Umsatz"]).fields["firm_name"] == "Name"
    assert map_columns(["Firma", "Ort"]).kind == "firms"
    assert map_columns(["Firma", "Rechtsform"]).fields == {
        "firm_name": "Firma",
        "legal_form": "Rechtsform",
    }


def test_columns_pick_cells_and_name_the_rest():
    columns = map_columns(["Name", "Lieblingsfarbe", "Nachname, Vorname"])
    assert columns.pick({"Name": "A", "Lieblingsfarbe": "rot"}) == {"name": "A"}
    assert columns.unknown == ("Lieblingsfarbe", "Nachname, Vorname")
    assert map_columns(["Farbe"]).kind is None
