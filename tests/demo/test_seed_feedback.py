"""The demo's founders have been asked as the clock asks, and most have answered."""

import pytest

from outbox.models import OutboundMail
from referrals.feedback.asking import FEEDBACK_AFTER, ask_founders, ask_impact
from referrals.models import FounderFeedback, ImpactSurvey
from tests.demo.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loaded")]


def test_founders_were_asked_after_ten_days_and_most_answered():
    rows = FounderFeedback.objects.select_related("referral")

    assert all(row.created_at >= row.referral.closed_at + FEEDBACK_AFTER for row in rows)
    assert 0.4 < rows.answered().count() / len(rows) < 0.75
    assert rows.filter(contacted=False).exists()
    assert not rows.filter(answered_at=None).exclude(contacted=None, comment="").exists()
    assert OutboundMail.objects.filter(kind="founder_feedback", state="sent").count() == len(rows)


def test_impact_was_asked_after_six_and_twelve_months():
    months = set(ImpactSurvey.objects.values_list("months", flat=True))

    assert months == {6, 12}
    assert ImpactSurvey.objects.filter(running=True, jobs__gte=1).exists()
    assert not ImpactSurvey.objects.filter(founded=False, jobs__isnull=False).exists()


def test_the_clock_has_little_left_to_ask():
    """Those of yesterday, and those whom an older demo row kept from a second mail that day."""
    assert ask_founders(at=NOW) + ask_impact(at=NOW) <= 6
