"""Guests as files and on paper."""

import csv
import io

import openpyxl
import pytest

from accounts.models import Change
from events.badges import TEMPLATE, badges, words_of
from events.models import Registration
from tests.events.guests import asked, said
from tests.factories import NOW, EventFactory, PersonFactory, RegistrationFactory

pytestmark = pytest.mark.django_db


def url_of(event, path):
    return f"/verwaltung/veranstaltungen/{event.slug}/anmeldungen/{path}"


def csv_rows(client, event, query=""):
    response = client.get(url_of(event, f"export.csv{query}"))
    text = response.getvalue().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def sheet(client, event):
    response = client.get(url_of(event, "export.xlsx"))
    return openpyxl.load_workbook(io.BytesIO(response.content)).active


def many(event, count):
    rows = [
        Registration.bearing(
            at=NOW, event=event, name=f"Gast Nummer {n}", state="confirmed", queue=n + 1,
            search=f"gast {n:05}", state_since=NOW,
        )
        for n in range(count)
    ]  # fmt: skip
    Registration.objects.bulk_create(rows, batch_size=500)


@pytest.fixture
def event():
    made = EventFactory(questions=[asked("Womit kommen Sie?")], title="Gründungsabend")
    person = PersonFactory()
    RegistrationFactory(
        event=made, name="Zoë Kern", answers=said('=cmd|"/c calc"!A1'), checked_in_at=NOW,
        person=person, queue=1,
    )  # fmt: skip
    RegistrationFactory(event=made, name="-Bo Müller", waiting=True, queue=2)
    RegistrationFactory(event=made, name="Weg", cancelled=True, queue=3)
    RegistrationFactory(name="Andere Veranstaltung")  # could leak
    return made


def test_csv_has_everybody_and_runs_nothing(client_of, event):
    rows = csv_rows(client_of(), event)

    assert [(row["Name"], row["Status"], row["Gekommen am"]) for row in rows] == [
        ("Zoë Kern", "Bestätigt", NOW.strftime("%d.%m.%Y")),
        ("'-Bo Müller", "Warteliste", ""),
        ("Weg", "Storniert", ""),
    ]
    assert rows[0]["Womit kommen Sie?"] == '\'=cmd|"/c calc"!A1'
    assert rows[0]["Kontakt"] == Registration.objects.get(name="Zoë Kern").person.reference


def test_the_filter_of_the_list_holds(client_of, event):
    assert [row["Name"] for row in csv_rows(client_of(), event, "?q=kern")] == ["Zoë Kern"]
    page = client_of().get(url_of(event, "?state=waiting")).content.decode()
    assert f"{url_of(event, 'export.csv')}?state=waiting" in page


def test_xlsx_keeps_formulas_as_text(client_of, event):
    table = sheet(client_of(), event)

    assert table.freeze_panes == "A2"
    cell = table.cell(2, 4)
    assert (cell.value, cell.data_type) == ('=cmd|"/c calc"!A1', "s")
    assert [row[0].value for row in table.iter_rows(min_row=2)] == ["Zoë Kern", "-Bo Müller", "Weg"]


@pytest.mark.parametrize("role", ["advisor", "manager"])
@pytest.mark.parametrize(
    ("path", "rows"),
    [("export.csv", 3), ("export.xlsx", 3), ("namensschilder.pdf", 1), ("drucken/", 2)],
)
def test_each_is_noted_with_who_and_how_many(client_of, event, role, path, rows):
    client = client_of(role)

    client.get(url_of(event, f"{path}?q="))
    client.head(url_of(event, path))

    (noted,) = Change.objects.filter(record_type="export.guests")
    assert (noted.by_user, noted.fields["rows"]) == (client.user, rows)
    assert noted.fields["event"] == event.slug


def test_partners_get_none(client_of, event):
    client = client_of("partner")

    for path in ("export.csv", "export.xlsx", "namensschilder.pdf", "drucken/"):
        assert client.get(url_of(event, path)).status_code == 403
    assert not Change.objects.filter(record_type="export.guests").exists()


def test_two_thousand_go_into_each(client_of, django_assert_max_num_queries):
    event, client = EventFactory(), client_of()
    many(event, 2000)

    with django_assert_max_num_queries(12):
        assert len(csv_rows(client, event)) == 2000
    with django_assert_max_num_queries(12):
        assert sheet(client, event).max_row == 2001
    with django_assert_max_num_queries(8):
        paper = client.get(url_of(event, "drucken/")).content.decode()
    assert paper.count('<th scope="row">') == 2000
    pdf = client.get(url_of(event, "namensschilder.pdf")).content
    assert b"/Type/Pages/Count 200" in pdf


def test_too_many_for_a_workbook_or_paper_are_told(client_of, event, monkeypatch):
    monkeypatch.setattr("events.exports.MOST_IN_A_WORKBOOK", 2)
    monkeypatch.setattr("events.views.exports.MOST_ON_PAPER", 1)
    client = client_of()

    page = client.get(url_of(event, "export.xlsx"), follow=True).content.decode()
    assert "Zu viele Zeilen für Excel" in page
    assert "zu lang für Papier" in client.get(url_of(event, "drucken/")).content.decode()


def test_the_list_for_paper_has_who_may_come_by_name(client_of, event):
    page = client_of().get(url_of(event, "drucken/"))

    assert [row.name for row in page.context["rows"]] == ["-Bo Müller", "Zoë Kern"]
    assert "2 Gäste" in page.content.decode()
    assert "Hier steht niemand." in (
        client_of().get(url_of(EventFactory(), "drucken/")).content.decode()
    )


def test_badges_are_an_accessible_pdf_in_our_fonts(client_of, event):
    response = client_of().get(url_of(event, "namensschilder.pdf"))

    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].endswith(f'"namensschilder-{event.slug}.pdf"')
    pdf = response.content
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf
    assert b"StructTreeRoot" in pdf
    assert b"BodenSans" in pdf


@pytest.mark.parametrize(
    "name",
    ["Donaudampfschifffahrtsgesellschaftskapitän", "x" * 120, "a " * 60, "-", "#*_$`\\", '"'],
)
def test_any_name_fits_on_a_badge(name):
    pdf = badges(EventFactory(), [name], agency="DMA")

    assert b"pdfuaid" in pdf
    assert b"/Count 1" in pdf


def test_letters_no_font_has_make_a_plain_pdf():
    assert b"pdfuaid" not in badges(EventFactory(), ["李小龙"], agency="DMA")


def test_without_seats_there_are_no_badges(client_of):
    event = EventFactory()
    RegistrationFactory(event=event, waiting=True)

    page = client_of().get(url_of(event, "namensschilder.pdf"), follow=True)

    assert "keine Namensschilder" in page.content.decode()


def test_a_sheet_has_ten():
    from dma_crm.typesetting import typeset  # noqa: PLC0415 - only this test looks at the pages

    words = words_of(EventFactory(), [f"Gast {n}" for n in range(11)], "DMA")

    assert len(typeset(TEMPLATE, words, format="png", ppi=20.0)) == 2
