"""From the preview to the answer: a series is started, its first mail goes out, the rest stops."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contacts import tasks
from contacts.models import SeriesRun
from contacts.weeks import name_of
from outbox import delivery
from tests.factories import FollowUpFactory, PersonFactory, UserFactory
from tests.journeys.conftest import NARROW, WIDE
from tests.outbox.conftest import sink, smtp  # noqa: F401 - a real SMTP server

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def anke():
    return UserFactory(name="Anke Brandt", email="anke@dma.example")


@pytest.fixture
def person(anke):
    return PersonFactory(family_name="Größler", email="zoe@x.example", owner=anke)


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_series_from_its_preview_to_the_answer(
    page,
    login,
    anke,
    person,
    smtp,  # noqa: F811
    assert_accessible,
    assert_fits,
):
    login(page, anke)
    page.goto(person.get_absolute_url())
    page.get_by_role("link", name="Serie starten").click()
    page.get_by_label("Serie", exact=True).select_option(label="Nach der Erstberatung")
    page.get_by_text("Guten Tag Zoë Größler,").first.wait_for()
    assert_accessible(page)
    assert_fits(page)
    page.get_by_role("button", name="Serie starten").click()
    page.get_by_text("noch 3 Schritte").wait_for()

    run = SeriesRun.objects.get()
    first, *rest = run.follow_ups.order_by("due_on")
    at = timezone.now() + (first.due_on - timezone.localdate())
    tasks.send_due_follow_ups(at=at)
    delivery.deliver(at=at)
    [message] = smtp.messages()
    assert message["To"].endswith("<zoe@x.example>")
    assert message["Reply-To"] == "anke@dma.example"

    page.reload()
    page.get_by_role("button", name="Hat geantwortet").click()
    page.get_by_text("Zoë Größler hat geantwortet").wait_for()
    assert_accessible(page)
    assert_fits(page)
    later = at + timedelta(days=200)
    tasks.send_due_follow_ups(at=later)
    delivery.deliver(at=later)

    assert len(smtp.messages()) == 1
    assert [row.state for row in run.follow_ups.order_by("due_on")] == ["done"] + ["cancelled"] * 2


def test_twenty_are_handed_over_for_the_holidays_within_six_actions(page, login, anke, hands):
    tom = UserFactory(name="Tom Weiß")
    FollowUpFactory.create_batch(20, assignee=anke)
    login(page, anke)
    page.goto("/wiedervorlagen/")

    hands.click(page.get_by_label("Alle auf dieser Seite"))
    hands.click(page.get_by_label("Übergeben an"))
    hands.letters("T")
    hands.press("Enter")
    hands.click(page.get_by_role("button", name="Übergeben"))
    page.get_by_text("20 Wiedervorlagen geändert").wait_for()

    assert hands.actions <= 6
    assert tom.follow_ups.count() == 20


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_put_off_by_keyboard_and_plan_the_week(page, login, anke, assert_accessible, assert_fits):
    row = FollowUpFactory(assignee=anke, due_on=timezone.localdate())
    login(page, anke)
    page.goto("/wiedervorlagen/")
    assert_accessible(page)
    page.locator("details.menu > summary", has_text="Später").focus()
    page.keyboard.press("Enter")
    assert_fits(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("verschoben.").wait_for()
    row.refresh_from_db()
    assert row.due_on > timezone.localdate()

    page.goto(f"/wiedervorlagen/?week={name_of(row.due_on)}")
    page.get_by_role("link", name=row.subject).wait_for()
    assert_accessible(page)
    assert_fits(page)
