"""A year of the clock, day by day: every notice on its day, each once, none forgotten.

The days were counted by hand with a calendar of Lower Saxony. People act at half past eight, the
clock ticks at nine: a year from 26 March 2025 on, over Easter, both clock changes, Reformation Day
(a Friday), Christmas and a week in which nothing ran.
"""

from collections import Counter, defaultdict
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from dma_crm.workdays import is_office_hour
from outbox.models import OutboundMail
from referrals import actions, tasks
from referrals.models import ReferralNotice, ReferralStep
from tests.factories import PartnerFactory

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")
FIRST, LAST = date(2025, 3, 26), date(2026, 3, 26)
STOOD_STILL = (date(2025, 5, 17), date(2025, 5, 26))

# What is done on which day, beyond the sending: (day, action, arguments)
STORIES = {
    "easter": {
        "sent": date(2025, 4, 16),
        "notices": {
            "reminder": [date(2025, 4, 23)],
            "late": [date(2025, 4, 28)],  # the 25th was a Friday
            "late_founder": [date(2025, 4, 28)],
        },
        "expired": date(2025, 5, 13),
    },
    "reformation": {
        "sent": date(2025, 10, 28),
        "notices": {
            "reminder": [date(2025, 11, 3)],
            "late": [date(2025, 11, 6)],
            "late_founder": [date(2025, 11, 6)],
        },
        "expired": date(2025, 11, 20),
    },
    "christmas": {
        "sent": date(2025, 12, 19),
        "notices": {
            "reminder": [date(2025, 12, 24)],
            "late": [date(2025, 12, 31)],
            "late_founder": [date(2025, 12, 31)],
        },
        "expired": date(2026, 1, 15),
    },
    "quick, over the change to summer time": {
        "target": 2,
        "sent": date(2025, 3, 27),
        "notices": {
            "reminder": [date(2025, 3, 28)],
            "late": [date(2025, 4, 1)],
            "late_founder": [date(2025, 4, 1)],
        },
        "expired": date(2025, 4, 5),
    },
    "slow, over the change to winter time": {
        "target": 10,
        "sent": date(2025, 10, 13),
        "notices": {
            "reminder": [date(2025, 10, 21)],
            "late": [date(2025, 10, 28)],
            "late_founder": [date(2025, 10, 28)],
        },
        "expired": date(2025, 11, 26),
    },
    "absent": {
        "absent": (date(2025, 7, 7), date(2025, 7, 18)),
        "sent": date(2025, 7, 3),
        "notices": {
            "reminder": [date(2025, 7, 22)],
            "late": [date(2025, 7, 25)],
            "late_founder": [date(2025, 7, 25)],
        },
        "expired": date(2025, 8, 8),
    },
    "nothing ran": {
        "sent": date(2025, 5, 16),
        "notices": {  # the reminder of the 21st is passed over
            "late": [date(2025, 5, 27)],
            "late_founder": [date(2025, 5, 27)],
        },
        "expired": date(2025, 6, 11),
    },
    "an open query": {
        "sent": date(2025, 6, 2),
        "steps": [(date(2025, 6, 3), "ask", {"text": "Welche Rechtsform?"})],
        "notices": {"query_reminder": [date(2025, 6, 6)]},
        "expired": date(2025, 7, 17),
    },
    "the whole way": {
        "sent": date(2025, 8, 11),
        "steps": [
            (date(2025, 8, 12), "ask", {"text": "Welche Rechtsform?"}),
            (date(2025, 8, 20), "answer", {"text": "Eine GmbH."}),
            (date(2025, 8, 28), "accept", {}),
            (date(2025, 9, 8), "still_active", {}),
            (date(2025, 9, 17), "start", {"first_contact_on": date(2025, 9, 17)}),
            (date(2025, 10, 20), "hold", {"resume_on": date(2025, 11, 15)}),
            (date(2025, 11, 18), "resume", {}),
            (date(2025, 11, 19), "complete", {"outcome": "helped"}),
        ],
        "notices": {
            "query_reminder": [date(2025, 8, 15)],
            "reminder": [date(2025, 8, 22)],
            "late": [date(2025, 8, 27)],
            "late_founder": [date(2025, 8, 27)],
            "uncontacted": [date(2025, 9, 5), date(2025, 9, 16)],
            "silent": [date(2025, 10, 17)],
            "resume": [date(2025, 11, 17)],  # the 15th is a Saturday
        },
        "acknowledged": date(2025, 12, 3),
    },
    "as it should be": {
        "sent": date(2025, 11, 3),
        "steps": [
            (date(2025, 11, 4), "accept", {}),
            (date(2025, 11, 5), "start", {"first_contact_on": date(2025, 11, 5)}),
            (date(2025, 11, 10), "complete", {"outcome": "unreachable"}),
        ],
        "notices": {},
        "acknowledged": date(2025, 11, 24),
    },
}
STEPS = {
    "ask": actions.ask_referral,
    "answer": actions.answer_query,
    "accept": actions.accept_referral,
    "still_active": actions.confirm_active,
    "start": actions.start_referral,
    "hold": actions.hold_referral,
    "resume": actions.resume_referral,
    "complete": actions.complete_referral,
}


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), BERLIN)


