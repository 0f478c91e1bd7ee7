"""The same event on other days: copies, series, and steps for all dates that follow."""

from datetime import UTC, date, datetime, timedelta
from itertools import islice
from uuid import uuid4

import pytest
from django.utils import timezone

from contacts.models import Topic
from events import actions
from events.errors import LaterDateError, NoSuchHourError, NotInTheCalendarError, StateStepError
from events.models import Event, EventState
from events.recurring import days_from, same_weekday, suggested_days
from outbox.models import OutboundMail
from tests.events.guests import join
from tests.factories import NOW, EventFactory, RegistrationFactory, VenueFactory, actor

pytestmark = pytest.mark.django_db
LIST = "/verwaltung/veranstaltungen/"


def berlin(*when):
    return timezone.make_aware(datetime(*when))  # noqa: DTZ001 - made aware right here


def event_at(*when, hours=2, **fields):
    start = berlin(*when)
    return EventFactory(starts_at=start, ends_at=start + timedelta(hours=hours), **fields)


def copy(event, day, **more):
    return actions.copy_event(event=event, day=day, by=actor(), at=NOW, **more)


def repeat(event, *days, publish=True):
    made = actions.repeat_event(event=event, days=days, publish=publish, by=actor(), at=NOW)
    event.refresh_from_db()
    return made


def hours(event):
    return [f"{timezone.localtime(m):%Y-%m-%d %H:%M}" for m in (event.starts_at, event.ends_at)]


@pytest.mark.parametrize(
    ("first", "rhythm", "days"),
    [
        (date(2027, 3, 18), "weekly", [date(2027, 3, 25), date(2027, 4, 1)]),
        (date(2027, 12, 24), "fortnightly", [date(2028, 1, 7), date(2028, 1, 21)]),
        (date(2027, 3, 11), "monthly", [date(2027, 4, 8), date(2027, 5, 13)]),  # second Thursday
        (date(2027, 4, 29), "monthly", [date(2027, 5, 27), date(2027, 6, 24)]),  # fifth, then last
        (date(2027, 12, 3), "monthly", [date(2028, 1, 7), date(2028, 2, 4)]),
    ],
)
def test_rhythms(first, rhythm, days):
    assert list(islice(days_from(first, rhythm), 2)) == days


def test_a_fifth_weekday_is_kept_where_there_is_one():
    assert same_weekday(date(2027, 4, 29), 3) == date(2027, 7, 29)


def test_suggested_days_are_never_past():
    event = event_at(2027, 3, 11, 18)

    assert suggested_days(event, today=date(2027, 3, 1)) == [date(2027, 3, 18), date(2027, 4, 8)]
    assert suggested_days(event, today=date(2027, 4, 8)) == [date(2027, 4, 15), date(2027, 5, 13)]
    event = event_at(2027, 4, 29, 18)
    assert suggested_days(event, today=date(2027, 5, 20)) == [date(2027, 5, 27)]


def test_a_copy_is_a_draft_with_everything_but_guests():
    opens = berlin(2027, 3, 1, 9)
    event = event_at(
        2027, 3, 25, 18, venue=VenueFactory(), capacity=7, online_link="https://x.example/a",
        mail_before="Hallo {name}", registration="seats", registration_opens_at=opens,
    )  # fmt: skip
    event.topics.add(Topic.objects.get(code="taxes"))
    RegistrationFactory(event=event)
    new_id = uuid4()

    made = copy(event, date(2027, 4, 1), id=new_id)

    assert (made.pk, made.state, made.version, made.series) == (new_id, "draft", 1, None)
    assert made.slug != event.slug
    same = ("title", "venue_id", "capacity", "online_link", "mail_before", "registration")
    assert [getattr(made, n) for n in same] == [getattr(event, n) for n in same]
    assert [t.code for t in made.topics.all()] == ["taxes"]
    assert made.registrations.count() == 0
    # The clock changes in between: hours on the wall stay.
    assert hours(made) == ["2027-04-01 18:00", "2027-04-01 20:00"]
    assert f"{timezone.localtime(made.registration_opens_at):%d.%m. %H:%M}" == "08.03. 09:00"


