"""Guests are forgotten a year after the event; what figures count stays."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.history import changes_of
from contacts.registry import Case
from dma_crm import jobs
from events import actions, retention
from events.models import DoorEntry, DoorOutcome, Registration
from events.timeline import registrations_of
from tests.events.guests import fresh, said
from tests.factories import NOW, EventFactory, PersonFactory, RegistrationFactory, actor

pytestmark = pytest.mark.django_db
YEAR = timedelta(days=365)


def event_over(since=YEAR, **fields):
    """Its end lies `since` and a minute behind."""
    end = NOW - since - timedelta(minutes=1)
    return EventFactory(starts_at=end - timedelta(hours=2), ends_at=end, **fields)


def entry_of(row, at):
    said = {"step": "in", "outcome": DoorOutcome.DONE, "said_at": at, "created_at": at}
    return DoorEntry.objects.create(id=row.pk, event=row.event, registration=row, **said)


def run(*arguments):
    out = StringIO()
    call_command("forget_guests", *arguments, stdout=out)
    return out.getvalue()


def test_names_addresses_and_answers_go_and_counts_stay():
    event = event_over()
    row = RegistrationFactory(event=event, name="Zoë Kern", answers=said("Mit dem Rad"), queue=1)
    RegistrationFactory(event=event, cancelled=True, queue=2)
    actions.check_in(registration=row, by=actor(), at=event.starts_at)
    entry_of(row, NOW)

    assert retention.forget_guests(at=NOW) == 2

    after = fresh(row)
    assert (after.name, after.email, after.answers, after.search) == ("Gast", "", {}, "")
    assert (after.state, after.checked_in_at) == ("confirmed", event.starts_at)
    assert after.forgotten_at == NOW
    assert [change.fields for change in changes_of(after)] == [{}]
    assert not DoorEntry.objects.exists()
    assert retention.forget_guests(at=NOW) == 0
    assert fresh(row).version == after.version


def test_who_is_younger_stays(settings):
    rows = [RegistrationFactory(event=event_over(YEAR - timedelta(days=1))), RegistrationFactory()]

    assert retention.forget_guests(at=NOW) == 0
    assert [fresh(row).name for row in rows] == [row.name for row in rows]
    settings.GUESTS_KEPT_DAYS = 30
    assert retention.forget_guests(at=NOW) == 1


def test_zero_keeps_them(settings):
    settings.GUESTS_KEPT_DAYS = 0
    RegistrationFactory(event=event_over(10 * YEAR))

    assert retention.forget_guests(at=NOW) == 0
    assert run("--dry-run") == "GUESTS_KEPT_DAYS is 0: guests are kept.\n"


def test_a_contact_keeps_the_event_in_the_timeline():
    person = PersonFactory()
    row = RegistrationFactory(
        event=event_over(),
        person=person,
        name="Zoë Kern",
        answers=said("Mit dem Rad"),
        checked_in_at=NOW,
    )

    retention.forget_guests(at=NOW)

    assert (fresh(row).name, fresh(row).email) == ("Zoë Kern", "")
    (item,) = registrations_of(Case((person.pk,)), actor(), 5)
    assert (item.title, item.text) == (row.event.title, "")


def test_data_that_somebody_wants_kept_is_kept():
    row = RegistrationFactory(event=event_over(), person=PersonFactory(state="restricted"))

    assert retention.forget_guests(at=NOW) == 0
    assert fresh(row).email


def test_many_go_in_short_transactions(monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(retention, "AT_ONCE", 3)
    monkeypatch.setattr(retention, "CHUNKS", 2)
    event = event_over()
    for n in range(8):
        RegistrationFactory(event=event, queue=n)

    with django_assert_max_num_queries(24):
        assert retention.forget_guests(at=NOW) == 6
    assert retention.forget_guests(at=NOW) == 2


def test_what_phones_sent_is_forgotten_after_a_month():
    row, other = RegistrationFactory(), RegistrationFactory()
    entry_of(row, NOW - timedelta(days=31))
    young = entry_of(other, NOW - timedelta(days=29))

    retention.forget_guests(at=NOW)

    assert list(DoorEntry.objects.all()) == [young]


def test_the_command_says_first_what_it_would_do():
    now = timezone.now()
    end = now - YEAR - timedelta(days=1)
    event = EventFactory(slug="lange-her", starts_at=end, ends_at=end)
    for n in range(2):
        RegistrationFactory(event=event, queue=n)

    said = run("--dry-run")

    assert "lange-her (" in said
    assert said.endswith("): 2\nguests that would be forgotten: 2\n")
    assert not Registration.objects.filter(forgotten_at__isnull=False).exists()
    assert run() == "guests forgotten: 2\n"
    assert run("--dry-run") == "guests that would be forgotten: 0\n"


def test_it_runs_once_a_day():
    assert jobs.registry["events.retention"].every_seconds == 86_400
    assert jobs.registry["events.retention"].work is retention.forget_guests
