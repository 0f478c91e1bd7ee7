"""The mail of the morning: at seven where the advisor lives, once a day, short, and only if due."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.actors import AGENCY_ID, Actor
from consultations import digest
from contacts.models import PartnerOrganisation, Topic
from dma_crm import jobs
from outbox import delivery
from outbox.models import OutboundMail
from outbox.previews import preview_of
from outbox.unsubscribing import unsubscribe_address
from tests.factories import (
    ConfidentialNoteFactory,
    ConsultationFactory,
    FollowUpFactory,
    NeedFactory,
    PartnerFactory,
    PersonFactory,
    ReferralFactory,
    StartupFactory,
    UserFactory,
)
from tests.outbox.conftest import sink, smtp  # noqa: F401 - a real SMTP server

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 30)  # the day after the clocks go forward
SEVEN = datetime(2026, 3, 30, 5, tzinfo=UTC)  # in Wolfsburg


@pytest.fixture
def anke():
    return UserFactory(name="Anke Brandt", email="anke@dma.example")


def due(anke, day=MONDAY, **fields):
    return FollowUpFactory(assignee=anke, due_on=day, **fields)


def text_for(user, at=SEVEN):
    return digest.message_for(user, at=at, unsubscribe="https://dma.example/x").text


# --- when ---


@pytest.mark.parametrize(
    ("moment", "goes"),
    [
        (datetime(2026, 3, 27, 5, 59, tzinfo=UTC), False),  # Friday 06:59 in winter
        (datetime(2026, 3, 27, 6, 0, tzinfo=UTC), True),  # 07:00
        (datetime(2026, 3, 29, 5, 0, tzinfo=UTC), False),  # Sunday, the clocks go forward
        (datetime(2026, 3, 29, 6, 0, tzinfo=UTC), False),
        (datetime(2026, 3, 30, 4, 59, tzinfo=UTC), False),  # Monday 06:59 in summer
        (datetime(2026, 3, 30, 5, 0, tzinfo=UTC), True),
        (datetime(2026, 3, 30, 9, 59, tzinfo=UTC), True),  # late, after a standstill
        (datetime(2026, 3, 30, 10, 0, tzinfo=UTC), False),  # noon: not any more
        (datetime(2026, 4, 6, 6, 0, tzinfo=UTC), False),  # Easter Monday
        (datetime(2026, 10, 23, 5, 0, tzinfo=UTC), True),  # Friday in summer
        (datetime(2026, 10, 25, 6, 0, tzinfo=UTC), False),  # Sunday, the clocks go back
        (datetime(2026, 10, 26, 5, 59, tzinfo=UTC), False),  # Monday in winter
        (datetime(2026, 10, 26, 6, 0, tzinfo=UTC), True),
        (datetime(2026, 10, 31, 7, 0, tzinfo=UTC), False),  # Reformation Day, a Saturday
    ],
)
def test_it_goes_at_seven_of_local_working_days(anke, moment, goes):
    assert digest.queue_digests(at=moment) == goes


def test_it_goes_once_a_day_however_often_the_job_runs(anke):
    runs = [digest.queue_digests(at=SEVEN + timedelta(minutes=5 * n)) for n in range(60)]

    assert sum(runs) == runs[0] == 1
    assert digest.queue_digests(at=SEVEN + timedelta(days=1)) == 1


def test_after_a_week_of_standstill_there_is_one_not_five(anke):
    digest.queue_digests(at=SEVEN)

    digest.queue_digests(at=SEVEN + timedelta(days=7, hours=2))  # Easter Monday
    digest.queue_digests(at=SEVEN + timedelta(days=8, hours=2))

    days = OutboundMail.objects.order_by("created_at").values_list("subjects__day", flat=True)
    assert list(days) == ["2026-03-30", "2026-04-07"]


@pytest.mark.parametrize(
    "fields",
    [
        {"digest_weekdays": []},
        {"digest_weekdays": [1, 2, 3, 4]},
        {"is_active": False},
        {"role": "manager"},
        {"role": "admin"},
        {"partner": True},
        {"absent_from": date(2026, 3, 30), "absent_until": date(2026, 3, 30)},
    ],
)
def test_who_does_not_want_it_or_is_away_gets_none(fields):
    UserFactory(**fields)

    assert digest.queue_digests(at=SEVEN) == 0


def test_whoever_is_back_gets_it_again(anke):
    UserFactory(absent_from=date(2026, 3, 1), absent_until=date(2026, 3, 29))

    assert digest.queue_digests(at=SEVEN) == 2


def race(anke):
    start, queued = threading.Barrier(2), []

    def work():
        try:
            start.wait()
            queued.append(digest.queue_digests(at=SEVEN))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return OutboundMail.objects.count()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_jobs_at_once_make_one(anke):
    assert race(anke) == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_without_its_key_two_jobs_at_once_make_two(anke, monkeypatch):
    monkeypatch.setattr(digest, "key_of", lambda user, day: f"{threading.get_ident()}")

    assert race(anke) == 2


def test_the_job_is_registered():
    assert jobs.registry["consultations.digest"].every_seconds == 300


# --- whether it still may go ---


@pytest.fixture
def mail(anke):
    due(anke)
    digest.queue_digests(at=SEVEN)
    return OutboundMail.objects.get()


def test_it_goes_with_a_way_out(mail, smtp):  # noqa: F811
    delivery.deliver(at=SEVEN)

    [message] = smtp.messages()
    assert message["To"] == "Anke Brandt <anke@dma.example>"
    assert message["List-Unsubscribe"] == f"<{unsubscribe_address(mail)}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize(
    ("change", "at", "reason"),
    [
        (lambda row: None, SEVEN, ""),
        (lambda row: type(row).objects.update(state="done"), SEVEN, "nothing_to_do"),
        (lambda row: type(row).objects.all().delete(), SEVEN, "nothing_to_do"),
        (lambda row: None, SEVEN + timedelta(hours=5), "too_late"),
        (lambda row: None, SEVEN + timedelta(days=1), "too_late"),
        (
            lambda row: type(row.assignee).objects.update(digest_weekdays=[]),
            SEVEN,
            "switched_off",
        ),
        (
            lambda row: type(row.assignee).objects.update(
                absent_from=MONDAY, absent_until=MONDAY + timedelta(days=9)
            ),
            SEVEN,
            "switched_off",
        ),
        (
            lambda row: type(row.assignee).objects.update(email="new@dma.example"),
            SEVEN,
            "address_changed",
        ),
    ],
)
def test_it_is_asked_again_before_it_goes(mail, change, at, reason):
    from contacts.models import FollowUp  # noqa: PLC0415 - here only

    change(FollowUp.objects.get())

    assert digest.may_go(mail, at) == reason


def test_on_an_empty_day_it_is_cancelled_with_that_reason(anke):
    StartupFactory(owner=anke)  # could be told: a case without a next step
    digest.queue_digests(at=SEVEN)

    delivery.deliver(at=SEVEN)

    row = OutboundMail.objects.get()
    assert (row.state, row.last_error) == ("cancelled", "not_allowed: nothing_to_do")


def test_its_text_is_not_shown_afterwards(mail):
    """It would be another one by then."""
    assert preview_of(mail) is None


def test_one_click_switches_it_off(mail, anke):
    path = unsubscribe_address(mail).removeprefix("http://127.0.0.1:8000")
    stranger = Client(enforce_csrf_checks=True)

    page = stranger.get(path).content.decode()
    anke.refresh_from_db()
    assert anke.digest_weekdays == [0, 1, 2, 3, 4]
    assert "Tagesübersicht" in page
    answer = stranger.post(path, {"List-Unsubscribe": "One-Click"})

    anke.refresh_from_db()
    assert answer.status_code == 200
    assert anke.digest_weekdays == []
    assert digest.may_go(mail, SEVEN) == "switched_off"


# --- what it says ---


def test_it_lists_what_can_be_acted_on_with_links_and_what_was_said_last(anke):
    zoe = PersonFactory(given_name="Zoë", family_name="Größler")
    talk = ConsultationFactory(
        person=zoe, advisor=anke, held_on=date(2026, 3, 2), summary="Will einen\nBusinessplan."
    )
    ConsultationFactory(person=zoe, held_on=date(2026, 2, 1), summary="Älteres")
    ConsultationFactory(person=zoe, held_on=date(2026, 3, 20), summary="", kind="short")
    row = due(anke, MONDAY - timedelta(days=2), subject="Zahlen nachfragen", person=zoe)

    text = text_for(anke)

    assert "Zahlen nachfragen" in text
    assert "seit 2 Tagen überfällig" in text
    assert f"http://127.0.0.1:8000{row.get_absolute_url()}" in text
    assert "> 2. März 2026: Will einen Businessplan." in text
    assert "Älteres" not in text
    assert talk.reference not in text


def test_each_kind_of_row_is_told_once(anke):
    open_question = ReferralFactory(need__owner=anke, query=True)
    late = ReferralFactory(need__owner=anke, sent=True, respond_by=date(2026, 3, 2))
    outcome = ReferralFactory(need__owner=anke, completed=True)
    need = NeedFactory(owner=anke, status="unmet")
    need.topics.add(Topic.objects.get(code="funding"))
    in_time = ReferralFactory(need__owner=anke, sent=True, respond_by=date(2026, 4, 30))
    others = ReferralFactory(need__owner=UserFactory(), query=True)
    proposal = ReferralFactory(
        need__owner=anke, sent=True, forward_to=PartnerFactory(name="Bank Beispiel", short_name="")
    )
    agency = PartnerOrganisation.objects.get(pk=AGENCY_ID)
    to_us = ReferralFactory(sender=PartnerFactory(), recipient=agency, sent=True)

    text = text_for(anke)

    told = [text.count(f"{row.reference} ·") for row in (open_question, late, outcome)]
    assert told == [1, 1, 1]
    assert "fragt zurück" in text
    assert proposal.reference in text
    assert "schlägt stattdessen Bank Beispiel vor" in text
    assert to_us.reference in text
    assert "wartet auf unsere Antwort" in text
    assert "Förderung und Zuschüsse" in text
    assert need.get_absolute_url() in text
    assert in_time.reference not in text
    assert others.reference not in text


def test_long_lists_are_cut_and_say_how_many_more(anke):
    for number in range(12):
        due(anke, subject=f"Aufgabe {number:02}")

    text = text_for(anke)

    assert text.count("Aufgabe") == 5
    assert "und 7 weitere" in text
    message = digest.message_for(anke, at=SEVEN, unsubscribe="https://dma.example/x")
    assert message.subject == "12 Dinge für heute, Montag, 30. März"


def test_a_long_summary_is_cut(anke):
    row = due(anke)
    ConsultationFactory(person=row.person, summary="Wort " * 500)

    assert text_for(anke).count("Wort") == 32


def test_confidential_notes_and_locked_people_never_appear(anke):
    row = due(anke, subject="Sichtbar")
    talk = ConsultationFactory(person=row.person, advisor=anke, summary="Offen gesagt")
    ConfidentialNoteFactory(consultation=talk, text="GEHEIM-4711")
    for state in ("restricted", "anonymised"):
        person = PersonFactory(state=state, family_name=f"Verborgen-{state}")
        due(anke, subject=f"Verborgen-{state}", person=person)
        ConsultationFactory(person=person, advisor=anke, summary="Verborgen-Notiz")
        for shape in ({"query": True}, {"completed": True}):
            ReferralFactory(need__owner=anke, need__person=person, **shape)
        NeedFactory(owner=anke, person=person, status="unmet")

    message = digest.message_for(anke, at=SEVEN, unsubscribe="https://dma.example/x")

    for part in (message.subject, message.text, message.html):
        assert "GEHEIM" not in part
        assert "Verborgen" not in part
    assert "Sichtbar" in message.text
    assert "Offen gesagt" in message.text


def test_drafts_are_not_quoted(anke):
    row = due(anke)
    ConsultationFactory(person=row.person, advisor=anke, open_draft=True, summary="Entwurf-Text")

    assert "Entwurf-Text" not in text_for(anke)


def test_a_summary_is_never_markup(anke):
    row = due(anke, subject="[x](https://evil.example)")
    ConsultationFactory(person=row.person, summary="# <b>[y](https://evil.example)</b>")

    html = digest.message_for(anke, at=SEVEN, unsubscribe="https://dma.example/x").html

    assert 'href="https://evil' not in html
    assert "<b>" not in html


def test_queries_do_not_grow_with_the_rows(anke):
    def fill(count):
        for _ in range(count):
            ConsultationFactory(person=due(anke).person, summary="Gesagt")
            ReferralFactory(need__owner=anke, query=True)
            ReferralFactory(need__owner=anke, sent=True, respond_by=date(2026, 3, 2))
            ReferralFactory(need__owner=anke, completed=True)
            NeedFactory(owner=anke, status="unmet")
            startup = StartupFactory()
            due(anke, person=None, startup=startup)
            ConsultationFactory(startup=startup, summary="Gesagt")

    def queries():
        with CaptureQueriesContext(connection) as asked:
            digest.sections_of(Actor.of(anke), at=SEVEN)
        return len(asked)

    fill(5)
    few = queries()
    fill(25)

    assert queries() == few


# --- the profile ---


def test_the_days_are_chosen_in_the_profile(client, anke):
    client.force_login(anke)
    assert "Tagesübersicht" in client.get("/konto/").content.decode()

    client.post("/konto/", {"name": "Anke", "digest_weekdays": ["0", "2"]})

    anke.refresh_from_db()
    assert anke.digest_weekdays == [0, 2]


@pytest.mark.parametrize("wrong", ["5", "-1", "x", "٣"])
def test_wrong_days_are_refused(client, anke, wrong):
    client.force_login(anke)

    assert client.post("/konto/", {"name": "A", "digest_weekdays": [wrong]}).status_code == 422


def test_who_gets_none_is_not_asked(client):
    manager = UserFactory(manager=True)
    client.force_login(manager)
    assert "Tagesübersicht" not in client.get("/konto/").content.decode()

    client.post("/konto/", {"name": "Leonie", "digest_weekdays": ["0"]})

    manager.refresh_from_db()
    assert manager.digest_weekdays == [0, 1, 2, 3, 4]
