"""Time passes: one reminder, one end, one question, however often the job runs."""

from datetime import UTC, datetime, timedelta

import pytest

from contacts.models import Consent, Person
from outbox.models import OutboundMail
from referrals import tasks
from referrals.introductions.sweeps import once
from referrals.models import IntroductionParty
from tests.referrals.introducing import MIRO, ZOE, Pair, left, mails

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(db, now):
    """It is Tuesday, 10 March 2026; the clocks change on the 29th, Good Friday is 3 April."""
    return Pair.made(now)


def on(pair, month, day, hour=9) -> Pair:
    return pair.at(datetime(2026, month, day, hour, tzinfo=UTC))


def went_out(kind) -> int:
    return OutboundMail.objects.filter(kind=f"introduction_{kind}", state="sent").count()


def test_the_reminder_comes_on_the_fifth_working_day_once(pair):
    row = pair.asked()
    pair.agree(row, pair.zoe)

    on(pair, 3, 16).run()
    assert mails("reminder") == []
    for _time in range(3):
        moved = on(pair, 3, 17)
        moved.run()
        moved.deliver()

    assert left("reminder") == [MIRO]


def test_it_expires_after_fifteen_working_days_and_who_agreed_hears_of_it(pair):
    row = pair.asked()
    pair.agree(row, pair.zoe)

    on(pair, 3, 31, 21).run()  # 23:00 in Wolfsburg
    assert pair.fresh(row).status == "proposed"
    moved = on(pair, 3, 31, 22)
    moved.run()
    moved.deliver()
    moved.run()

    assert pair.fresh(row).status == "expired"
    assert left("ended") == [ZOE]


def test_after_a_month_of_standstill_nobody_is_reminded_of_what_has_run_out(pair):
    pair.asked()

    moved = on(pair, 4, 20)
    moved.run()
    moved.deliver()

    assert (went_out("reminder"), went_out("ended")) == (0, 0)


def test_somebody_whose_data_is_locked_ends_it(pair):
    row = pair.asked()
    Person.objects.filter(pk=pair.zoe.pk).update(state="anonymised")

    pair.run()
    pair.deliver()

    assert pair.fresh(row).status == "withdrawn"
    assert left("ended") == [MIRO]


def test_three_weeks_later_both_are_asked_what_came_of_it_once(pair):
    row = pair.joined()
    pair.deliver()

    on(pair, 3, 30, 21).run()  # the evening before, in summer time
    assert mails("outcome") == []
    for hour in (0, 6, 9):
        moved = on(pair, 3, 31, hour)
        moved.run()
        moved.deliver()

    assert left("outcome") == [MIRO, ZOE]
    party = pair.party(row, pair.zoe)
    assert party.expires_at == datetime(2026, 4, 28, 22, tzinfo=UTC)


def test_who_has_told_already_is_not_asked(pair):
    row = pair.joined()
    pair.deliver()
    pair.tell(row, pair.zoe)

    moved = on(pair, 4, 15)
    moved.run()
    moved.deliver()

    assert left("outcome") == [MIRO]


def test_four_weeks_after_the_question_it_is_closed(pair):
    row = pair.joined()
    pair.deliver()
    on(pair, 3, 31).run()

    on(pair, 4, 28, 8).run()
    assert pair.fresh(row).status == "introduced"
    on(pair, 4, 28, 10).run()

    assert pair.fresh(row).status == "closed"
    assert on(pair, 4, 29).run() == 0


def test_a_year_of_runs_sends_each_notice_once(pair):
    row = pair.asked()
    pair.agree(row, pair.zoe)
    pair.agree(row, pair.miro)
    for day in range(0, 370, 5):
        moved = pair.at(pair.now + timedelta(days=day))
        moved.run()
        moved.deliver()

    counts = {kind: went_out(kind) for kind in ("proposed", "reminder", "made", "outcome", "ended")}
    assert counts == {"proposed": 2, "reminder": 0, "made": 2, "outcome": 2, "ended": 0}
    assert pair.fresh(row).status == "closed"


def test_a_notice_that_is_marked_is_not_written_again_even_after_the_outbox_was_cleared(pair):
    pair.asked()
    moved = on(pair, 3, 18)
    moved.run()
    OutboundMail.objects.all().delete()

    moved.run()

    assert mails("reminder") == []


def test_of_two_clocks_one_tells(pair):
    row = pair.asked()
    party = pair.party(row, pair.zoe)
    told = []

    def tell(*args, **more):
        told.append(more)

    assert once(party, "reminded_at", tell, pair.now)
    assert not once(party, "reminded_at", tell, pair.now)
    assert len(told) == 1


def test_without_an_address_the_question_counts_as_asked(pair):
    row = pair.joined()
    pair.zoe.emails.all().delete()

    on(pair, 4, 1).run()

    assert mails("outcome", ZOE) == []
    assert pair.party(row, pair.zoe).outcome_asked_at is not None


@pytest.mark.parametrize("joined", [True, False])
def test_a_consent_ends_with_an_introduction_that_did_not_come_about(pair, joined):
    row = pair.asked()
    pair.agree(row, pair.zoe)
    if joined:
        pair.agree(row, pair.miro)
    else:
        pair.decline(row, pair.miro)

    pair.run()

    consent = Consent.objects.get(person=pair.zoe)
    assert consent.is_active(pair.now) is joined
    assert pair.run() == 0


def test_the_clock_of_referrals_runs_it(pair):
    pair.asked()

    done = tasks.run_clock(at=on(pair, 4, 20).now)

    assert done["introductions"] == 1
    assert IntroductionParty.objects.get(person=pair.zoe).introduction.status == "expired"
