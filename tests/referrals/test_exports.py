"""The list as a file: the filters in force, contact data only where it may be known."""

import csv
import io
from datetime import datetime, timedelta

import openpyxl
import pytest
from django.utils import timezone

from accounts.models import Change
from contacts.actions import withdraw_consent
from referrals import actions, exports
from referrals.models import Referral
from tests.factories import PartnerFactory, ReferralFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def today(world):
    return world.at(timezone.now())


@pytest.fixture
def portal(client, today):
    client.force_login(today.partner_user)
    return client


def csv_rows(client, query="?tab=erhalten") -> list[dict]:
    response = client.get(f"/vermittlungen/export.csv{query}")
    assert response.status_code == 200
    text = response.getvalue().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def sheet(client, query="?tab=erhalten"):
    response = client.get(f"/vermittlungen/export.xlsx{query}")
    assert response.status_code == 200
    return openpyxl.load_workbook(io.BytesIO(response.content)).active


def references(rows) -> set[str]:
    return {row["Kennung"] for row in rows}


def test_contact_data_is_there_after_acceptance_only(portal, today):
    waiting = today.sent()
    accepted = ReferralFactory(recipient=today.partner, accepted=True, need__question="Wie?")

    rows = {row["Kennung"]: row for row in csv_rows(portal)}

    assert rows.keys() == {waiting.reference, accepted.reference}
    assert rows[waiting.reference]["Anliegen"] == "Wer hilft beim Plan?"
    assert rows[waiting.reference]["Name"] == ""
    assert rows[accepted.reference]["Name"] == accepted.need.person.display_name
    assert "Tok3nmann" not in str(rows)
    assert "tok3n" not in str(rows)


def test_contact_data_is_gone_with_the_consent(portal, today):
    referral = today.accepted()
    assert csv_rows(portal)[0]["E-Mail"] == "zoe.tok3n@gruendung.example"

    withdraw_consent(consent=referral.consent, by=today.advisor, at=today.now)

    (row,) = csv_rows(portal)
    assert (row["Name"], row["E-Mail"], row["Telefon"], row["Anliegen"]) == ("", "", "", "")


def test_partners_get_their_own_and_the_filters_count(portal, today):
    mine = today.sent()
    ReferralFactory(recipient=today.partner)  # could leak: a draft
    ReferralFactory(sent=True)  # could leak: another partner's
    declined = ReferralFactory(recipient=today.partner, declined=True)

    assert references(csv_rows(portal)) == {mine.reference, declined.reference}
    assert references(csv_rows(portal, "")) == {mine.reference}
    assert references(csv_rows(portal, "?tab=erhalten&status=declined")) == {declined.reference}
    assert references(csv_rows(portal, f"?tab=erhalten&q={mine.reference}")) == {mine.reference}


def test_each_side_sees_its_own_reference(portal, client, today):
    referral = today.sent()
    actions.accept_referral(
        referral=referral, your_reference="IHK-7", by=today.colleague, at=today.now
    )
    Referral.objects.filter(pk=referral.pk).update(sender_reference="DMA-9")

    assert csv_rows(portal)[0]["Unser Zeichen"] == "IHK-7"
    client.force_login(UserFactory(manager=True))
    assert csv_rows(client, "?tab=alle")[0]["Unser Zeichen"] == "DMA-9"


def test_advisors_export_their_own_cases(client, today):
    own = today.sent(need=today.need(owner=today.advisor_user))
    ReferralFactory(sent=True)  # could leak: a colleague's case
    client.force_login(today.advisor_user)

    (row,) = csv_rows(client, "?tab=alle")

    assert row["Kennung"] == own.reference
    assert row["Name"] == "Zoë Tok3nmann"
    assert row["E-Mail"] == ""
    assert "nur Fälle, für die Sie zuständig sind" in client.get("/vermittlungen/").content.decode()
    assert not Change.objects.filter(record_type="export.referrals").exists()


@pytest.mark.parametrize("role", ["manager", "admin"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_managers_take_out_is_noted(client, today, role, kind):
    today.sent()
    user = UserFactory(role=role)
    client.force_login(user)
    client.head(f"/vermittlungen/export.{kind}")

    client.get(f"/vermittlungen/export.{kind}?tab=alle&status=sent")

    noted = Change.objects.get(record_type="export.referrals")
    assert noted.by_user == user
    assert noted.fields == {
        "format": kind,
        "rows": 1,
        "filter": {"tab": "alle", "status": "sent"},
    }


def test_no_cell_is_a_formula(portal, today):
    evil = '=HYPERLINK("http://evil")'
    ReferralFactory(recipient=today.partner, sent=True, need__question=evil, reason="@x\x07y")

    (row,) = csv_rows(portal)
    assert (row["Anliegen"], row["Warum diese Stelle"]) == (f"'{evil}", "'@x\x07y")
    cells = {cell.value: cell.data_type for cell in sheet(portal)[2]}
    assert cells[evil] == "s"
    assert cells["@xy"] == "s"


def test_the_workbook_has_real_dates_and_a_frozen_head(portal, today):
    referral = today.sent()

    table = sheet(portal)

    head = [cell.value for cell in table[1]]
    values = dict(zip(head, [cell.value for cell in table[2]], strict=True))
    assert table.freeze_panes == "A2"
    assert table[1][0].font.bold
    assert values["Antwort bis"] == datetime.combine(referral.respond_by, datetime.min.time())
    assert table[2][head.index("Antwort bis")].number_format == "DD.MM.YYYY"


def test_too_many_rows_for_a_workbook_are_told(portal, today, monkeypatch):
    monkeypatch.setattr(exports, "MOST_IN_A_WORKBOOK", 1)
    ReferralFactory.create_batch(2, recipient=today.partner, sent=True)

    page = portal.get("/vermittlungen/export.xlsx", follow=True)

    assert "Zu viele Zeilen für Excel" in page.content.decode()
    assert len(csv_rows(portal)) == 2


def test_days_are_local_ones(portal, today):
    late = datetime(2026, 3, 10, 23, 30, tzinfo=timezone.get_fixed_timezone(0))
    ReferralFactory(recipient=today.partner, sent=True, status_since=late)

    assert csv_rows(portal)[0]["Status seit"] == "11.03.2026"


def test_a_file_costs_the_same_for_many(portal, today, monkeypatch, django_assert_num_queries):
    """Chunk by chunk: three queries more for each."""
    PartnerFactory()
    counts = []
    for rows in (1, 3):
        ReferralFactory.create_batch(rows, recipient=today.partner, accepted=True)
        with django_assert_num_queries(8):
            counts.append(len(csv_rows(portal)))
    assert counts == [1, 4]
    monkeypatch.setattr(exports, "CHUNK", 2)
    assert len(csv_rows(portal)) == 4


def test_names_are_german_though_written_late(portal, today):
    ReferralFactory(recipient=today.partner, sent=True, respond_by=today.now + timedelta(days=1))

    assert csv_rows(portal)[0]["Status"] == "Wartet auf Ihre Antwort"
