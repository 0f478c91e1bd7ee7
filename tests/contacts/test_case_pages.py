"""The case page: what must be seen, one timeline of all apps, and no more queries than promised."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts import registry
from contacts.actions import affiliate, change_stage, complete_follow_up
from contacts.models import MailTemplate, Stage, StageChange
from contacts.registry import Case, Panel, TimelineItem
from contacts.timeline import timeline_of
from tests.factories import (
    AffiliationFactory,
    ConsentFactory,
    ConsultationFactory,
    FollowUpFactory,
    PersonFactory,
    ReferralFactory,
    StartupFactory,
    UserFactory,
    actor,
)

pytestmark = pytest.mark.django_db
MOST_QUERIES = 26  # eleven sources more than the goal of 15 knew of


@pytest.fixture
def anke(client):
    user = UserFactory(name="Anke")
    client.force_login(user)
    return user


def fill(startup, user, count):
    """So many of everything that a case can have."""
    for _number in range(count):
        person = AffiliationFactory(startup=startup).person
        ConsentFactory(person=person)
        FollowUpFactory(person=person, startup=startup, assignee=user)
        FollowUpFactory(
            startup=startup, person=None, assignee=user, state="done", closed_at=timezone.now()
        )
        ConsultationFactory(person=person, startup=startup, advisor=user)
        referral = ReferralFactory(sent=True, need__person=person, need__startup=startup)
        referral.steps.create(
            action="send",
            before="draft",
            after="sent",
            at=referral.sent_at,
            channel="screen",
            version=1,
        )
        StageChange.objects.create(
            startup=startup, after=startup.stage, at=timezone.now(), by_user=user, channel="screen"
        )


def queries(client, url):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        response = client.get(url)
    assert response.status_code == 200
    return len(captured)


def test_startup_page_asks_the_same_few_queries_for_1_and_3_of_everything(client, anke):
    few, many = StartupFactory(owner=anke), StartupFactory(owner=anke)
    fill(few, anke, 1)
    fill(many, anke, 3)
    client.get(few.get_absolute_url())

    counted = [queries(client, startup.get_absolute_url()) for startup in (few, many)]

    assert counted[0] == counted[1]
    assert counted[0] <= MOST_QUERIES


def test_person_page_asks_the_same_few_queries_for_1_and_3_startups(client, anke):
    few, many = PersonFactory(), PersonFactory()
    for person, count in ((few, 1), (many, 3)):
        for _number in range(count):
            startup = AffiliationFactory(person=person).startup
            FollowUpFactory(person=person, startup=startup, assignee=anke)
            ConsentFactory(person=person)
    client.get(few.get_absolute_url())

    counted = [queries(client, person.get_absolute_url()) for person in (few, many)]

    assert counted[0] == counted[1]
    assert counted[0] <= MOST_QUERIES


def test_startup_page_shows_what_a_call_needs(client, anke):
    startup = StartupFactory(owner=anke, name="Käsewerk")
    person = AffiliationFactory(startup=startup, person__family_name="Müller").person
    yesterday = timezone.localdate() - timedelta(days=1)
    FollowUpFactory(
        person=person, startup=startup, assignee=anke, subject="Anrufen", due_on=yesterday
    )

    page = client.get(startup.get_absolute_url()).content.decode()

    for words in ("Käsewerk", "Orientierung", "Müller", "Anrufen", "überfällig seit 1 Tag"):
        assert words in page
    assert f"/wiedervorlagen/neu/?startup={startup.reference}" in page


def test_case_without_plan_says_so(client, anke):
    page = client.get(StartupFactory().get_absolute_url()).content.decode()

    assert "kein nächster Schritt" in page
    assert "Erste Beratung erfassen" in page


@pytest.mark.parametrize("role", ["manager", "admin"])
def test_readers_get_no_buttons(client, role):
    client.force_login(UserFactory(role=role))
    startup = StartupFactory()
    fill(startup, UserFactory(), 1)

    page = client.get(startup.get_absolute_url()).content.decode()

    assert "/bearbeiten/" not in page
    assert "/erledigt/" not in page
    assert "/widerrufen/" not in page


def test_timeline_is_one_line_newest_first_planned_apart(monkeypatch, now):
    day = now.date()
    items = [
        TimelineItem("consultation", day, "Gespräch"),
        TimelineItem("referral", now, "Vermittlung"),
        TimelineItem("event", now + timedelta(days=9), "Später", planned=True),
        TimelineItem("event", day + timedelta(days=2), "Bald", planned=True),
        TimelineItem("mail", now - timedelta(days=3), "Mail"),
    ]
    monkeypatch.setattr(registry, "timeline_sources", [lambda case, actor, limit: items])

    timeline = timeline_of(Case(()), actor())

    assert [item.title for item in timeline.past] == ["Vermittlung", "Gespräch", "Mail"]
    assert [item.title for item in timeline.planned] == ["Bald", "Später"]
    assert timeline.last_contact.title == "Gespräch"


def test_timeline_tells_of_phases_and_follow_ups_of_this_case_only(now):
    startup, other = StartupFactory(), StartupFactory()
    person = PersonFactory()
    affiliate(person=person, startup=startup, role="founder", by=actor(), at=now)
    founding = Stage.objects.get(code="founding")
    for each in (startup, other):
        change_stage(startup=each, stage=founding, reason="Eintrag", by=actor(), at=now)
    for fields in ({"startup": startup}, {"person": person}, {"startup": other, "person": person}):
        row = FollowUpFactory(**{"person": None, "subject": str(len(fields)), **fields})
        complete_follow_up(follow_up=row, by=actor(), at=now)

    timeline = timeline_of(Case((person.pk,), startup.pk), actor())

    titles = [(item.kind, item.title) for item in timeline.past]
    assert sorted(titles) == [
        ("change", "1"),
        ("change", "1"),
        ("change", "Orientierung → Gründung"),
    ]


def test_timeline_shows_a_mail_that_went_by_itself(now):
    mail = FollowUpFactory(
        kind="mail", template=MailTemplate.objects.first(), state="done", closed_at=now
    )

    (item,) = timeline_of(Case((mail.person_id,)), actor()).past

    assert (item.kind, item.text) == ("mail", mail.template.subject)


def test_planned_day_of_late_evening_is_the_local_day(now):
    late = now.replace(hour=23, minute=30)

    assert TimelineItem("mail", late, "x").day == (now + timedelta(days=1)).date()


def test_panels_of_other_apps_find_their_variables(client, anke, monkeypatch):
    shown = Panel("components/note.html", lambda case, actor: {"text": "Offen: 2"}, 1)
    hidden = Panel("components/note.html", lambda case, actor: None, 2)
    monkeypatch.setattr(registry, "case_panels", [shown, hidden])

    page = client.get(StartupFactory().get_absolute_url()).content.decode()

    assert page.count("Offen: 2") == 1


def test_phase_menu_and_reason(client, anke):
    startup = StartupFactory()
    url = startup.get_absolute_url() + "phase/"

    client.post(url, {"stage": "founding"})
    refused = client.post(url, {"stage": "ended"})

    assert refused.status_code == 422
    assert "nennen Sie einen Grund" in refused.content.decode()
    client.post(url, {"stage": "ended", "reason": "Festanstellung"})
    startup.refresh_from_db()
    assert startup.stage.code == "ended"
    codes = [change.after.code for change in startup.stage_changes.all()]
    assert codes == ["founding", "ended"]


def test_phase_can_be_undone_by_the_address_in_the_message(client, anke):
    startup = StartupFactory()
    url = startup.get_absolute_url() + "phase/"

    page = client.post(url, {"stage": "founding"}, follow=True).content.decode()
    assert f'action="{url}?stage=orientation"' in page
    client.post(url + "?stage=orientation")

    startup.refresh_from_db()
    assert startup.stage.code == "orientation"


def test_consent_is_withdrawn_after_one_question(client, anke):
    consent = ConsentFactory()
    url = f"/einwilligungen/{consent.pk}/widerrufen/"

    client.get(url)
    consent.refresh_from_db()
    assert consent.withdrawn_at is None
    client.post(url)
    consent.refresh_from_db()
    assert consent.withdrawn_by_label == "Anke"
    assert "widerrufen" in client.get(consent.person.get_absolute_url()).content.decode()


def test_known_person_joins_and_leaves(client, anke):
    startup, person = StartupFactory(), PersonFactory()
    url = startup.get_absolute_url() + "personen/neu/"

    assert client.post(url, {"person": "Zoë", "role": "founder"}).status_code == 422
    client.post(url, {"person": person.reference.lower(), "role": "mentor"})
    tie = startup.affiliations.get()
    assert (tie.person, tie.role) == (person, "mentor")
    client.post(f"/zugehoerigkeiten/{tie.pk}/beenden/")
    tie.refresh_from_db()
    assert tie.until == timezone.localdate()


def test_known_person_is_picked_by_id(client, anke):
    startup, person = StartupFactory(), PersonFactory()

    data = {"person": "Zoë Müller", "person_id": person.pk, "role": "founder"}
    client.post(startup.get_absolute_url() + "personen/neu/", data)

    assert startup.affiliations.get().person == person
