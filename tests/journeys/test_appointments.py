"""An advisor agrees an appointment from the case page, moves it and calls it off; the guest's

calendar program hears of each by mail.
"""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from outbox.delivery import deliver
from tests.factories import AffiliationFactory, PersonFactory, StartupFactory, UserFactory
from tests.journeys.conftest import NARROW, WIDE
from tests.outbox.sink import started_sink

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def smtp(settings):
    sink = started_sink()
    settings.MAIL_SERVER = sink.settings()
    yield sink
    sink.stop()


def calendar(smtp) -> str:
    """What has just arrived."""
    deliver(at=timezone.now() + timedelta(minutes=2))
    found = smtp.messages()[-1].walk()
    [part] = [part for part in found if part.get_content_type() == "text/calendar"]
    return part.get_payload(decode=True).decode().replace("\r\n ", "")


def field(text: str, name: str) -> str:
    return next(line for line in text.split("\r\n") if line.startswith(name)).partition(":")[2]


@pytest.mark.parametrize("viewport", [WIDE, NARROW])
def test_agreed_moved_called_off(page, login, smtp, assert_accessible, assert_fits):
    person = PersonFactory(family_name="Brandes", email="zoe@gruenden.example")
    startup = StartupFactory(name="Lastenrad")
    AffiliationFactory(person=person, startup=startup)
    day = timezone.localdate() + timedelta(days=30)

    login(page, UserFactory(name="Mara Lindner")).goto(startup.get_absolute_url())
    page.get_by_role("link", name="Termin vereinbaren").click()
    page.get_by_label("Tag").fill(day.isoformat())
    page.get_by_label("Von").fill("10:00")
    page.get_by_label("Bis").fill("11:00")
    page.get_by_label("Adresse, Telefonnummer oder Link").fill("DigitalCube, Raum 2")
    page.get_by_label("Worum es geht").fill("Finanzplan")
    assert_accessible(page)
    assert_fits(page)
    page.get_by_role("button", name="Speichern").click()
    expect(page.get_by_text("Termin vereinbart.")).to_be_visible()
    assert_accessible(page)
    assert_fits(page)
    first = calendar(smtp)

    page.get_by_role("link", name="Verschieben oder ändern").click()
    page.get_by_label("Von").fill("14:00")
    page.get_by_label("Bis").fill("15:00")
    page.get_by_role("button", name="Speichern").click()
    expect(page.get_by_text("Termin geändert.")).to_be_visible()
    second = calendar(smtp)

    page.goto(startup.get_absolute_url())
    planned = page.get_by_role("link", name="Finanzplan, 14:00–15:00 Uhr").last
    expect(planned).to_be_visible()
    planned.click()
    page.get_by_role("button", name="Absagen").click()
    expect(page.get_by_text("Termin abgesagt.")).to_be_visible()
    third = calendar(smtp)

    assert [field(text, "METHOD") for text in (first, second, third)] == [
        "REQUEST", "REQUEST", "CANCEL",
    ]  # fmt: skip
    assert [field(text, "SEQUENCE") for text in (first, second, third)] == ["0", "1", "2"]
    assert len({field(text, "UID") for text in (first, second, third)}) == 1
    assert field(second, "DTSTART;TZID=Europe/Berlin") == f"{day:%Y%m%d}T140000"
