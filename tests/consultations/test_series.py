"""A consultation stops the series that ran until then, and may start one."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actors import Actor
from consultations.appointments.actions import agree_appointment
from consultations.models import Consultation
from contacts.actions import start_series
from contacts.models import FollowUpSeries, Person, SeriesRun
from dma_crm.models import new_id
from tests.factories import PersonFactory, UserFactory

pytestmark = pytest.mark.django_db
NEW, PREVIEW = "/beratungen/neu/", "/beratungen/neu/serie/"
SERIES = "after_first_consultation"


@pytest.fixture
def anke(client):
    user = UserFactory(name="Anke Brandt")
    client.force_login(user)
    return user


def said(**fields):
    return {"token": new_id(), "channel": "phone", "summary": "Will gründen.", **fields}


def running(person, user, at):
    series = FollowUpSeries.objects.get(code=SERIES)
    given = {"series": series, "person": person, "assignee": user, "by": Actor.of(user)}
    return start_series(**given, at=at)


def test_a_series_starts_with_a_new_person(client, anke):
    fields = {"given_name": "Zoë", "family_name": "Brandes", "email": "zoe@x.example"}

    response = client.post(NEW, said(**fields, series=SERIES), follow=True)

    run = SeriesRun.objects.get()
    assert (run.person, run.assignee) == (Person.objects.get(), anke)
    assert run.follow_ups.open().count() == 3
    assert "Serie „Nach der Erstberatung“ gestartet." in response.content.decode()


def test_what_cannot_be_started_saves_nothing_and_keeps_the_words(client, anke):
    response = client.post(NEW, said(family_name="Brandes", series=SERIES))

    assert response.status_code == 422
    page = response.content.decode()
    assert "keine E-Mail-Adresse bekannt" in page
    assert "Will gründen." in page
    assert f'<option value="{SERIES}" selected>' in page
    assert not Consultation.objects.filter(state="complete").exists()
    assert not Person.objects.exists()


def test_a_series_that_is_not_offered_is_refused(client, anke):
    FollowUpSeries.objects.update(active=False)

    assert client.post(NEW, said(family_name="Brandes", series=SERIES)).status_code == 422


def test_a_consultation_stops_what_ran_and_may_start_it_anew(client, anke):
    person = PersonFactory(email="zoe@x.example")
    now = timezone.now()
    run = running(person, anke, now - timedelta(days=3))

    past = (timezone.localdate() - timedelta(days=9)).isoformat()
    client.post(NEW, said(person=person.pk, held_on=past))
    run.refresh_from_db()
    assert run.ended_at is None

    client.post(NEW, said(person=person.pk, series=SERIES))
    run.refresh_from_db()
    assert run.end_reason == "consulted"
    assert SeriesRun.objects.running().get().follow_ups.open().count() == 3


def test_an_appointment_stops_what_ran_for_that_person_alone(anke):
    person, other = PersonFactory(email="zoe@x.example"), PersonFactory(email="kim@x.example")
    at = timezone.now()
    run, others = running(person, anke, at), running(other, anke, at)
    soon = {"starts_at": at + timedelta(days=1), "ends_at": at + timedelta(days=1, hours=1)}

    agree_appointment(person=person, advisor=anke, **soon, by=Actor.of(anke), at=at)

    run.refresh_from_db()
    others.refresh_from_db()
    assert (run.end_reason, others.ended_at) == ("booked", None)
    assert not run.follow_ups.open().exists()


def test_the_preview_greets_who_is_known_and_who_is_being_typed(client, anke):
    person = PersonFactory(family_name="Größler", email="g@x.example")
    typed = {"given_name": "Kim", "family_name": "Neu", "email": "kim@x.example"}

    def preview(**fields):
        return client.post(PREVIEW, fields).content.decode()

    assert "Guten Tag Zoë Größler," in preview(person=person.pk, series=SERIES)
    shown = preview(**typed, series=SERIES)
    assert "Guten Tag Kim Neu," in shown
    assert "keine E-Mail-Adresse" not in shown
    assert "keine E-Mail-Adresse" in preview(**typed | {"email": ""}, series=SERIES)
    for nothing in ({}, {"series": SERIES}, {"series": "x", "person": person.pk}):
        assert preview(**nothing).strip() == ""
