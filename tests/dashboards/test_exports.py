import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from contacts.models import Stage
from dma_crm.spreadsheets import csv_text
from tests.dashboards.reading import figure, numbers
from tests.factories import ConsultationFactory, PartnerFactory, ReferralFactory, StartupFactory

pytestmark = pytest.mark.django_db


def rows(response):
    text = response.content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def test_cells_are_written_for_german_excel():
    text = csv_text([["Größe", None, 1.5, Decimal("2.25"), -3, date(2026, 3, 1), 'a;"b"']])

    assert text == '\ufeffGröße;;1,5;2,25;-3;01.03.2026;"a;""b"""\r\n'


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_text_that_a_spreadsheet_would_run_is_defused(start):
    ((cell,),) = csv.reader(io.StringIO(csv_text([[f"{start}cmd"]])[1:], newline=""), delimiter=";")

    assert cell == f"'{start}cmd"


def test_file_has_the_numbers_of_the_page_and_what_they_mean(client_of):
    for partner, often in [(PartnerFactory(name="=HYPERLINK(1)"), 2), (PartnerFactory(), 1)]:
        ReferralFactory.create_batch(often, recipient=partner, sent=True, created_at=timezone.now())
    client = client_of()
    table = numbers(figure(client, "vermittlungen"))

    response = client.get("/kennzahlen/vermittlungen.csv")

    day = timezone.localdate().isoformat()
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == f'attachment; filename="vermittlungen-{day}.csv"'
    assert response.content.startswith(b"\xef\xbb\xbf")
    found = rows(response)
    assert found[0] == ["Partner", "Gesamt", "Arbeitstage bis zur Antwort (Median)", "Gesendet"]
    assert found[1][0] == "'=HYPERLINK(1)"
    assert [row[1:] for row in found[1:4]] == [
        ["" if n is None else str(n) for n in cells] for cells in table.values()
    ]
    assert [row[0] for row in found[5:]] == ["Stand", "Auswahl", "Definition"]


def test_file_to_pass_on_hides_small_cells_and_what_would_tell_them(client_of):
    today = timezone.localdate()
    ConsultationFactory.create_batch(3, held_on=today, kind="first")
    ConsultationFactory.create_batch(6, held_on=today, kind="further")

    found = rows(client_of().get("/kennzahlen/beratungen.csv?period=quarter&weitergabe=1"))

    month = next(row for row in found if "6" in row)
    total = next(row for row in found if row and row[0] == "Gesamt")
    assert month[1:] == ["< 5", "6", "0", "–"]
    assert total[1:] == ["–", "6", "0", "–"]


def test_file_to_pass_on_hides_small_totals_of_nothing_hidden(client_of):
    """Ventures and founders of a phase do not add up: each cell stands for itself."""
    stage = Stage.objects.get(code="growth")
    StartupFactory.create_batch(5, stage=stage)

    found = rows(client_of().get("/kennzahlen/phasen.csv?weitergabe=1"))

    assert ["Wachstum", "5", "0"] in found
    assert ["Gesamt", "5", "0"] in found


def test_file_without_rows_still_says_what_it_counts(client_of):
    for query in ("", "?weitergabe=1"):
        found = rows(client_of().get(f"/kennzahlen/vermittlungen.csv{query}"))
        assert found[1] == ["Gesamt", "0", ""]


def test_file_obeys_the_filter_and_the_role(client_of):
    partner = PartnerFactory()
    ReferralFactory(recipient=partner, sent=True, created_at=timezone.now())
    ReferralFactory(sent=True, created_at=timezone.now())  # could leak

    mine = rows(client_of(organisation=partner).get("/kennzahlen/vermittlungen.csv"))
    none = rows(client_of("advisor").get("/kennzahlen/vermittlungen.csv"))

    assert [row[:2] for row in mine[1:3]] == [[partner.spoken_name, "1"], ["Gesamt", "1"]]
    assert none[1] == ["Gesamt", "0", ""]