def test_an_hour_that_the_clock_change_skips_is_told():
    event = event_at(2027, 3, 21, 2, 30)

    with pytest.raises(NoSuchHourError) as told:
        copy(event, date(2027, 3, 28))

    assert "02:30" in told.value.message
    assert Event.objects.count() == 1


def test_a_copy_beyond_the_calendar_is_refused():
    with pytest.raises(NotInTheCalendarError):
        copy(event_at(2027, 3, 21, 12), date(2101, 1, 1))


def test_an_event_across_midnight_stays_one_night_long():
    event = event_at(2027, 10, 23, 22, hours=5)

    made = copy(event, date(2027, 10, 30))  # the clock goes back in that night

    assert hours(made) == ["2027-10-30 22:00", "2027-10-31 03:00"]
    assert made.ends_at.timestamp() - made.starts_at.timestamp() == 6 * 3600


def test_a_series_is_linked_and_each_has_its_own_guests():
    event = event_at(2027, 3, 11, 18, capacity=1)
    first, second = repeat(event, date(2027, 3, 18), date(2027, 3, 25))
    join(event)

    assert event.series == first.series == second.series is not None
    assert {first.state, second.state} == {EventState.PUBLISHED}
    assert list(Event.objects.other_dates(first)) == [event, second]
    assert first.registrations.count() == 0
    later = repeat(second, date(2027, 4, 1), publish=False)  # goes on with the same series
    assert [(e.series, e.state) for e in later] == [(event.series, "draft")]
    assert not Event.objects.other_dates(EventFactory()).exists()


def update(event, changes, **more):
    event.refresh_from_db()
    given = {"event": event, "changes": changes, "version": event.version, **more}
    return actions.update_following(**given, by=actor(), at=NOW)


def test_a_change_reaches_all_that_follow_and_moves_them_alike():
    event = event_at(2027, 3, 11, 18)
    first, second, third = repeat(event, date(2027, 3, 18), date(2027, 3, 25), date(2027, 4, 1))
    Event.objects.filter(pk=third.pk).update(state="cancelled")
    new = {"title": "Umbenannt", "starts_at": berlin(2027, 3, 19, 17), "capacity": None}
    new |= {"ends_at": berlin(2027, 3, 19, 20), "registration_closes_at": berlin(2027, 3, 18, 12)}

    update(first, new, topics=Topic.objects.filter(code="taxes"))

    rows = {e.pk: e for e in Event.objects.all()}
    assert hours(rows[event.pk]) == ["2027-03-11 18:00", "2027-03-11 20:00"]
    assert hours(rows[first.pk]) == ["2027-03-19 17:00", "2027-03-19 20:00"]
    assert hours(rows[second.pk]) == ["2027-03-26 17:00", "2027-03-26 20:00"]
    assert rows[second.pk].registration_closes_at == berlin(2027, 3, 25, 12)
    assert (rows[second.pk].title, rows[event.pk].title) == ("Umbenannt", event.title)
    assert [t.code for t in rows[second.pk].topics.all()] == ["taxes"]
    assert hours(rows[third.pk]) == ["2027-04-01 18:00", "2027-04-01 20:00"]


def test_what_was_not_changed_here_is_not_changed_there():
    event = event_at(2027, 3, 11, 18)
    (later,) = repeat(event, date(2027, 3, 18))
    Event.objects.filter(pk=later.pk).update(title="Sonderausgabe")

    update(event, {"title": event.title, "summary": "Neu"})

    later.refresh_from_db()
    assert (later.title, later.summary) == ("Sonderausgabe", "Neu")


