"""Planning the week: putting off with one choice, many to one day and back, a column per day."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from contacts.models import FollowUp
from contacts.weeks import days_of, later_days, name_of, week_of
from dma_crm.workdays import first_working_day
from tests.factories import FollowUpFactory, UserFactory

pytestmark = pytest.mark.django_db
BULK = "/wiedervorlagen/mehrere/"
FRIDAY, MONDAY = date(2026, 3, 6), date(2026, 3, 2)


@pytest.fixture
def anke(client):
    user = UserFactory(name="Anke")
    client.force_login(user)
    return user


def text(response):
    return response.content.decode()


@pytest.mark.parametrize(
    ("today", "days"),
    [
        (FRIDAY, [date(2026, 3, 9), date(2026, 3, 9), date(2026, 4, 7)]),  # 6 April: Easter Monday
        (MONDAY, [date(2026, 3, 3), date(2026, 3, 9), date(2026, 4, 2)]),
        (date(2026, 3, 30), [date(2026, 3, 31), date(2026, 4, 7), date(2026, 4, 30)]),
    ],
)
def test_what_is_put_off_comes_on_a_working_day(today, days):
    assert [day for _label, day in later_days(today)] == days


@pytest.mark.parametrize(
    ("text", "monday"),
    [
        ("2026-W10", MONDAY),
        ("2026-W53", date(2026, 12, 28)),
        ("2025-W53", MONDAY),
        ("9999-W52", MONDAY),
        ("0001-W01", MONDAY),
        ("", MONDAY),
        ("2026-03-", MONDAY),
        ("W", MONDAY),
    ],
)
def test_a_week_is_named_as_in_iso_8601(text, monday):
    assert week_of(text, FRIDAY) == monday
    assert week_of(name_of(monday), FRIDAY) == monday


def test_a_week_has_its_working_days_and_days_off_on_which_something_falls():
    saturday = FollowUpFactory.build(due_on=MONDAY + timedelta(days=5))

    shown = days_of(MONDAY, [saturday], date(2026, 2, 1))
    assert [each.day.day for each in shown] == [2, 3, 4, 5, 6, 7]
    assert (shown[5].rows, shown[5].is_off) == ([saturday], True)
    assert [each.day for each in days_of(MONDAY, [], FRIDAY)] == [FRIDAY]


def test_a_row_offers_later_days(client, anke):
    row = FollowUpFactory(assignee=anke)
    label, day = later_days(timezone.localdate())[2]

    assert f'value="{day.isoformat()}">{label}' in text(client.get("/wiedervorlagen/?owner=all"))
    client.post(f"{row.get_absolute_url()}verschieben/", {"due_on": day.isoformat()})

    row.refresh_from_db()
    assert row.due_on == day


def test_many_are_moved_to_a_day_and_back(client, anke):
    today = timezone.localdate()
    day = first_working_day(today + timedelta(days=20))
    rows = [FollowUpFactory(assignee=anke, due_on=today + timedelta(days=n)) for n in range(3)]
    there = FollowUpFactory(assignee=anke, due_on=day)
    theirs = FollowUpFactory(due_on=today)
    shown = [row.reference for row in (*rows, there, theirs)]

    data = {"shown": shown, "all": "1", "do": "move", "due_on": day.isoformat()}
    page = text(client.post(BULK, data, follow=True))

    assert "3 Wiedervorlagen geändert" in page
    assert FollowUp.objects.filter(due_on=day).count() == 4
    undo = page.split(f'action="{reverse("contacts:follow_ups_undo")}')[1].split('"')[0]
    url = reverse("contacts:follow_ups_undo") + undo.replace("&amp;", "&")
    assert "3 Wiedervorlagen geändert" in text(client.post(url, follow=True))
    days = [FollowUp.objects.get(pk=row.pk).due_on for row in rows]
    assert days == [row.due_on for row in rows]


def test_what_has_changed_since_is_not_taken_back(client, anke):
    row = FollowUpFactory(assignee=anke)

    url = f"{reverse('contacts:follow_ups_undo')}?row={row.reference}"
    assert "nichts zurückgenommen" in text(client.post(url, follow=True))


@pytest.mark.parametrize("day", ["", "2020-01-01", "31.02.2027"])
def test_many_are_not_moved_to_a_day_that_cannot_be(client, anke, day):
    row = FollowUpFactory(assignee=anke)

    data = {"chosen": row.reference, "do": "move", "due_on": day}
    assert "Tag in der Zukunft" in text(client.post(BULK, data, follow=True))
    assert FollowUp.objects.get(pk=row.pk).due_on == row.due_on


def test_the_week_shows_overdue_ones_above_and_each_day_below(client, anke):
    today = timezone.localdate()
    late = FollowUpFactory(assignee=anke, due_on=today - timedelta(days=1), subject="Zu spät")
    now = FollowUpFactory(assignee=anke, due_on=today, subject="Für heute")
    FollowUpFactory(assignee=anke, due_on=today + timedelta(days=7), subject="Nächste Woche")
    FollowUpFactory(due_on=today, subject="Fremd")

    page = text(client.get(f"/wiedervorlagen/?week={name_of(today)}"))
    above, below = page.split('class="week"')
    assert late.subject in above
    assert now.subject in below
    assert "Nächste Woche" not in page
    assert "Fremd" not in page

    after = name_of(today + timedelta(days=7))
    assert f"week={after}" in page
    page = text(client.get(f"/wiedervorlagen/?week={after}"))
    assert "Nächste Woche" in page
    assert "Zu spät" not in page


def test_the_week_costs_the_same_for_one_and_three(client, anke, django_assert_max_num_queries):
    def queries():
        with django_assert_max_num_queries(200) as captured:
            page = text(client.get(f"/wiedervorlagen/?week={name_of(timezone.localdate())}"))
        return len(captured), page.count('name="chosen"')

    def one_more():
        FollowUpFactory(assignee=anke, due_on=timezone.localdate())

    one_more()
    queries()
    first, shown = queries()
    one_more()
    one_more()

    assert (shown, queries()) == (1, (first, 3))
