"""Weeks with many parts: seats and lines per part, one form and one mail for all."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from contacts.models import Person
from events import actions
from events.errors import (
    ChooseAPartError,
    FullError,
    GuestsExpectedError,
    NoPartOfAPartError,
    PartOutsideError,
    ProgrammeNotPublicError,
    RegistrationClosedError,
    RegistrationKindError,
)
from events.models import Event, Registration
from events.registration_form import issue
from outbox.models import OutboundMail
from outbox.registry import kind_of
from tests.events.guests import add, ask, cancel, fresh, join, kinds, may_go, message
from tests.factories import NOW, EventFactory, PersonFactory, actor

pytestmark = pytest.mark.django_db
LIST = "/verwaltung/veranstaltungen/"
MONDAY = timezone.make_aware(datetime(2026, 4, 13, 9))  # noqa: DTZ001 - made aware right here


def a_week(days=5, **fields):
    fields = {"registration": "parts", "title": "DigiWeek", **fields}
    ends_at = MONDAY + timedelta(days=days - 1, hours=9)
    return EventFactory(starts_at=MONDAY, ends_at=ends_at, **fields)


def part_of(programme, day=0, **fields):
    starts_at = programme.starts_at + timedelta(days=day, hours=1)
    fields = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=2), **fields}
    return EventFactory(parent=programme, **fields)


def want(*parts, n=1, at=NOW, **said):
    given = {"name": f"Gast {n}", "email": f"gast{n}@gruendung.example", **said}
    return actions.register_for_parts(parts=parts, **given, at=at)


def confirm(row, at=NOW):
    return actions.confirm_registration(registration=fresh(row), at=at)


def stands(*parts):
    return [[row.state for row in part.registrations.order_by("queue")] for part in parts]


def test_one_confirmation_takes_all_parts_and_one_mail_lists_them():
    week = a_week()
    free, full = part_of(week, 0, capacity=2), part_of(week, 1, capacity=1, title="Prototypen")
    join_part(full, 9)
    OutboundMail.objects.all().delete()

    rows = want(free, full)

    assert stands(free, full) == [["held"], ["confirmed", "waiting"]]
    (mail,) = OutboundMail.objects.all()
    text = kind_of(mail).build(mail).text
    assert mail.kind == "registration_requested"
    assert "DigiWeek" in text
    assert "Prototypen" in text
    assert "Warteliste, Platz 1" in text
    assert "Ein Platz ist gehalten bis" in text

    confirm(rows[0])
    confirm(rows[1])  # twice is once

    assert stands(free, full) == [["confirmed"], ["confirmed", "waiting"]]
    assert kinds() == ["registration_requested", "registration_confirmed"]
    said = message("registration_confirmed", rows[0])
    assert said.subject == "Ihre Anmeldung ist bestätigt: DigiWeek"
    assert "Ihr Platz ist bestätigt" in said.text
    assert "Warteliste, Platz 1" in said.text
    assert may_go("registration_confirmed", rows[0]) == ""


def join_part(part, n=1):
    return confirm(want(part, n=n)[0])


def test_who_waits_everywhere_is_told_so():
    week = a_week()
    parts = [part_of(week, day, capacity=1) for day in (0, 1)]
    for part in parts:
        join_part(part, 9)

    rows = want(*parts)
    confirm(rows[0])

    assert stands(*parts) == [["confirmed", "waiting"]] * 2
    assert may_go("registration_confirmed", rows[0]) == ""
    assert message("registration_confirmed", rows[0]).text.count("Warteliste, Platz 1") == 2


def test_one_part_alone_is_told_in_the_words_of_that_part():
    week = a_week()
    part = part_of(week, title="Prototypen")

    row = join_part(part)

    assert message("registration_confirmed", row).subject == "Ihr Platz ist bestätigt: Prototypen"


def test_moving_up_happens_in_each_part_by_itself():
    week = a_week()
    first, second = part_of(week, 0, capacity=1), part_of(week, 1, capacity=1)
    seated = [join_part(first, 8), join_part(second, 9)]
    rows = want(first, second)
    confirm(rows[0])

    cancel(seated[1])

    assert stands(first, second) == [["confirmed", "waiting"], ["cancelled", "offered"]]
    confirm(rows[1])
    assert stands(first, second) == [["confirmed", "waiting"], ["cancelled", "confirmed"]]


def test_who_comes_back_for_more_keeps_what_they_have():
    week = a_week()
    first, second = part_of(week, 0), part_of(week, 1)
    join_part(first)
    OutboundMail.objects.all().delete()

    rows = want(first, second, email="GAST1@gruendung.example")

    assert stands(first, second) == [["confirmed"], ["held"]]
    assert kinds() == ["registration_requested"]
    confirm(rows[0])  # by the older link, too
    assert stands(first, second) == [["confirmed"], ["confirmed"]]
    want(first, second)
    assert kinds()[-1] == "registration_repeated"
    assert message("registration_repeated", rows[0]).text.count("Ihr Platz ist bestätigt") == 2


def test_all_chosen_parts_or_none():
    week = a_week()
    free, full = part_of(week, 0), part_of(week, 1, capacity=1, registration="seats")
    join_part(full, 9)

    with pytest.raises(FullError):
        want(free, full)

    assert stands(free) == [[]]


def test_what_lapsed_together_comes_back_together():
    week = a_week()
    first, second, other = part_of(week, 0), part_of(week, 1), part_of(week, 2)
    rows = want(first, second)
    later = NOW + timedelta(hours=1)
    confirm(want(other, at=later)[0], at=later)

    assert stands(first, second, other) == [["lapsed"], ["lapsed"], ["confirmed"]]
    confirm(rows[1], at=later)
    assert stands(first, second) == [["confirmed"]] * 2


def test_a_part_that_is_gone_does_not_hold_up_the_others():
    week = a_week()
    first, second = part_of(week, 0), part_of(week, 1)
    rows = want(first, second)
    actions.cancel_event(event=Event.objects.get(pk=second.pk), by=actor(), at=NOW)

    confirm(rows[1])

    assert stands(first, second) == [["confirmed"], ["held"]]
    with pytest.raises(RegistrationClosedError):
        confirm(rows[1])


def test_one_part_or_all_are_cancelled():
    week = a_week()
    parts = [part_of(week, day) for day in (0, 1, 2)]
    rows = want(*parts)
    confirm(rows[0])

    cancel(rows[0])
    assert stands(*parts) == [["cancelled"], ["confirmed"], ["confirmed"]]
    OutboundMail.objects.all().delete()
    for _click in range(2):
        actions.cancel_all_parts(registration=fresh(rows[1]), at=NOW)

    assert stands(*parts) == [["cancelled"]] * 3
    assert kinds() == ["registration_cancelled"]
    assert "in allen Teilen storniert" in message("registration_cancelled", rows[1]).text


def test_a_guest_is_one_contact_with_one_consent():
    week = a_week()
    parts = [part_of(week, day) for day in (0, 1)]

    rows = want(*parts, name="Zoë Kern", wants_contact=True)
    confirm(rows[0])

    person = Person.objects.get()
    assert set(Registration.objects.values_list("person", flat=True)) == {person.pk}
    assert person.consents.count() == 1


def test_whole_programmes_take_no_guests_in_their_parts():
    week = a_week(registration="waiting_list")
    part = part_of(week)

    with pytest.raises(RegistrationClosedError):
        want(part)

    join(week)
    assert stands(week, part) == [["confirmed"], []]


def test_programmes_by_parts_take_no_guests_themselves():
    week = a_week()
    part_of(week)

    with pytest.raises(RegistrationClosedError):
        ask(week)
    with pytest.raises(ChooseAPartError):
        add(week)


def test_registration_stays_open_while_the_week_runs():
    week = a_week()
    over, ahead = part_of(week, 0), part_of(week, 4)
    tuesday = MONDAY + timedelta(days=1)

    with pytest.raises(RegistrationClosedError):
        want(over, at=tuesday)
    want(ahead, at=tuesday)
    assert stands(over, ahead) == [[], ["held"]]


def test_the_programme_closes_its_parts():
    week = a_week(registration_closes_at=NOW)
    part = part_of(week)

    with pytest.raises(RegistrationClosedError):
        want(part)


def test_cancelling_a_programme_tells_everybody_once_and_can_be_taken_back():
    week = a_week()
    first, second = part_of(week, 0), part_of(week, 1)
    off = part_of(week, 2, cancelled=True)
    draft = part_of(week, 3, draft=True)
    rows = want(first, second)
    confirm(rows[0])
    join_part(second, 2)
    OutboundMail.objects.all().delete()
    week = Event.objects.get(pk=week.pk)

    actions.cancel_event(event=week, by=actor(), at=NOW + timedelta(hours=1))

    def states():
        rows = (Event.objects.get(pk=one.pk) for one in (week, first, second, off, draft))
        return [row.state for row in rows]

    assert states() == ["cancelled"] * 4 + ["draft"]
    mails = list(OutboundMail.objects.order_by("recipient"))
    assert [mail.recipient for mail in mails] == [
        "gast1@gruendung.example", "gast2@gruendung.example",
    ]  # fmt: skip
    built = kind_of(mails[0])
    assert built.build(mails[0]).subject == "Abgesagt: DigiWeek"
    assert built.may_go(mails[0], NOW) == ""
    OutboundMail.objects.update(state="sent")

    actions.publish_event(event=week, by=actor(), at=NOW + timedelta(hours=2))

    assert states() == ["published", "published", "published", "cancelled", "draft"]
    assert kinds() == ["event_cancelled"] * 2 + ["event_revived"] * 2
    mail = OutboundMail.objects.get(kind="event_revived", recipient="gast1@gruendung.example")
    assert kind_of(mail).may_go(mail, NOW) == ""
    assert first.title in kind_of(mail).build(mail).text


def test_one_part_is_cancelled_singly():
    week = a_week()
    first, second = part_of(week, 0), part_of(week, 1)
    row = join_part(first)
    join_part(second, 2)
    OutboundMail.objects.all().delete()

    actions.cancel_event(event=Event.objects.get(pk=first.pk), by=actor(), at=NOW)

    assert kinds() == ["event_cancelled"]
    assert first.title in message("event_cancelled", row).subject
    assert Event.objects.get(pk=week.pk).state == "published"


def test_publishing_takes_the_parts_along_and_withdrawing_too():
    week = a_week(draft=True)
    part = part_of(week, draft=True)
    with pytest.raises(ProgrammeNotPublicError):
        actions.publish_event(event=part, by=actor(), at=NOW)

    actions.publish_event(event=week, by=actor(), at=NOW)
    assert Event.objects.get(pk=part.pk).state == "published"
    row = join_part(part)
    with pytest.raises(GuestsExpectedError):
        actions.unpublish_event(event=week, by=actor(), at=NOW)
    cancel(row)
    actions.unpublish_event(event=week, by=actor(), at=NOW)
    assert set(Event.objects.values_list("state", flat=True)) == {"draft"}


def move(week, **changes):
    week = Event.objects.get(pk=week.pk)
    return actions.update_event(
        event=week, changes=changes, version=week.version, by=actor(), at=NOW
    )


def test_a_programme_that_moves_takes_its_parts_along_and_tells_once():
    week = a_week()
    parts = [part_of(week, 0), part_of(week, 4)]
    rows = want(*parts)
    confirm(rows[0])
    OutboundMail.objects.all().delete()
    days = timedelta(days=7)

    move(week, starts_at=week.starts_at + days, ends_at=week.ends_at + days)

    assert [Event.objects.get(pk=part.pk).starts_at for part in parts] == [
        part.starts_at + days for part in parts
    ]
    assert kinds() == ["event_moved"]
    text = message("event_moved", rows[0]).text
    assert parts[0].title in text
    assert parts[1].title in text


def test_parts_stay_within_the_days_of_their_programme():
    week = a_week()
    part = part_of(week, 4)

    with pytest.raises(PartOutsideError):
        move(week, ends_at=week.ends_at - timedelta(days=1))
    with pytest.raises(PartOutsideError):
        move(part, ends_at=part.ends_at + timedelta(days=1))
    given = {"title": "x", "format": "talk", "host_id": week.host_id, "by": actor(), "at": NOW}
    late = week.ends_at + timedelta(days=1)
    with pytest.raises(PartOutsideError):
        actions.create_part(programme=week, starts_at=late, ends_at=late, **given)
    with pytest.raises(NoPartOfAPartError):
        actions.create_part(programme=part, starts_at=late, ends_at=late, **given)
    assert Event.objects.count() == 2


def test_how_guests_register_is_fixed_once_they_have():
    week = a_week()
    row = join_part(part_of(week))

    with pytest.raises(RegistrationKindError):
        move(week, registration="waiting_list")
    cancel(row)
    assert move(week, registration="waiting_list").registration == "waiting_list"
    join(week)
    with pytest.raises(RegistrationKindError):
        move(week, registration="parts")


def test_the_database_keeps_seats_with_the_parts():
    with pytest.raises(IntegrityError), transaction.atomic():
        a_week(capacity=3)


def test_a_copy_of_a_programme_has_copies_of_its_parts():
    week = a_week()
    kept = part_of(week, 2, title="Prototypen")
    part_of(week, 3, cancelled=True)
    join_part(kept)

    made = actions.copy_event(event=week, day=MONDAY.date() + timedelta(days=7), by=actor(), at=NOW)

    (part,) = made.parts.all()
    assert (part.title, part.state) == ("Prototypen", "draft")
    assert part.starts_at == kept.starts_at + timedelta(days=7)
    assert part.registrations.count() == 0


def test_erasing_a_guest_frees_their_seats_in_all_parts():
    from events.erasing import erase  # noqa: PLC0415 - by its own name nowhere else here

    week = a_week()
    parts = [part_of(week, day) for day in (0, 1)]
    person = PersonFactory(email="gast1@gruendung.example")
    rows = want(*parts)
    confirm(rows[0])

    erase(person=person, by=actor("admin"), at=NOW)

    assert stands(*parts) == [["cancelled"]] * 2


# Pages


@pytest.fixture
def _registering(settings):
    settings.REGISTRATIONS_PER_HOUR = 0


def coming(**fields):
    """A week that begins tomorrow, as pages see it: with two parts."""
    start = timezone.now() + timedelta(days=1)
    week = EventFactory(
        registration="parts", title="DigiWeek", starts_at=start,
        ends_at=start + timedelta(days=4), **fields,
    )  # fmt: skip
    first = part_of(week, 0, title="Eröffnung", capacity=3)
    second = part_of(week, 1, title="Prototypen", capacity=1, registration="seats")
    return week, first, second


def data_for(week, **fields):
    opened = timezone.now() - timedelta(minutes=1)
    given = {"name": "Zoë Kern", "email": "zoe@gruendung.example", "token": issue(week, opened)}
    return {**given, **fields}


@pytest.mark.usefixtures("_registering")
def test_guests_choose_parts_in_the_form(client):
    week, first, second = coming()
    url = f"{week.get_absolute_url()}anmelden/"
    page = client.get(f"{url}?teil={second.slug}").content.decode()
    assert f'value="{second.slug}" id="part-{second.slug}" checked' in page
    assert "3 Plätze frei" in page

    response = client.post(url, data_for(week, parts=[first.slug, second.slug]))

    assert response.status_code == 302
    assert stands(first, second) == [["held"], ["held"]]
    assert client.cookies == {}


@pytest.mark.usefixtures("_registering")
@pytest.mark.parametrize("parts", [[], ["gibt-es-nicht"], ["prototypen\x00"], ["9" * 5000]])
def test_bad_choices_are_told(client, parts):
    week, first, _second = coming()

    response = client.post(
        f"{week.get_absolute_url()}anmelden/", data_for(week, parts=[first.slug, *parts][-1:])
    )

    if parts:
        assert response.status_code in (400, 422)
        assert Registration.objects.count() == 0
    else:
        assert response.status_code == 302


@pytest.mark.usefixtures("_registering")
def test_nothing_chosen_is_told_and_the_input_kept(client):
    week, _first, _second = coming()

    response = client.post(f"{week.get_absolute_url()}anmelden/", data_for(week))

    assert response.status_code == 422
    assert "Bitte wählen Sie mindestens einen Teil." in response.content.decode()
    assert "Zoë Kern" in response.content.decode()


@pytest.mark.usefixtures("_registering")
def test_full_parts_cannot_be_chosen(client):
    week, first, second = coming()
    now = timezone.now()
    confirm(want(second, n=9, at=now)[0], at=now)
    url = f"{week.get_absolute_url()}anmelden/"

    assert f'value="{second.slug}"' not in client.get(url).content.decode()
    response = client.post(url, data_for(week, parts=[first.slug, second.slug]))
    assert response.status_code == 422
    assert stands(first) == [[]]


@pytest.mark.usefixtures("_registering")
def test_the_last_seat_goes_while_the_form_is_sent(client, monkeypatch):
    week, first, second = coming()

    def too_late(**_given):
        raise FullError

    monkeypatch.setattr("events.views.registering.actions.register_for_parts", too_late)

    response = client.post(
        f"{week.get_absolute_url()}anmelden/", data_for(week, parts=[first.slug])
    )

    assert response.status_code == 409
    assert "Alle Plätze sind vergeben." in response.content.decode()


def test_a_part_leads_to_the_form_of_its_programme(client):
    week, first, _second = coming()

    page = client.get(first.get_absolute_url()).content.decode()
    response = client.get(f"{first.get_absolute_url()}anmelden/?lang=en")

    assert f'href="{first.get_absolute_url()}anmelden/"' in page
    assert response.url == f"{week.get_absolute_url()}anmelden/?teil={first.slug}&lang=en"


def test_a_part_of_a_whole_programme_says_so(client):
    start = timezone.now() + timedelta(days=1)
    week = EventFactory(starts_at=start, ends_at=start + timedelta(days=2))
    part = part_of(week)

    page = client.get(part.get_absolute_url()).content.decode()

    assert "Sie melden sich für das ganze Programm an." in page
    assert f'href="{week.get_absolute_url()}anmelden/"' in page


def test_a_part_without_registration_says_so(client):
    week, first, _second = coming()
    Event.objects.filter(pk=first.pk).update(registration="none")

    assert "kommen Sie einfach vorbei" in client.get(first.get_absolute_url()).content.decode()
    assert "Ohne Anmeldung" in client.get(week.get_absolute_url()).content.decode()


def test_a_programme_whose_parts_are_full_is_closed(client):
    week, first, second = coming()
    Event.objects.filter(pk=first.pk).update(registration="none")
    now = timezone.now()
    confirm(want(second, n=9, at=now)[0], at=now)

    page = client.get(week.get_absolute_url()).content.decode()

    assert "Alle Plätze sind vergeben, und es gibt keine Warteliste." in page


def test_the_programme_shows_its_parts_by_day(client):
    week, first, second = coming()
    part_of(week, 2, draft=True)

    days = client.get(week.get_absolute_url()).context["days"]

    assert [[item["title"] for item in day["items"]] for day in days] == [
        [first.title], [second.title],
    ]  # fmt: skip
    assert days[1]["items"][0]["badge"] == "1 Platz frei"


@pytest.mark.parametrize("rows", [1, 3])
def test_pages_need_the_same_few_queries(client, client_of, rows, django_assert_num_queries):
    week, first, second = coming()
    for n in range(rows):
        part_of(week, 2)
        want(first, second, n=n) if n == 0 else want(first, n=n)
    advisor = client_of()

    with django_assert_num_queries(8):
        client.get(week.get_absolute_url())
    with django_assert_num_queries(7):
        client.get(f"{week.get_absolute_url()}anmelden/")
    with django_assert_num_queries(18):
        advisor.get(f"{LIST}{week.slug}/")
    with django_assert_num_queries(7):
        advisor.get(f"{LIST}{week.slug}/anmeldungen/")


def test_the_own_page_lists_all_parts_and_cancels_them(client):
    week, first, second = coming()
    now = timezone.now()
    rows = want(first, second, at=now)
    url = rows[0].get_absolute_url()

    page = client.post(url, follow=True).content.decode()
    assert rows[1].get_absolute_url() in page
    assert "Prototypen" in page
    assert stands(first, second) == [["confirmed"]] * 2
    assert "Alle Teile absagen" in client.get(f"{url}absagen/").content.decode()
    client.post(f"{url}absagen/", {"all": "1"})
    assert stands(first, second) == [["cancelled"]] * 2


def test_what_was_asked_later_is_confirmed_on_the_own_page(client):
    week, first, second = coming()
    now = timezone.now()
    row = confirm(want(first, at=now)[0], at=now)
    want(second, at=now)

    page = client.get(row.get_absolute_url()).content.decode()

    assert "Anmeldung bestätigen" in page


def filled(client, url, **fields):
    form = client.get(url).context["form"]
    data = {name: form[name].value() for name in form.fields} | fields
    return {name: value for name, value in data.items() if value not in (None, False)}


def test_parts_are_added_and_guests_may_choose(client_of):
    start = timezone.now() + timedelta(days=3)
    week = EventFactory(draft=True, starts_at=start, ends_at=start + timedelta(days=1))
    client, url = client_of(), f"{LIST}{week.slug}/"
    assert "parts" not in dict(client.get(url).context["form"].fields["registration"].choices)
    new = f"{url}teile/neu/"
    data = filled(client, new, title="Teil eins", format="workshop", starts="10:00", ends="12:00")

    for _click in range(2):
        response = client.post(new, data)

    assert response.url == url
    (part,) = week.parts.all()
    assert (part.title, part.state) == ("Teil eins", "draft")
    assert "Teil eins" in client.get(url).content.decode()
    bad = client.post(url, filled(client, url, registration="parts", capacity="5"))
    assert list(bad.context["form"].errors) == ["capacity"]
    client.post(url, filled(client, url, registration="parts"))
    week.refresh_from_db()
    assert week.by_parts
    client.post(f"{url}veroeffentlichen/")
    assert Event.objects.get(pk=part.pk).state == "published"
    data = filled(client, new, title="Zwei", format="talk", starts="14:00", ends="15:00")
    client.post(new, {**data, "publish": "1"})
    assert week.parts.get(title="Zwei").state == "published"
    late = filled(client, new, title="Drei", format="talk", starts="14:00", ends="15:00")
    late["day"] = str((start + timedelta(days=9)).date())
    page = client.post(new, late)
    assert (page.status_code, week.parts.count()) == (422, 2)
    assert client.get(f"{LIST}{part.slug}/teile/neu/").status_code == 404
    assert "einzelnen Teile" in client.get(f"{url}anmeldungen/").content.decode()


def test_days_that_leave_out_a_part_are_told_at_the_day(client_of):
    week, _first, _second = coming()
    client, url = client_of(), f"{LIST}{week.slug}/"

    response = client.post(url, filled(client, url, last_day=""))

    assert list(response.context["form"].errors) == ["day"]
