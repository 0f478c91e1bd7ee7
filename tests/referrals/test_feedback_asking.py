"""Who is asked, when, and how often: time is moved and every mail is counted."""

import email
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.models import PartnerOrganisation, PersonEmail
from outbox.composing import composed
from outbox.models import OutboundMail
from outbox.registry import kind_of
from referrals.feedback.answering import no_more_questions
from referrals.feedback.asking import ask_founders, ask_impact, months_before
from referrals.models import FounderFeedback, ImpactSurvey, MutedNotice
from tests.factories import (
    NOW,
    ConsentFactory,
    FounderFeedbackFactory,
    ImpactSurveyFactory,
    NeedFactory,
    PartnerFactory,
    PersonFactory,
    ReferralFactory,
    StartupFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
CLOSED = datetime(2026, 1, 31, 8, 0, tzinfo=UTC)


def reachable(**more):
    return PersonFactory(email="zoe@gruendung.example", **more)


def closed(person=None, at=CLOSED, **more):
    need = NeedFactory(person=person or reachable())
    return ReferralFactory(need=need, completed=True, **{"closed_at": at, **more})


def mails(kind="founder_feedback"):
    return OutboundMail.objects.filter(kind=kind)


def may_go(mail, at):
    return kind_of(mail).may_go(mail, at)


def swept(start, days, *, step=DAY):
    """How many of either were asked, run by run; days on which nothing happened are left out."""
    found, at = {}, start
    while at <= start + timedelta(days=days):
        count = (ask_founders(at=at), ask_impact(at=at))
        if any(count):
            found[(at - start).days] = count
        at += step
    return found


# --- feedback ---


def test_the_founder_is_asked_ten_days_after_and_once():
    referral = closed()

    assert ask_founders(at=CLOSED + 10 * DAY - timedelta(seconds=1)) == 0
    assert ask_founders(at=CLOSED + 10 * DAY) == 1
    assert [ask_founders(at=CLOSED + n * DAY) for n in range(10, 100)] == [0] * 90
    (mail,) = mails()
    assert (mail.recipient, mail.recipient_name) == (
        "zoe@gruendung.example",
        referral.need.person.display_name,
    )
    assert (mail.purpose, mail.legal_basis) == ("follow_up", "public_task")
    feedback = FounderFeedback.objects.get()
    assert feedback.referral == referral
    assert feedback.expires_at == CLOSED + 70 * DAY


@pytest.mark.parametrize(
    ("outcome", "asked"),
    [
        ("helped", 1),
        ("partly_helped", 1),
        ("no_help_possible", 1),
        ("unreachable", 1),
        ("founder_stopped", 0),
    ],
)
def test_which_outcomes_are_asked_about(outcome, asked):
    closed(outcome=outcome)

    assert ask_founders(at=CLOSED + 11 * DAY) == asked


@pytest.mark.parametrize("state", ["declined", "withdrawn", "expired", "forwarded"])
def test_what_ended_otherwise_is_not_asked_about(state):
    ReferralFactory(need=NeedFactory(person=reachable()), closed_at=CLOSED, **{state: True})

    assert ask_founders(at=CLOSED + 11 * DAY) == 0


def test_several_referrals_of_one_person_come_one_a_day():
    person, at = reachable(), CLOSED + 10 * DAY
    for _number in range(3):
        closed(person)

    assert swept(at, 3, step=2 * HOUR) == {0: (1, 0), 1: (1, 0), 2: (1, 0)}


def test_two_months_of_standstill_make_no_pile():
    person = reachable()
    for week in range(6):
        closed(person, at=CLOSED + week * 7 * DAY)
    closed(reachable())

    assert ask_founders(at=CLOSED + 60 * DAY) == 2
    assert ask_founders(at=CLOSED + 60 * DAY + HOUR) == 0
    assert ask_founders(at=CLOSED + 61 * DAY) == 1


def test_old_stories_are_let_rest():
    closed()

    assert ask_founders(at=CLOSED + 100 * DAY - HOUR) == 1
    FounderFeedback.objects.all().delete()
    assert ask_founders(at=CLOSED + 100 * DAY) == 0


def muted_person(referral):
    no_more_questions(person=referral.need.person, at=NOW)


def muted_partner(referral):
    for kind in ("feedback", "impact"):
        MutedNotice.objects.create(
            kind=kind, organisation=referral.recipient, at=NOW, channel="screen"
        )


def restricted(referral):
    referral.need.person.state = "restricted"
    referral.need.person.save()


def objected(referral):
    ConsentFactory(
        person=referral.need.person, recipient=None, purpose="follow_up", withdrawn_at=NOW
    )


def consent_taken_back(referral):
    referral.consent.withdrawn_at = NOW
    referral.consent.save()


def address_gone(referral):
    PersonEmail.objects.all().delete()


@pytest.mark.parametrize(
    ("obstacle", "reason"),
    [
        (muted_person, "muted"),
        (muted_partner, "muted"),
        (restricted, "person_locked"),
        (objected, "consent_withdrawn"),
        (consent_taken_back, "consent_withdrawn"),
        (address_gone, "address_changed"),
    ],
)
def test_what_stops_it_before_queueing_and_before_sending(obstacle, reason):
    referral, at = closed(), CLOSED + 11 * DAY
    ask_founders(at=at)
    (mail,) = mails()
    assert may_go(mail, at) == ""

    obstacle(referral)

    assert may_go(mail, at) == reason
    FounderFeedback.objects.all().delete()
    assert may_go(mail, at) == "record_gone"
    assert ask_founders(at=at) == 0


@pytest.mark.parametrize(
    ("obstacle", "reason"),
    [
        (muted_person, "muted"),
        (muted_partner, "muted"),
        (restricted, "person_locked"),
        (objected, "consent_withdrawn"),
        (consent_taken_back, "consent_withdrawn"),
        (address_gone, "address_changed"),
    ],
)
def test_what_stops_impact_questions(obstacle, reason):
    referral, at = closed(), CLOSED + 190 * DAY
    ask_impact(at=at)
    (mail,) = mails("impact_survey")
    assert may_go(mail, at) == ""

    obstacle(referral)

    assert may_go(mail, at) == reason
    ImpactSurvey.objects.all().delete()
    assert ask_impact(at=at) == 0


def test_a_new_consent_undoes_the_objection():
    referral = closed()
    objected(referral)
    ConsentFactory(
        person=referral.need.person, recipient=None, purpose="follow_up", given_at=CLOSED
    )

    assert ask_founders(at=CLOSED + 11 * DAY) == 1


def test_muting_one_kind_leaves_the_other():
    referral = closed()
    MutedNotice.objects.create(
        kind="feedback", person=referral.need.person, at=NOW, channel="screen"
    )

    assert ask_founders(at=CLOSED + 11 * DAY) == 0
    assert ask_impact(at=CLOSED + 190 * DAY) == 1


def test_an_answer_or_a_dead_link_needs_no_mail_any_more():
    closed()
    ask_founders(at=CLOSED + 11 * DAY)
    (mail,) = mails()

    assert may_go(mail, CLOSED + 71 * DAY) == "state_changed"
    FounderFeedback.objects.update(answered_at=NOW)
    assert may_go(mail, CLOSED + 11 * DAY) == "state_changed"


# --- impact ---


def test_impact_is_asked_after_six_twelve_and_thirty_six_months():
    startup = StartupFactory()
    referral = closed(reachable())
    referral.need.startup = startup
    referral.need.save()
    FounderFeedbackFactory(referral=referral)  # asked long ago

    found = {start: swept(CLOSED + start * DAY, 20) for start in (0, 90, 175, 350, 500, 1090, 1180)}

    none = dict.fromkeys((0, 90, 500, 1180), {})
    assert found == {**none, 175: {6: (0, 1)}, 350: {15: (0, 1)}, 1090: {6: (0, 1)}}
    surveys = ImpactSurvey.objects.order_by("months")
    assert [(row.months, row.startup, row.person) for row in surveys] == [
        (months, startup, referral.need.person) for months in (6, 12, 36)
    ]
    assert mails("impact_survey").count() == 3


@pytest.mark.parametrize(
    ("at", "months", "before"),
    [
        (datetime(2026, 8, 31, 9, tzinfo=UTC), 6, datetime(2026, 2, 28, 9, tzinfo=UTC)),
        (datetime(2027, 2, 28, tzinfo=UTC), 36, datetime(2024, 2, 28, tzinfo=UTC)),
        (datetime(2028, 2, 29, tzinfo=UTC), 12, datetime(2027, 2, 28, tzinfo=UTC)),
        (datetime(2026, 1, 1, tzinfo=UTC), 12, datetime(2025, 1, 1, tzinfo=UTC)),
    ],
)
def test_months_are_those_of_the_calendar(at, months, before):
    assert months_before(at, months) == before


def test_it_counts_from_the_first_that_helped_and_once_per_person():
    person = reachable()
    closed(person, at=CLOSED - 300 * DAY, outcome="no_help_possible")
    first = closed(person, at=CLOSED, outcome="partly_helped")
    closed(person, at=CLOSED)
    closed(person, at=CLOSED + 20 * DAY)

    asked = [
        ask_impact(at=CLOSED + days * DAY) for days in (100, 180, 182, 183, 190, 201, 210, 260)
    ]

    assert asked == [0, 0, 1, 0, 0, 0, 0, 0]
    assert mails("impact_survey").get().subjects["referral"] == str(first.pk)


def test_a_year_of_standstill_asks_the_latest_step_only():
    closed()

    assert [ask_impact(at=CLOSED + days * DAY) for days in (380, 381, 400)] == [1, 0, 0]
    assert ImpactSurvey.objects.get().months == 12


def test_both_mails_never_come_on_one_day():
    person = reachable()
    closed(person, at=CLOSED)
    closed(person, at=CLOSED + 171 * DAY)

    days = swept(CLOSED + 181 * DAY, 2, step=2 * HOUR)

    assert days == {0: (1, 0), 1: (0, 1)}


# --- reading, running ---


def test_the_mails_can_be_read_answered_and_stopped(settings):
    settings.BASE_URL = "https://crm.digitale-mutterboden-agentur.wolfsburg.example"  # long
    owner = UserFactory(name="Jana Fuchs")
    referral = closed(recipient=PartnerFactory(name="IHK <b>Lüneburg</b>"))
    referral.need.owner = owner
    referral.need.save()
    ask_founders(at=CLOSED + 10 * DAY)
    ask_impact(at=CLOSED + 190 * DAY)

    for mail, page in [(mails().get(), "rueckmeldung"), (mails("impact_survey").get(), "wirkung")]:
        message = kind_of(mail).build(mail)
        model = FounderFeedback if page == "rueckmeldung" else ImpactSurvey
        address = f"/{page}/{model.objects.get().token}/"
        assert "Jetzt antworten:\nhttp" in message.text
        assert message.text.count(address) == 2
        assert message.unsubscribe.endswith(f"{address}keine-fragen/")
        assert "IHK <b>Lüneburg</b>" in message.text
        assert "<b>" not in message.html
        assert "Jana Fuchs" in message.text
        assert message.reply_to == owner.email
        raw = composed(mail, message, at=CLOSED)
        headers = email.message_from_bytes(raw)
        assert headers["List-Unsubscribe"] == f"<{message.unsubscribe}>"
        assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert f"\r\nList-Unsubscribe: <{message.unsubscribe}>\r\n".encode() in raw


def test_about_ourselves_we_speak_of_us():
    """A partner sent somebody to the agency: what only our team reads is not kept from us."""
    agency = PartnerOrganisation.objects.get(is_agency=True)
    closed(sender=PartnerFactory(name="Wirtschaftsjunioren"), recipient=agency)
    ask_founders(at=CLOSED + 10 * DAY)
    ask_impact(at=CLOSED + 190 * DAY)

    feedback, impact = (
        kind_of(mail).build(mail).text for mail in (mails().get(), mails("impact_survey").get())
    )
    assert "Wirtschaftsjunioren hat Sie an uns vermittelt" in feedback
    assert "Haben wir uns bei Ihnen gemeldet?" in feedback
    assert "Gesamtzahlen, nie" not in feedback
    assert "und zwar von uns" in impact


def test_what_we_know_already_is_not_asked_in_the_mail():
    survey = ImpactSurveyFactory(months=12, person=reachable())
    referral = closed(survey.person)
    mail = OutboundMail(
        kind="impact_survey", subjects={"survey": str(survey.pk), "referral": str(referral.pk)}
    )
    assert "Haben Sie gegründet?" in kind_of(mail).build(mail).text

    ImpactSurveyFactory(person=survey.person, answered=True)

    assert "Haben Sie gegründet?" not in kind_of(mail).build(mail).text


@pytest.mark.parametrize("waiting", [1, 4])
def test_looking_for_somebody_to_ask_costs_the_same_however_many_must_not_be(waiting):
    for _number in range(waiting):
        closed(PersonFactory())

    with CaptureQueriesContext(
        connection,
    ) as queries:
        ask_founders(at=CLOSED + 11 * DAY)
        ask_impact(at=CLOSED + 190 * DAY)

    assert len(queries) == 4


def test_a_sweep_is_bounded(monkeypatch):
    monkeypatch.setattr("referrals.feedback.asking.MOST_AT_ONCE", 2)
    for _number in range(3):
        closed()

    assert [ask_founders(at=CLOSED + 11 * DAY) for _run in range(3)] == [2, 1, 0]