class Year:
    """The stories as they unfold."""

    def __init__(self, world):
        self.world, self.referrals, self.done = world, {}, Counter()

    def act(self, day: date) -> None:
        for name, story in STORIES.items():
            if story["sent"] == day:
                self.referrals[name] = self.send(name, story)
            for on, step, given in story.get("steps", []):
                if on == day:
                    self.take(self.referrals[name], step, given, day)

    def send(self, name, story):
        begin, end = story.get("absent", (None, None))
        partner = PartnerFactory(
            name=name,
            response_target_days=story.get("target", 5),
            absent_from=begin,
            absent_until=end,
        )
        world = self.world.at(at(story["sent"], 8, 30))
        return world.sent(recipient=partner, need=world.need(owner=world.advisor_user))

    def take(self, referral, step, given, day):
        by = self.world.advisor if step == "answer" else self.world.link(referral)
        referral.refresh_from_db()
        STEPS[step](referral=referral, **given, by=by, at=at(day, 8, 30))

    def tick(self, day: date) -> None:
        done = self.ticked(at(day, 9))
        self.done += done
        if done.total():  # once more, for whoever runs it twice
            assert not self.ticked(at(day, 9)).total()

    def ticked(self, now: datetime) -> Counter:
        """As `tasks.tick` does it, without the questions after closing: they have their tests."""
        told = tasks.give_notices(at=now) if is_office_hour(now) else {}
        return Counter(tasks.keep_time(at=now) | told)


@pytest.fixture
def year(world):
    year, day = Year(world), FIRST
    while day < LAST:
        year.act(day)
        if not STOOD_STILL[0] <= day <= STOOD_STILL[1]:
            year.tick(day)
        day += timedelta(days=1)
    return year


@pytest.mark.slow
def test_every_notice_goes_on_its_day_and_once(year):
    names = {row.pk: name for name, row in year.referrals.items()}
    told, ended = defaultdict(lambda: defaultdict(list)), defaultdict(dict)
    for notice in ReferralNotice.objects.order_by("at"):
        told[names[notice.referral_id]][notice.kind].append(notice.at.astimezone(BERLIN).date())
    for step in ReferralStep.objects.filter(channel="system"):
        ended[names[step.referral_id]][step.action] = step.at.astimezone(BERLIN).date()

    for name, story in STORIES.items():
        assert dict(told[name]) == story["notices"], name
        word = "expire" if "expired" in story else "acknowledge"
        assert ended[name] == {word: story.get("expired") or story["acknowledged"]}, name
    assert year.done == {
        "reminder": 7, "late": 8, "late_founder": 8, "query_reminder": 2, "uncontacted": 2,
        "silent": 1, "resume": 1, "expired": 8, "acknowledged": 2,
    }  # fmt: skip
    mails = Counter(OutboundMail.objects.values_list("kind", flat=True))
    assert {kind: mails[kind] for kind in EXPECTED_MAILS} == EXPECTED_MAILS


EXPECTED_MAILS = {
    "referral_reminder": 7,
    "referral_late": 8,
    "referral_late_founder": 8,
    "referral_query_reminder": 2,
    "referral_uncontacted": 2,
    "referral_silent": 1,
    "referral_resume": 1,
    "referral_expired": 8,
}
