"""Each notice of the table: on its day, to whom, once, unless switched off or overtaken."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.actions import withdraw_consent
from contacts.models import Consent, PartnerOrganisation, Topic
from outbox.models import OutboundMail
from outbox.registry import kind_of
from referrals import actions, notices, tasks
from referrals.errors import WrongSideError
from referrals.models import MutedNotice, Referral, ReferralNotice
from tests.factories import ConsentFactory, PartnerFactory, PersonFactory, ReferralFactory
from tests.factories.contacts import actor
from tests.referrals.conftest import MAIL

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")


def on(day: str, hour=9) -> datetime:
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), BERLIN).replace(hour=hour)


@pytest.fixture
def waiting(world):
    """Sent on Tuesday, 10 March; to be answered until the 17th."""
    return world.sent(need=world.need(owner=world.advisor_user))


def brought_to(state, referral, world):
    given = {"referral": referral, "at": world.now}
    if state == "query":
        return actions.ask_referral(text="Welche Rechtsform?", by=world.colleague, **given)
    if state != "sent":
        actions.accept_referral(by=world.colleague, **given)
    if state in {"in_progress", "on_hold"}:
        actions.start_referral(first_contact_on=world.now.date(), by=world.colleague, **given)
    if state == "on_hold":
        resume_on = date(2026, 3, 20)
        actions.hold_referral(resume_on=resume_on, by=world.colleague, **given)
    return referral


def given(at) -> dict[str, int]:
    """What the clock says then, and nothing the second time."""
    done = tasks.give_notices(at=at)
    assert not any(tasks.give_notices(at=at).values())
    return {kind: n for kind, n in done.items() if n}


def mail(kind) -> OutboundMail:
    return OutboundMail.objects.get(kind=kind)


def may_go(kind, at) -> str:
    return kind_of(mail(kind)).may_go(mail(kind), at)


def text_of(kind):
    return kind_of(mail(kind)).build(mail(kind))


DAYS = [
    ("sent", "2026-03-12", "2026-03-13", {"reminder": 1}),
    ("sent", "2026-03-17", "2026-03-18", {"late": 1, "late_founder": 1}),
    ("query", "2026-03-12", "2026-03-13", {"query_reminder": 1}),
    ("accepted", "2026-03-17", "2026-03-18", {"uncontacted": 1}),
    ("in_progress", "2026-04-09", "2026-04-10", {"silent": 1}),  # over Easter
    ("on_hold", "2026-03-19", "2026-03-20", {"resume": 1}),
]


@pytest.mark.parametrize(("state", "before", "day", "expected"), DAYS)
def test_each_goes_on_its_day(world, waiting, state, before, day, expected):
    brought_to(state, waiting, world)
    if "late" in expected:
        given(on("2026-03-13"))

    assert given(on(before, 23)) == {}
    assert given(on(day, 0)) == expected
    assert given(on(day) + timedelta(days=1)) == {}


@pytest.mark.parametrize(
    ("target", "reminder", "late"),
    [
        (1, "2026-03-11", "2026-03-12"),
        (2, "2026-03-11", "2026-03-13"),
        (10, "2026-03-18", "2026-03-25"),
        (60, "2026-05-04", "2026-06-10"),
    ],
)
def test_a_partner_s_own_target_sets_the_days(world, target, reminder, late):
    PartnerOrganisation.objects.filter(pk=world.partner.pk).update(response_target_days=target)
    world.partner.refresh_from_db()
    world.sent()

    assert given(on(reminder) - timedelta(days=1)) == {}
    assert given(on(reminder)) == {"reminder": 1}
    assert given(on(late) - timedelta(days=1)) == {}
    assert given(on(late)) == {"late": 1, "late_founder": 1}


@pytest.mark.parametrize(("target", "day"), [(1, 1), (2, 1), (3, 2), (5, 3), (10, 6), (60, 36)])
def test_the_reminder_comes_after_six_tenths_of_the_target(target, day):
    assert notices.reminder_day(target) == day


def test_after_a_standstill_only_the_last_of_the_ladder_goes(world, waiting):
    assert given(on("2026-03-20")) == {"late": 1, "late_founder": 1}
    assert not ReferralNotice.objects.filter(kind="reminder").exists()


def test_after_a_long_standstill_it_has_expired_and_nobody_is_reminded(world, waiting):
    done = tasks.run_clock(at=on("2026-04-02"))

    assert {kind: n for kind, n in done.items() if n} == {"expired": 1}


def test_a_query_asked_again_is_reminded_of_again(world, waiting):
    brought_to("query", waiting, world)
    assert given(on("2026-03-13")) == {"query_reminder": 1}
    Referral.objects.update(status_since=on("2026-05-01"))  # looked at when it is over
    assert "am Dienstag, 10. März" in text_of("referral_query_reminder").text
    Referral.objects.update(status_since=world.now)
    waiting.refresh_from_db()
    later = {"referral": waiting, "at": on("2026-03-16")}
    actions.answer_query(text="Eine GmbH.", by=world.advisor, **later)
    actions.ask_referral(text="Wirklich?", by=world.colleague, **later)

    assert given(on("2026-03-18")) == {}
    assert given(on("2026-03-19")) == {"query_reminder": 1}
    assert given(on("2026-04-19")) == {}


def test_an_answer_to_still_active_begins_a_new_silence(world, waiting):
    brought_to("accepted", waiting, world)
    given(on("2026-03-18"))
    actions.confirm_active(referral=waiting, by=world.link(waiting), at=on("2026-03-19"))

    assert given(on("2026-03-26")) == {}
    assert given(on("2026-03-27")) == {"uncontacted": 1}
    occasions = ReferralNotice.objects.values_list("occasion", flat=True)
    assert len(set(occasions)) == 2


def test_still_active_changes_nothing_but_the_silence(world, waiting):
    brought_to("accepted", waiting, world)
    before = Referral.objects.values().get(pk=waiting.pk)
    at = on("2026-03-19")

    actions.confirm_active(referral=waiting, by=world.link(waiting), at=at)

    after = Referral.objects.values().get(pk=waiting.pk)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"version", "modified_at"}
    step = waiting.steps.last()
    assert (step.action, step.before, step.after) == ("still_active", "accepted", "accepted")


# Who hears it


def test_who_is_told(world, waiting):
    given(on("2026-03-13"))
    given(on("2026-03-18"))

    told = dict(OutboundMail.objects.values_list("kind", "recipient"))
    assert told["referral_reminder"] == world.partner.email
    assert told["referral_late"] == world.advisor_user.email
    assert told["referral_late_founder"] == MAIL


def test_the_agency_is_reminded_of_what_partners_send(world):
    sent = actions.create_referral(
        need=world.need(), recipient=world.other, by=world.advisor, at=world.now
    )
    agency = PartnerOrganisation.objects.get(is_agency=True)
    Referral.objects.filter(pk=sent.pk).update(
        sender=world.partner, recipient=agency, status="sent", sent_at=world.now,
        respond_by=date(2026, 3, 17),
    )  # fmt: skip
    ConsentFactory(person=world.person, recipient=agency, given_at=world.now)

    assert given(on("2026-03-13")) == {"reminder": 1}
    assert mail("referral_reminder").recipient == agency.email
    assert "/vermittlungen/" in text_of("referral_reminder").text
    assert given(on("2026-03-18")) == {"late": 1, "late_founder": 1}
    assert mail("referral_late").recipient == world.partner.email
    assert "Das tut uns leid" in text_of("referral_late").text
    assert "Das tut uns leid" in text_of("referral_late_founder").text


def test_without_an_address_it_is_given_to_nobody_and_not_tried_again(world, waiting):
    PartnerOrganisation.objects.filter(pk=world.partner.pk).update(email="")

    assert given(on("2026-03-13")) == {}
    assert ReferralNotice.objects.filter(kind="reminder").count() == 1


def test_a_founder_without_an_address_is_left_out(world, waiting):
    world.person.emails.all().delete()

    assert given(on("2026-03-18")) == {"late": 1}
    assert "offen geschrieben" not in text_of("referral_late").text


# Switched off


def off(kind, **whom):
    MutedNotice.objects.create(kind=kind, at=on("2026-03-10"), channel="screen", **whom)


@pytest.mark.parametrize("whom", ["partner", "person"])
def test_switched_off_it_does_not_go(world, waiting, whom):
    mine = {"organisation": world.partner} if whom == "partner" else {"person": world.person}
    off("late_founder", **mine)

    assert given(on("2026-03-18")) == {"late": 1}


def test_switched_off_for_another_it_goes(world, waiting):
    off("late_founder", organisation=world.other)
    off("late_founder", person=PersonFactory())
    off("late", person=PersonFactory())
    off("reminder", organisation=world.partner)

    assert given(on("2026-03-18")) == {"late": 1, "late_founder": 1}


def test_switched_on_again_in_time_it_goes(world, waiting):
    off("reminder", organisation=world.partner)
    assert given(on("2026-03-13")) == {}
    MutedNotice.objects.all().delete()

    assert given(on("2026-03-16")) == {"reminder": 1}


def test_whoever_asks_does_not_decide_whether_we_are_reminded(world, waiting):
    brought_to("query", waiting, world)
    off("query_reminder", organisation=world.partner)
    assert given(on("2026-03-13")) == {"query_reminder": 1}


def test_the_sender_decides_on_reminders_of_queries(world, waiting):
    brought_to("query", waiting, world)
    off("query_reminder", organisation=waiting.sender)
    assert given(on("2026-03-13")) == {}


def test_the_mail_on_expiry_can_be_switched_off(world, waiting):
    off("expired", organisation=world.partner)

    assert tasks.run_clock(at=on("2026-04-02"))["expired"] == 1
    assert not OutboundMail.objects.filter(kind="referral_expired").exists()


def test_switched_off_between_writing_and_sending(world, waiting):
    given(on("2026-03-13"))
    assert may_go("referral_reminder", on("2026-03-13")) == ""
    off("reminder", organisation=world.partner)
    assert may_go("referral_reminder", on("2026-03-13")) == "muted"


# Consent and what happens in between


def test_a_consent_withdrawn_in_between_stops_what_is_queued(world, waiting):
    given(on("2026-03-13"))
    given(on("2026-03-18"))
    withdraw_consent(consent=waiting.consent, by=world.advisor, at=on("2026-03-18", 10))

    for kind in ("referral_reminder", "referral_late", "referral_late_founder"):
        assert may_go(kind, on("2026-03-18", 11)) == "state_changed"
    assert given(on("2026-03-25")) == {}


def test_a_consent_that_runs_out_is_none(world, waiting):
    given(on("2026-03-13"))
    Consent.objects.update(expires_at=on("2026-03-14"))

    assert may_go("referral_reminder", on("2026-03-15")) == "consent_gone"
    assert given(on("2026-03-18")) == {"late": 1}


@pytest.mark.parametrize("state", ["restricted", "anonymised"])
def test_whose_data_is_locked_hears_nothing_and_nothing_goes_out_about_them(world, waiting, state):
    given(on("2026-03-18"))
    type(world.person).objects.update(state=state)

    assert may_go("referral_late_founder", on("2026-03-18")) == "record_gone"
    ReferralNotice.objects.all().delete()
    OutboundMail.objects.all().delete()
    assert given(on("2026-03-18", 12)) == {"late": 1}


def test_an_address_that_is_no_longer_theirs(world, waiting):
    given(on("2026-03-18"))
    world.person.emails.update(address="new@gruendung.example")

    assert may_go("referral_late_founder", on("2026-03-18")) == "record_gone"


@pytest.mark.parametrize(("state", "before", "day", "expected"), DAYS)
def test_an_answer_in_between_keeps_it_at_home(world, waiting, state, before, day, expected):
    brought_to(state, waiting, world)
    given(on(day))
    kinds = [notices.BY_KIND[kind].mail for kind in expected]
    assert {may_go(kind, on(day)) for kind in kinds} == {""}
    actions_by = {"referral": waiting, "by": world.colleague, "at": on(day, 10)}
    {
        "sent": lambda: actions.accept_referral(**actions_by),
        "query": lambda: actions.answer_query(
            referral=waiting, text="Ja.", by=world.advisor, at=on(day, 10)
        ),
        "accepted": lambda: actions.confirm_active(**actions_by),
        "in_progress": lambda: actions.confirm_active(**actions_by),
        "on_hold": lambda: actions.resume_referral(**actions_by),
    }[state]()

    assert {may_go(kind, on(day, 11)) for kind in kinds} == {"state_changed"}


def test_whoever_answers_while_the_clock_runs_is_not_reminded(world, waiting):
    stale = Referral.objects.get(pk=waiting.pk)
    actions.accept_referral(referral=stale, by=world.colleague, at=world.now)

    reminder = notices.BY_KIND["reminder"]
    assert not actions.give_notice(notice=reminder, referral=stale, at=on("2026-03-13"))
    assert not ReferralNotice.objects.exists()


def test_a_proposal_is_for_the_sender_to_decide(world, waiting):
    """The recipient has said something, so neither it nor the founder hears that it has not."""
    given_to = {"referral": waiting, "by": world.colleague, "at": on("2026-03-13", 10)}
    assert given(on("2026-03-13")) == {"reminder": 1}
    actions.propose_forward(recipient=world.other, text="Passt besser.", **given_to)
    assert may_go("referral_reminder", on("2026-03-13", 11)) == "state_changed"

    assert given(on("2026-03-18")) == {"late": 1}
    told = text_of("referral_late")
    assert "Noch nicht entschieden" in told.subject
    assert "an Wolfsburg AG weiterzugeben" in told.text


def test_a_proposal_on_an_accepted_case_is_reminded_of_until_it_is_decided(world, waiting):
    """Nobody asks the recipient meanwhile, so without this the case would rest for ever."""
    brought_to("accepted", waiting, world)
    step = {"referral": waiting, "by": world.colleague, "at": on("2026-03-11")}
    actions.propose_forward(recipient=world.other, text="Passt besser.", **step)

    assert given(on("2026-03-13")) == {}
    assert given(on("2026-03-16")) == {"proposal_reminder": 1}
    assert given(on("2026-06-16")) == {}
    assert mail("referral_proposal_reminder").recipient == world.advisor_user.email
    told = text_of("referral_proposal_reminder")
    assert "Wolfsburg AG" in told.text
    assert "Passt besser." in told.text
    assert may_go("referral_proposal_reminder", on("2026-03-16")) == ""

    Referral.objects.filter(pk=waiting.pk).update(forward_to=None)
    assert may_go("referral_proposal_reminder", on("2026-03-16")) == "state_changed"
    decided = {"referral": Referral.objects.get(), "by": world.advisor, "at": on("2026-03-17")}
    Referral.objects.filter(pk=waiting.pk).update(forward_to=world.other)
    decided["referral"].refresh_from_db()
    actions.refuse_forward(**decided)
    assert may_go("referral_proposal_reminder", on("2026-03-17")) == "state_changed"
    assert given(on("2026-03-25")) == {"uncontacted": 1}


# Several partners asked for one need


@pytest.fixture
def three(world):
    need = world.need(owner=world.advisor_user)
    partners = [world.partner, world.other, PartnerFactory(name="Allerbank", phone="05361 77")]
    return [world.sent(need=need, recipient=partner) for partner in partners]


def test_of_several_that_are_late_one_mail_tells(world, three):
    tasks.give_notices(at=on("2026-03-18"))

    for kind in ("referral_late", "referral_late_founder"):
        told = text_of(kind)
        for one in three:
            assert f"- {one.recipient.name}" in told.text.replace("*", "")
        assert may_go(kind, on("2026-03-18")) == ""
    assert "3 angefragten Stellen" in text_of("referral_late").subject
    assert three[0].need.get_absolute_url() in text_of("referral_late").text
    assert ReferralNotice.objects.count() == 6
    assert given(on("2026-03-19")) == {}


def test_it_goes_while_one_of_them_is_late_and_names_those_alone(world, three):
    tasks.give_notices(at=on("2026-03-18"))
    first = Referral.objects.get(pk=mail("referral_late_founder").subjects["referral"])
    step = {"at": on("2026-03-18", 10)}
    link = world.link(first)
    actions.accept_referral(referral=first, by=link, **step)

    told = text_of("referral_late_founder").text
    assert first.recipient.name not in told
    assert may_go("referral_late_founder", on("2026-03-18", 11)) == ""
    second, third = (one for one in three if one.pk != first.pk)
    actions.accept_referral(referral=second, by=world.link(second), **step)
    for kind in ("referral_late", "referral_late_founder"):
        told = text_of(kind)
        assert third.recipient.name in told.text
        assert "mehrere" not in told.text
        assert first.reference not in told.subject
    assert third.get_absolute_url() in text_of("referral_late").text
    actions.accept_referral(referral=third, by=world.link(third), **step)
    for kind in ("referral_late", "referral_late_founder"):
        assert may_go(kind, on("2026-03-18", 11)) == "state_changed"
        assert text_of(kind).text  # whoever looks into the outbox later reads it still


def test_a_proposal_among_them_is_the_sender_s_to_decide(world, three):
    step = {"referral": three[0], "by": world.colleague, "at": on("2026-03-13", 10)}
    actions.propose_forward(recipient=PartnerFactory(name="Handwerkskammer"), **step)
    tasks.give_notices(at=on("2026-03-18"))

    assert "Vorschlag, an Handwerkskammer weiterzugeben" in text_of("referral_late").text
    assert world.partner.name not in text_of("referral_late_founder").text


def test_nobody_else_is_looked_for_while_others_may_help(world, three):
    """Declined and expired: the mails say how the need stands where others were asked as well."""
    ihk, wag, bank = three
    decline = {"reason": "capacity", "by": world.colleague, "at": on("2026-03-11")}
    actions.decline_referral(referral=ihk, **decline)
    told = text_of("referral_declined").text
    assert "insgesamt:** Noch keine Antwort: Wolfsburg AG, Allerbank." in told
    assert "andere Stelle gebraucht" not in told

    actions.accept_referral(referral=wag, by=world.link(wag), at=on("2026-03-12"))
    assert "insgesamt:** Wolfsburg AG kümmert sich darum." in text_of("referral_declined").text
    tasks.run_clock(at=on("2026-04-02"))
    told = text_of("referral_expired").text
    assert "insgesamt:** Wolfsburg AG kümmert sich darum." in told
    assert bank.need.get_absolute_url() in told
    assert "könnten passen" not in told
    assert "Vorschlag haben wir" not in told


def test_where_all_have_declined_somebody_is_missing(world, waiting):
    decline = {"reason": "capacity", "by": world.colleague, "at": on("2026-03-11")}
    actions.decline_referral(referral=waiting, **decline)

    assert "eine andere Stelle gebraucht" in text_of("referral_declined").text


def test_a_partner_reads_nothing_of_others(world, waiting):
    Referral.objects.filter(pk=waiting.pk).update(sender=world.other)
    type(waiting.need).objects.update(status="helping")
    step = {"reason": "capacity", "by": world.colleague, "at": on("2026-03-11")}
    actions.decline_referral(referral=Referral.objects.get(), **step)
    type(waiting.need).objects.update(status="helping")

    assert "insgesamt" not in text_of("referral_declined").text


def test_of_two_needs_each_has_its_mail(world):
    for code in ("business_plan", "funding"):
        need = world.need(topics=[Topic.objects.get(code=code)], owner=world.advisor_user)
        world.sent(need=need)

    assert given(on("2026-03-18")) == {"late": 2, "late_founder": 2}


def test_undone_it_is_not_reminded_of_twice(world, waiting):
    given(on("2026-03-13"))
    step = {"referral": waiting, "by": world.colleague, "at": on("2026-03-16")}
    actions.accept_referral(**step)
    actions.undo_answer(**step)

    assert given(on("2026-03-17")) == {}
    assert given(on("2026-03-18")) == {"late": 1, "late_founder": 1}


# The job


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        (on("2026-03-13", 7), 0),
        (on("2026-03-13", 8), 1),
        (on("2026-03-13", 17), 1),
        (on("2026-03-13", 18), 0),
        (on("2026-03-14", 12), 0),  # a Saturday
        (on("2026-03-16", 8), 1),
    ],
)
def test_people_are_written_to_by_day(world, waiting, moment, told):
    assert tasks.tick(at=moment).get("reminder", 0) == told


def test_what_expires_does_so_at_any_hour(world, waiting):
    assert tasks.tick(at=on("2026-04-01", 0))["expired"] == 1


def test_batches_leave_nothing_out(world, monkeypatch):
    monkeypatch.setattr(tasks, "BATCH", 2)
    for _ in range(5):
        ReferralFactory(sent=True)

    assert given(on("2026-03-13")) == {"reminder": 5}


def test_one_run_has_an_end_and_the_next_goes_on(world, monkeypatch):
    monkeypatch.setattr(tasks, "BATCH", 2)
    monkeypatch.setattr(tasks, "MOST_AT_ONCE", 2)
    for _ in range(3):
        ReferralFactory(sent=True)

    assert tasks.give_notices(at=on("2026-03-13"))["reminder"] == 2
    assert tasks.give_notices(at=on("2026-03-13"))["reminder"] == 1


def test_looking_costs_the_same_however_many_wait(world):
    """Referrals and partners grow, the questions to the database do not."""
    ReferralFactory(sent=True)
    with CaptureQueriesContext(connection) as few:
        assert not any(tasks.give_notices(at=on("2026-03-11")).values())
    for _ in range(4):
        ReferralFactory(sent=True)
    with CaptureQueriesContext(connection) as many:
        assert not any(tasks.give_notices(at=on("2026-03-11")).values())

    assert len(many) == len(few) == 1 + len(notices.SWEPT)


def test_each_more_costs_the_same(world):
    costs = []
    for n in (1, 2, 4):
        for _ in range(n):
            ReferralFactory(sent=True)
        with CaptureQueriesContext(connection) as queries:
            assert tasks.give_notices(at=on("2026-03-13"))["reminder"] == n
        costs.append(len(queries))

    assert (costs[2] - costs[1]) == 2 * (costs[1] - costs[0])


# Lists


@pytest.mark.parametrize(
    ("day", "stuck"), [("2026-03-24", False), ("2026-03-25", True), ("2026-03-31", True)]
)
def test_stuck_after_twice_the_target(world, waiting, day, stuck):
    """Ten working days after 10 March is the 24th, and it counts whole."""
    assert Referral.objects.stuck(on(day, 23)).exists() is stuck


@pytest.mark.parametrize("state", ["query", "accepted", "draft"])
def test_what_does_not_wait_for_an_answer_is_not_stuck(world, waiting, state):
    Referral.objects.filter(pk=waiting.pk).update(status=state)

    assert not Referral.objects.stuck(on("2026-05-01")).exists()


@pytest.mark.parametrize(("day", "silent"), [("2026-03-25", False), ("2026-03-26", True)])
def test_no_reaction_to_still_active_within_five_days(world, waiting, day, silent):
    brought_to("accepted", waiting, world)
    given(on("2026-03-18"))

    assert Referral.objects.unresponsive(on(day)).exists() is silent


def test_with_a_reaction_nobody_is_unresponsive(world, waiting):
    brought_to("accepted", waiting, world)
    given(on("2026-03-18"))
    actions.confirm_active(referral=waiting, by=world.colleague, at=on("2026-03-19"))

    assert not Referral.objects.unresponsive(on("2026-03-27")).exists()


# Switching


def kinds(**whom):
    return set(MutedNotice.objects.filter(**whom).values_list("kind", flat=True))


def test_partners_switch_what_is_sent_to_them(world):
    off("late", organisation=world.partner)
    now = {"by": world.colleague, "at": world.now}

    actions.mute_for_partner(partner=world.partner, kinds=["reminder", "late_founder"], **now)
    assert kinds(organisation=world.partner) == {"reminder", "late"}

    actions.mute_for_partner(partner=world.partner, kinds=[], **now)
    assert kinds(organisation=world.partner) == {"late"}


@pytest.mark.parametrize("role", ["manager", "admin"])
def test_those_who_lead_switch_all_for_a_partner(world, role):
    by = actor(role)
    actions.mute_for_partner(
        partner=world.partner, kinds=["late", "feedback", "whim"], by=by, at=world.now
    )

    assert kinds(organisation=world.partner) == {"late", "feedback"}
    assert MutedNotice.objects.filter(by_user=by.user_id, channel="screen").count() == 2


def test_others_switch_nothing(world):
    stranger = world.stranger
    for by in (stranger, world.advisor):
        with pytest.raises(WrongSideError):
            actions.mute_for_partner(partner=world.partner, kinds=["late"], by=by, at=world.now)
    for by in (world.colleague, actor("manager")):
        with pytest.raises(WrongSideError):
            actions.mute_for_person(person=world.person, kinds=["late"], by=by, at=world.now)
    assert not MutedNotice.objects.exists()


def test_advisors_switch_for_a_person(world):
    actions.mute_for_person(
        person=world.person, kinds=["late_founder"], by=world.advisor, at=world.now
    )

    assert kinds(person=world.person) == {"late_founder"}


def test_rows_are_seen_by_the_agency_and_by_their_partner(world):
    off("reminder", organisation=world.partner)
    off("late_founder", person=world.person)
    seen = {
        who: MutedNotice.objects.visible_to(by).count()
        for who, by in {
            "agency": world.advisor, "partner": world.colleague, "stranger": world.stranger,
            "link": world.link(ReferralFactory()),
        }.items()
    }  # fmt: skip
    assert seen == {"agency": 2, "partner": 1, "stranger": 0, "link": 0}
    assert str(MutedNotice.objects.get(person=world.person)) == f"late_founder {world.person.pk}"


def test_a_notice_has_a_name(world, waiting):
    given(on("2026-03-13"))

    assert str(ReferralNotice.objects.get()) == f"{waiting.pk} reminder"