def test_where_a_later_date_refuses_nothing_changes():
    event = event_at(2027, 3, 11, 18, capacity=3)
    (later,) = repeat(event, date(2027, 3, 18))
    join(later, 1)
    join(later, 2)

    with pytest.raises(LaterDateError) as told:
        update(event, {"capacity": 1})

    assert "18.03.2027" in str(told.value.message)
    assert set(Event.objects.values_list("capacity", flat=True)) == {3}


def test_cancel_following_tells_guests_of_each_date_and_can_be_taken_back():
    event = event_at(2027, 3, 11, 18)
    first, second = repeat(event, date(2027, 3, 18), date(2027, 3, 25))
    draft = repeat(second, date(2027, 4, 1), publish=False)[0]
    for one in (event, first, second):
        join(one, 1)
    OutboundMail.objects.all().delete()

    first.refresh_from_db()
    actions.cancel_following(event=first, by=actor(), at=NOW)

    def state_of(one):
        return Event.objects.get(pk=one.pk).state

    assert [state_of(e) for e in (event, first, second, draft)] == [
        "published", "cancelled", "cancelled", "draft",
    ]  # fmt: skip
    assert OutboundMail.objects.filter(kind="event_cancelled").count() == 2
    alone = Event.objects.get(pk=event.pk)
    actions.cancel_event(event=alone, by=actor(), at=NOW + timedelta(hours=1))
    with pytest.raises(StateStepError):
        actions.cancel_following(event=alone, by=actor(), at=NOW)

    actions.publish_following(event=Event.objects.get(pk=first.pk), by=actor(), at=NOW)
    assert [state_of(e) for e in (event, first, second, draft)] == [
        "cancelled", "published", "published", "draft",
    ]  # fmt: skip


def test_publish_following_publishes_all_drafts_from_here_on():
    event = event_at(2027, 3, 11, 18, draft=True)
    first, second = repeat(event, date(2027, 3, 18), date(2027, 3, 25), publish=False)

    actions.publish_following(event=Event.objects.get(pk=first.pk), by=actor(), at=NOW)

    states = dict(Event.objects.values_list("pk", "state"))
    assert states == {event.pk: "draft", first.pk: "published", second.pk: "published"}


def page_of(client, event):
    return client.get(f"{LIST}{event.slug}/kopieren/")


def test_copy_takes_two_clicks_and_a_double_click_makes_one(client_of):
    event, client = event_at(2099, 3, 14, 18), client_of()
    page = page_of(client, event)
    assert f"{LIST}{event.slug}/kopieren/" in client.get(LIST).content.decode()
    assert [str(one["day"]) for one in page.context["days"]] == ["2099-03-21", "2099-04-11"]
    data = {"token": page.context["form"]["token"].value(), "day": "2099-03-21"}

    for _click in range(2):
        response = client.post(f"{LIST}{event.slug}/kopieren/", data)

    (made,) = Event.objects.exclude(pk=event.pk)
    assert (response.status_code, response.url) == (302, f"{LIST}{made.slug}/")
    assert (made.state, made.starts_at) == ("draft", datetime(2099, 3, 21, 17, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"day": ""}, "day"),
        ({"day": "9999-12-31"}, "day"),
        ({"day": "2027-03-28"}, "__all__"),  # the event starts at 02:30
        ({"rhythm": "daily", "times": "2"}, "rhythm"),
        ({"rhythm": "weekly"}, "times"),
        ({"rhythm": "weekly", "times": "2", "until": "2027-04-30"}, "times"),
        ({"rhythm": "weekly", "times": "53"}, "times"),
        ({"rhythm": "weekly", "until": "2027-03-27"}, "until"),
        ({"rhythm": "weekly", "until": "2099-12-31"}, "until"),
        ({"rhythm": "weekly", "times": "1"}, "__all__"),
    ],
)
def test_bad_days_are_told(client_of, fields, field):
    event, client = event_at(2027, 3, 21, 2, 30), client_of()
    token = page_of(client, event).context["form"]["token"].value()

    response = client.post(f"{LIST}{event.slug}/kopieren/", {"token": token, **fields})

    form = response.context["repeat" if "rhythm" in fields else "form"]
    assert (response.status_code, list(form.errors)) == (422, [field])
    assert Event.objects.count() == 1


