"""The pages around series: preview and start, the case page, one click when somebody answered."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actors import Actor
from contacts.actions import start_series
from contacts.models import FollowUpSeries, MailTemplate, SeriesRun
from tests.factories import (
    AffiliationFactory,
    FollowUpSeriesFactory,
    PersonFactory,
    SeriesStepFactory,
    StartupFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
START = "/wiedervorlagen/serie/starten/"


@pytest.fixture
def anke(client):
    user = UserFactory(name="Anke Brandt")
    client.force_login(user)
    return user


@pytest.fixture
def person():
    return PersonFactory(family_name="Größler", email="g@x.example")


@pytest.fixture
def series():
    return FollowUpSeries.objects.get(code="after_first_consultation")


def started(series, person, user, **fields):
    given = {"assignee": user, "by": Actor.of(user), "at": timezone.now()} | fields
    return start_series(series=series, person=person, **given)


def text(response):
    return response.content.decode()


def test_preview_then_start_from_the_person(client, anke, person, series):
    url = f"{START}?person={person.reference}"

    assert "Größler" in text(client.get(url))
    page = text(client.get(f"{url}&series={series.code}"))
    assert "Guten Tag Zoë Größler," in page
    assert "Antworten gehen an Anke Brandt" in page
    assert "Aufgabe für Anke Brandt" in page
    assert not SeriesRun.objects.exists()

    response = client.post(url, {"series": series.code}, follow=True)
    run = SeriesRun.objects.get()
    assert response.redirect_chain == [(person.get_absolute_url(), 302)]
    assert f'action="/wiedervorlagen/serie/{run.pk}/beenden/"' in text(response)
    assert "noch 3 Schritte" in text(response)

    assert "läuft für diese Person schon" in text(client.get(f"{url}&series={series.code}"))
    assert "läuft für diese Person schon" in text(
        client.post(url, {"series": series.code}, follow=True)
    )


def test_of_a_venture_one_chooses_the_person(client, anke, person, series):
    startup, other = StartupFactory(), PersonFactory(email="o@x.example")
    for someone in (person, other):
        AffiliationFactory(person=someone, startup=startup)
    url = f"{START}?startup={startup.reference}"

    assert "Größler" in text(client.get(url))
    client.post(f"{url}&person={other.reference}", {"series": series.code})

    run = SeriesRun.objects.get()
    assert (run.person, run.startup) == (other, startup)


def test_a_venture_without_people_says_so(client, anke):
    startup = StartupFactory()

    page = client.get(f"{START}?startup={startup.reference}", follow=True)

    assert "noch niemand eingetragen" in text(page)


def test_without_anybody_it_asks_whom(client, anke, person):
    page = client.get(f"{START}?about={person.reference}")

    assert page.url == f"{START}?person={person.reference}"


def test_what_cannot_be_started_has_no_button(client, anke, series):
    person = PersonFactory()
    url = f"{START}?person={person.reference}"

    page = text(client.get(f"{url}&series={series.code}"))

    assert "keine E-Mail-Adresse bekannt" in page
    assert "<button" not in page.split("series-preview")[1].split("</main>")[0]
    assert "keine E-Mail-Adresse" in text(client.post(url, {"series": series.code}, follow=True))


@pytest.mark.parametrize("code", ["", "gibt-es-nicht", "nicht_mehr"])
def test_only_a_series_in_use_can_be_started(client, anke, person, code):
    FollowUpSeriesFactory(code="nicht_mehr", active=False)

    assert client.post(f"{START}?person={person.reference}", {"series": code}).status_code == 200
    assert not SeriesRun.objects.exists()


def test_one_click_when_the_person_has_answered_and_its_undo(client, anke, person, series):
    run = started(series, person, anke)
    stop = f"/wiedervorlagen/serie/{run.pk}/beenden/"
    for page in (person.get_absolute_url(), run.follow_ups.first().get_absolute_url()):
        assert f'action="{stop}"' in text(client.get(page))

    back = person.get_absolute_url()
    page = text(client.post(stop, {"reason": "answered", "next": back}, follow=True))
    assert "Größler hat geantwortet" in page
    assert "Nach der Erstberatung: Hat geantwortet" in page
    assert "Nicht mehr geplant: Nachfragen: Wie geht es voran?" in page
    assert f'action="/wiedervorlagen/serie/{run.pk}/fortsetzen/"' in page

    page = text(client.post(f"/wiedervorlagen/serie/{run.pk}/fortsetzen/", follow=True))
    assert "läuft weiter" in page
    assert run.follow_ups.open().count() == 3
    assert "nicht fortsetzen" in text(
        client.post(f"/wiedervorlagen/serie/{run.pk}/fortsetzen/", follow=True)
    )


def test_ended_by_hand(client, anke, person, series):
    run = started(series, person, anke)

    client.post(f"/wiedervorlagen/serie/{run.pk}/beenden/", {"reason": "case_ended"})

    run.refresh_from_db()
    assert (run.end_reason, run.ended_by) == ("by_hand", anke)


def test_a_task_of_a_series_on_heute_has_the_button(client, anke, person, series):
    run = started(series, person, anke, at=timezone.now() - timedelta(days=40))

    page = text(client.get("/"))

    assert f'action="/wiedervorlagen/serie/{run.pk}/beenden/"' in page
    assert "Serie „Nach der Erstberatung“" in page


def test_lists_of_series_cost_the_same_for_one_and_three(
    client, anke, person, django_assert_num_queries, django_assert_max_num_queries
):
    def queries():
        with django_assert_max_num_queries(200) as captured:
            shown.append(text(client.get(person.get_absolute_url())).count("Serie beenden"))
        return len(captured)

    shown = []
    client.get(person.get_absolute_url())
    for number in range(3):
        made = SeriesStepFactory(subject=f"Schritt {number}").series
        started(made, person, anke)
        if number == 0:
            first = queries()

    assert queries() == first
    assert shown[1] > shown[0] > 0


# --- the catalogue ---


@pytest.fixture
def boss(client):
    user = UserFactory(manager=True)
    client.force_login(user)
    return user


def steps(*rows, initial=0):
    data = {"steps-TOTAL_FORMS": len(rows), "steps-INITIAL_FORMS": initial}
    for number, row in enumerate(rows):
        given = {"after": "", "unit": "weeks", "subject": "", "template": ""} | row
        data |= {f"steps-{number}-{name}": value for name, value in given.items()}
    return data


NEW = "/verwaltung/serien/neu/"
NAMED = {
    "german": "Nach dem Infoabend",
    "english": "After an evening",
    "position": 5,
    "active": "on",
}


def test_a_series_is_worded_with_its_steps_in_the_order_they_fall_due(client, boss):
    mail = MailTemplate.objects.get(code="keep_in_touch")
    rows = [
        {"after": 2, "unit": "months", "subject": "Später", "template": mail.pk},
        {"after": 10, "unit": "days", "subject": "Anrufen"},
        {},
    ]

    assert client.post(NEW, NAMED | steps(*rows)).status_code == 302

    made = FollowUpSeries.objects.get(code="nach_dem_infoabend")
    assert [(s.position, s.distance, s.subject, s.template) for s in made.steps.all()] == [
        (0, "nach 10 Tagen", "Anrufen", None),
        (1, "nach 2 Monaten", "Später", mail),
    ]
    assert "Nach dem Infoabend" in text(client.get("/verwaltung/serien/"))


def test_steps_are_changed_added_and_removed_while_runs_stay(client, boss, series, person):
    run = started(series, person, UserFactory())
    url = f"/verwaltung/serien/{series.code}/"
    assert text(client.get(url)).count("Wie geht es voran?") == 1
    rows = [
        {"after": 2, "subject": "Anders"},
        {"after": 4, "subject": "Weg", "DELETE": "on"},
        {"after": 3, "unit": "months", "subject": "Bleibt"},
        {"after": 1, "unit": "days", "subject": "Neu"},
    ]

    assert client.post(url, NAMED | steps(*rows, initial=3)).status_code == 302

    assert [s.subject for s in series.steps.all()] == ["Neu", "Anders", "Bleibt"]
    assert run.follow_ups.open().count() == 3


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [{}],
        [{"after": 1}],
        [{"after": -1, "subject": "x"}],
        [{"after": 37, "unit": "months", "subject": "x"}],
        [{"after": 1, "unit": "years", "subject": "x"}],
        [{"after": 1, "subject": "x", "template": 10**9}],
        [{"after": "9" * 5000, "subject": "x"}],
    ],
)
def test_steps_that_cannot_be_are_refused(client, boss, rows):
    assert client.post(NEW, NAMED | steps(*rows)).status_code == 422
    assert client.post(NEW, NAMED).status_code == 422
    assert FollowUpSeries.objects.count() == 1
