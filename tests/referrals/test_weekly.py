"""The partners' overview of the week: what waits, once, and nothing that may not be seen."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.actors import AGENCY_ID
from contacts.models import Consent, PartnerOrganisation
from dma_crm import jobs
from outbox import delivery
from outbox.models import OutboundMail
from outbox.previews import preview_of
from outbox.unsubscribing import unsubscribe_address
from referrals import notices, tasks, weekly
from referrals.models import AnswerLink, MutedNotice, Referral
from tests.factories import NeedFactory, PartnerFactory, PersonFactory, ReferralFactory, UserFactory
from tests.outbox.conftest import sink, smtp  # noqa: F401 - a real SMTP server

pytestmark = pytest.mark.django_db
SEVEN = datetime(2026, 3, 30, 5, tzinfo=UTC)  # Monday in Wolfsburg, the day after the clocks
SENT = SEVEN - timedelta(days=40)


@pytest.fixture
def ihk():
    return PartnerFactory(
        name="IHK Test", email="ihk@x.example", contact_name="Robin", response_target_days=5
    )


def waiting(ihk, **fields):
    """Overdue, and reminded of long ago: the clock is silent about it."""
    fields = {"respond_by": date(2026, 3, 20), "sent_at": SENT} | fields
    return ReferralFactory(recipient=ihk, sent=True, **fields)


def text_for(ihk, at=SEVEN):
    message = weekly.message_for(ihk.pk, name="Robin", at=at, unsubscribe="https://x.example/u")
    return message.text


# --- when ---


@pytest.mark.parametrize(
    ("moment", "goes"),
    [
        (datetime(2026, 3, 29, 5, 0, tzinfo=UTC), 0),  # Sunday, the clocks go forward
        (datetime(2026, 3, 30, 4, 59, tzinfo=UTC), 0),
        (datetime(2026, 3, 30, 5, 0, tzinfo=UTC), 1),
        (datetime(2026, 3, 30, 9, 59, tzinfo=UTC), 1),
        (datetime(2026, 3, 30, 10, 0, tzinfo=UTC), 0),  # noon: not any more
        (datetime(2026, 3, 31, 5, 0, tzinfo=UTC), 0),  # Tuesday
        (datetime(2026, 4, 6, 5, 0, tzinfo=UTC), 0),  # Easter Monday
        (datetime(2026, 4, 7, 5, 0, tzinfo=UTC), 1),  # so on Tuesday
        (datetime(2026, 10, 25, 6, 0, tzinfo=UTC), 0),  # Sunday, the clocks go back
        (datetime(2026, 10, 26, 5, 59, tzinfo=UTC), 0),
        (datetime(2026, 10, 26, 6, 0, tzinfo=UTC), 1),
    ],
)
def test_it_goes_at_seven_of_the_first_working_day(ihk, moment, goes):
    waiting(ihk)

    assert weekly.queue_overviews(at=moment) == goes


def test_it_goes_once_a_week_however_often_the_job_runs(ihk):
    waiting(ihk)

    runs = [weekly.queue_overviews(at=SEVEN + timedelta(hours=n)) for n in range(24 * 7)]

    assert sum(runs) == runs[0] == 1


def test_after_a_standstill_over_its_day_it_waits_for_the_next_week(ihk):
    waiting(ihk)

    late = [weekly.queue_overviews(at=SEVEN + timedelta(days=n)) for n in (2, 3, 4, 8)]

    assert late == [0, 0, 0, 1]


def test_nothing_goes_where_nothing_waits(ihk):
    ReferralFactory(recipient=ihk)  # a draft, of which they know nothing
    ReferralFactory(recipient=ihk, completed=True)
    ReferralFactory(recipient=ihk, query=True)  # our turn
    waiting(ihk, sent_at=SEVEN - timedelta(hours=1))  # came in today
    waiting(ihk, forward_to=PartnerFactory())  # our turn as well
    agency = PartnerOrganisation.objects.get(pk=AGENCY_ID)
    waiting(agency, sender=PartnerFactory())  # we have Heute

    assert weekly.queue_overviews(at=SEVEN) == 0


def race(ihk):
    start, queued = threading.Barrier(2), []

    def work():
        try:
            start.wait()
            queued.append(weekly.queue_overviews(at=SEVEN))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return OutboundMail.objects.count(), AnswerLink.objects.filter(revoked_at=None).count()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_jobs_at_once_make_one(ihk):
    waiting(ihk)

    assert race(ihk) == (1, 1)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_without_its_key_two_jobs_at_once_make_two(ihk, monkeypatch):
    waiting(ihk)
    monkeypatch.setattr(weekly, "key_of", lambda *args: f"{threading.get_ident()}")

    assert race(ihk)[0] == 2


def test_the_job_is_registered():
    assert jobs.registry["referrals.weekly"].every_seconds == 300


# --- to whom ---


def test_it_goes_to_the_address_of_record(ihk, smtp):  # noqa: F811
    UserFactory(role="partner", organisation=ihk, email="colleague@x.example")
    waiting(ihk)
    weekly.queue_overviews(at=SEVEN)

    mail = OutboundMail.objects.get()
    delivery.deliver(at=SEVEN)

    [message] = smtp.messages()
    assert message["To"] == "Robin <ihk@x.example>"
    assert message["List-Unsubscribe"] == f"<{unsubscribe_address(mail)}>"
    assert preview_of(mail) is None


def test_without_one_it_goes_to_each_of_its_people():
    partner = PartnerFactory(email="")
    for name in ("a", "b"):
        UserFactory(role="partner", organisation=partner, email=f"{name}@x.example")
    UserFactory(role="partner", organisation=partner, is_active=False)
    waiting(partner)

    assert weekly.queue_overviews(at=SEVEN) == 2


def test_whoever_is_away_is_not_asked(ihk):
    waiting(ihk)
    PartnerOrganisation.objects.filter(pk=ihk.pk).update(
        absent_from=date(2026, 3, 28), absent_until=date(2026, 4, 2)
    )

    assert weekly.queue_overviews(at=SEVEN) == 0


@pytest.mark.parametrize(
    ("change", "at", "reason"),
    [
        (lambda row: None, SEVEN, ""),
        (lambda row: Referral.objects.update(status="query"), SEVEN, "nothing_to_do"),
        (lambda row: Consent.objects.update(withdrawn_at=SENT), SEVEN, "nothing_to_do"),
        (
            lambda row: PartnerOrganisation.objects.filter(pk=row.recipient_id).update(
                email="n@x.de"
            ),
            SEVEN,
            "address_changed",
        ),
        (lambda row: None, SEVEN + timedelta(hours=6), "too_late"),
        (lambda row: None, SEVEN + timedelta(days=7), "too_late"),
    ],
)
def test_it_is_asked_again_before_it_goes(ihk, change, at, reason):
    row = waiting(ihk)
    weekly.queue_overviews(at=SEVEN)

    change(row)

    assert weekly.may_go(OutboundMail.objects.get(), at) == reason


# --- switched off ---


def test_one_click_switches_it_off_for_the_organisation(ihk):
    waiting(ihk)
    weekly.queue_overviews(at=SEVEN)
    path = unsubscribe_address(OutboundMail.objects.get()).removeprefix("http://127.0.0.1:8000")
    stranger = Client(enforce_csrf_checks=True)

    assert "Wochenübersicht" in stranger.get(path).content.decode()
    assert not MutedNotice.objects.exists()
    for _time in range(2):
        assert stranger.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200

    assert [(row.kind, row.organisation) for row in MutedNotice.objects.all()] == [("weekly", ihk)]
    assert weekly.queue_overviews(at=SEVEN + timedelta(days=8)) == 0


def test_its_people_switch_it_off_and_on(client, ihk):
    client.force_login(UserFactory(role="partner", organisation=ihk))
    url = f"/partner/{ihk.reference}/erinnerungen/"
    all_of_them = [notice.kind for notice in notices.switchable(own=True)]

    client.post(url, {"on": [kind for kind in all_of_them if kind != "weekly"]})
    assert MutedNotice.objects.filter(kind="weekly", organisation=ihk).exists()
    client.post(url, {"on": all_of_them})

    assert not MutedNotice.objects.exists()


def test_a_person_for_whom_it_is_off_is_left_out(ihk, now):
    row, other = waiting(ihk), waiting(ihk)
    MutedNotice.objects.create(
        kind="weekly", person=row.need.person, at=now, channel="screen", by_label="Anke"
    )

    text = text_for(ihk)

    assert row.reference not in text
    assert other.reference in text


# --- what it says ---


def test_it_lists_what_waits_with_links_that_open(client, ihk):
    unanswered = waiting(ihk, recipient_reference="IHK-77")
    quiet = {"recipient": ihk, "sent_at": SENT, "status_since": SENT, "modified_at": SENT}
    accepted = ReferralFactory(accepted=True, **quiet)
    working = ReferralFactory(in_progress=True, **quiet)
    paused = ReferralFactory(on_hold=True, **quiet | {"resume_on": date(2026, 3, 2)})
    busy = ReferralFactory(in_progress=True, recipient=ihk, sent_at=SENT, modified_at=SEVEN)
    spoken_of([accepted, working, paused])
    weekly.queue_overviews(at=SEVEN)

    text = text_for(ihk)

    for row in (unanswered, accepted, working, paused):
        assert text.count(row.reference) == 1
        link = row.answer_links.get()
        assert f"/antwort/{link.token}/" in text
        assert link.expires_at > SEVEN
    assert busy.reference not in text
    assert "Antwort erbeten bis 20. März" in text
    assert "Ihr Zeichen IHK-77" in text
    assert "pausiert bis 2. März" in text


def spoken_of(rows):
    """The clock has asked about each of them, long ago."""
    for row in rows:
        notice = next(n for n in notices.SWEPT if n.status == row.status and n.to == "recipient")
        row.notices.create(
            kind=notice.kind, occasion=notice.occasion_of(row), at=SEVEN - timedelta(days=10)
        )


def test_it_shows_nobody_by_name_and_no_other_partner(ihk):
    person = PersonFactory(family_name="GEHEIM-Name", email="geheim-adresse@x.example")
    need = NeedFactory(person=person, question="GEHEIM-Frage")
    row = waiting(ihk, need=need, reason="GEHEIM-Grund")
    waiting(PartnerFactory(email="wag@x.example"), recipient_reference="GEHEIM-Zeichen")
    gone = waiting(ihk)
    Consent.objects.filter(person=gone.need.person).update(withdrawn_at=SENT)

    message = weekly.message_for(ihk.pk, name="Robin", at=SEVEN, unsubscribe="https://x.example/u")

    for part in (message.subject, message.text, message.html):
        assert "GEHEIM" not in part
        assert "geheim" not in part
        assert gone.reference not in part
    assert row.reference in message.text


def test_long_lists_are_cut(ihk):
    for _ in range(12):
        waiting(ihk)

    text = text_for(ihk)

    assert text.count("Antwort erbeten") == 10
    assert "und 2 weitere" in text


def test_queries_do_not_grow_with_the_rows(ihk):
    def queries():
        with CaptureQueriesContext(connection) as asked:
            weekly.parts_of(ihk.pk, SEVEN)
        return len(asked)

    for _ in range(10):
        waiting(ihk)
    few = queries()
    for _ in range(20):
        waiting(ihk)

    assert queries() == few


# --- beside the reminders of the clock ---


def test_what_the_clock_reminds_of_that_day_is_left_to_it(ihk):
    row = waiting(ihk, sent_at=SEVEN - timedelta(days=5), respond_by=date(2026, 4, 1))
    assert list(notices.due(notices.BY_KIND["reminder"], SEVEN)) == [row]

    assert weekly.queue_overviews(at=SEVEN) == 0
    tasks.tick(at=SEVEN + timedelta(hours=1))

    assert [mail.kind for mail in OutboundMail.objects.all()] == ["referral_reminder"]


def test_what_it_reminded_of_on_friday_is_left_out_and_comes_a_week_later(ihk):
    row = waiting(ihk)
    row.notices.create(kind="reminder", at=SEVEN - timedelta(days=2, hours=20))

    assert weekly.queue_overviews(at=SEVEN) == 0
    assert weekly.queue_overviews(at=SEVEN + timedelta(days=8)) == 1


def test_where_the_reminder_is_switched_off_the_overview_tells(ihk, now):
    waiting(ihk, sent_at=SEVEN - timedelta(days=5), respond_by=date(2026, 4, 1))
    MutedNotice.objects.create(
        kind="reminder", organisation=ihk, at=now, channel="screen", by_label="Robin"
    )

    assert weekly.queue_overviews(at=SEVEN) == 1