def test_the_page_makes_a_series_until_a_day(client_of):
    event, client = event_at(2099, 3, 14, 18), client_of()
    token = page_of(client, event).context["repeat"]["token"].value()
    data = {"token": token, "rhythm": "monthly", "until": "2099-05-09", "publish": "on"}

    for _click in range(2):
        response = client.post(f"{LIST}{event.slug}/kopieren/", data, follow=True)

    days = [hours(one)[0][:10] for one in Event.objects.all()]
    assert days == ["2099-03-14", "2099-04-11", "2099-05-09"]
    assert len(response.context["dates"]) == 2


def test_editing_asks_whether_the_following_are_meant(client_of):
    event = event_at(2099, 3, 14, 18)
    (later,) = repeat(event, date(2099, 3, 21))
    client, url = client_of(), f"{LIST}{event.slug}/"
    form = client.get(url).context["form"]
    assert "following" in form.fields
    assert "following" not in client.get(f"{LIST}{later.slug}/").context["form"].fields
    data = {name: form[name].value() for name in form.fields}
    data = {name: value for name, value in data.items() if value not in (None, False)}

    client.post(url, {**data, "title": "Nur dieser"})
    later.refresh_from_db()
    assert later.title != "Nur dieser"
    event.refresh_from_db()
    client.post(url, {**data, "title": "Alle", "following": "1", "version": event.version})
    later.refresh_from_db()
    assert later.title == "Alle"


def test_seats_that_a_later_date_needs_are_told_on_the_page(client_of):
    event = event_at(2099, 3, 14, 18, capacity=5)
    (later,) = repeat(event, date(2099, 3, 21))
    join(later, 1)
    join(later, 2)
    client, url = client_of(), f"{LIST}{event.slug}/"
    form = client.get(url).context["form"]
    data = {name: form[name].value() for name in form.fields}
    data = {name: value for name, value in data.items() if value not in (None, False)}

    response = client.post(url, {**data, "capacity": "1", "following": "1"})

    assert response.status_code == 422
    assert "Beim Termin am 21.03.2099" in response.content.decode()


def test_steps_for_all_that_follow(client_of):
    event = event_at(2099, 3, 14, 18, draft=True)
    repeat(event, date(2099, 3, 21), publish=False)
    client, url = client_of(), f"{LIST}{event.slug}/"

    page = client.post(f"{url}alle-veroeffentlichen/", follow=True).content.decode()
    assert set(Event.objects.values_list("state", flat=True)) == {"published"}
    assert f"{url}alle-absagen/" in page
    page = client.post(f"{url}alle-absagen/", follow=True).content.decode()
    assert set(Event.objects.values_list("state", flat=True)) == {"cancelled"}
    assert page.count(f'action="{url}alle-veroeffentlichen/"') == 2  # undo, and for later


def test_the_public_page_names_the_other_dates(client):
    event = event_at(2099, 3, 14, 18)
    shown, hidden = repeat(event, date(2099, 3, 21), date(2099, 3, 28))
    Event.objects.filter(pk=hidden.pk).update(state="draft")

    dates = client.get(event.get_absolute_url()).context["dates"]

    assert [one["url"] for one in dates] == [shown.get_absolute_url()]


@pytest.mark.parametrize("rows", [1, 3])
def test_pages_of_a_series_need_the_same_few_queries(
    client, client_of, rows, django_assert_num_queries
):
    event = event_at(2099, 3, 14, 18)
    repeat(event, *[date(2099, 3, 14) + timedelta(weeks=n) for n in range(1, rows + 1)])
    advisor = client_of()

    with django_assert_num_queries(6):
        client.get(event.get_absolute_url())
    with django_assert_num_queries(18):
        advisor.get(f"{LIST}{event.slug}/")
