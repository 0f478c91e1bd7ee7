"""When the guard of the order of steps speaks: one table of cases, then its pages."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.utils import translation

from accounts.actors import Actor
from accounts.history import changes_of
from contacts.models import Stage, Startup, Topic
from referrals import masterdata
from referrals.actions.order_rules import (
    check_order_rule,
    create_order_rule,
    reopen_order_rule,
    update_order_rule,
)
from referrals.errors import WrongSideError
from referrals.models import FoundingStep, OrderCheck, OrderRule
from referrals.order_guard import findings_of, planned_words, warnings_for
from tests.factories import (
    OrderCheckFactory,
    OrderRuleFactory,
    PersonFactory,
    StartupFactory,
    UserFactory,
    actor,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 10)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def _no_rules_but_ours():
    OrderRule.objects.all().delete()


@pytest.fixture
def english():
    with translation.override("en"):
        yield


def topics(codes):
    return list(Topic.objects.filter(code__in=codes.split()))


def venture(stage="conception", **days):
    return StartupFactory(stage=Stage.objects.get(code=stage), **days)


TRADE, COMPANY = {"step": "trade_registration"}, {"step": "company_formation"}
BUY, START = {"step": "purchase_contract"}, {"step": "self_employment"}
JOBLESS = {"employments": ["unemployed", "basic_income"]}
# rule, employment (None: nobody is known), venture (None: none), asked, "speaks" | "late" | ""
CASES = {
    # who
    "everybody is meant": ({}, "employed", {}, {}, "speaks"),
    "the situation that is meant": (JOBLESS, "unemployed", {}, {}, "speaks"),
    "another situation that is meant": (JOBLESS, "basic_income", {}, {}, "speaks"),
    "a situation that is not meant": (JOBLESS, "employed", {}, {}, ""),
    "self-employed already": (JOBLESS, "self_employed", {}, {}, ""),
    "a situation that is not known": (JOBLESS, "unknown", {}, {}, "speaks"),
    "nobody is known yet": (JOBLESS, None, None, {}, "speaks"),
    "no venture yet": (JOBLESS, "unemployed", None, {}, "speaks"),
    # phase
    "orientation": ({}, "employed", {"stage": "orientation"}, {}, "speaks"),
    "founding is under way": ({}, "employed", {"stage": "founding"}, {}, "speaks"),
    "past founding": ({}, "employed", {"stage": "consolidation"}, {}, ""),
    "growing": ({}, "employed", {"stage": "growth"}, {}, ""),
    "pausing": ({}, "employed", {"stage": "paused"}, {}, ""),
    "ended": ({}, "employed", {"stage": "ended"}, {}, ""),
    "purchases while growing": (BUY, "employed", {"stage": "growth"}, {}, "speaks"),
    "purchases while pausing": (BUY, "employed", {"stage": "paused"}, {}, "speaks"),
    "no purchases after the end": (BUY, "employed", {"stage": "ended"}, {}, ""),
    # days of the venture
    "founded today": ({}, "employed", {"founded_on": TODAY}, {}, "late"),
    "founded tomorrow": ({}, "employed", {"founded_on": TOMORROW}, {}, "speaks"),
    "founded within a year, past the phase": (
        {},
        "employed",
        {"stage": "consolidation", "founded_on": TODAY - timedelta(days=364)},
        {},
        "late",
    ),
    "founded a year ago": ({}, "employed", {"founded_on": TODAY - timedelta(days=365)}, {}, ""),
    "founded and ended": ({}, "employed", {"stage": "ended", "founded_on": TODAY}, {}, ""),
    "founded and pausing": ({}, "employed", {"stage": "paused", "founded_on": TODAY}, {}, "late"),
    "a company founded": (COMPANY, "employed", {"founded_on": TODAY}, {}, "late"),
    "a trade registered": (TRADE, "employed", {"founded_on": TODAY}, {}, "late"),
    "purchases after founding are not late": (BUY, "employed", {"founded_on": TODAY}, {}, "speaks"),
    # validity and use: both days belong to it
    "not in use": ({"active": False}, "employed", {}, {}, ""),
    "valid from today": ({"valid_from": TODAY}, "employed", {}, {}, "speaks"),
    "valid from tomorrow": ({"valid_from": TOMORROW}, "employed", {}, {}, ""),
    "valid until today": ({"valid_until": TODAY}, "employed", {}, {}, "speaks"),
    "valid until yesterday": ({"valid_until": YESTERDAY}, "employed", {}, {}, ""),
    "valid for one day": (
        {"valid_from": TODAY, "valid_until": TODAY},
        "employed",
        {},
        {},
        "speaks",
    ),
    # what is asked
    "the step": (TRADE, "employed", {}, {"step": "trade_registration"}, "speaks"),
    "another step": (TRADE, "employed", {}, {"step": "purchase_contract"}, ""),
    "a topic that points to it": (
        {"topics": "funding"},
        "employed",
        {},
        {"topics": "funding taxes"},
        "speaks",
    ),
    "a topic that does not": ({"topics": "funding"}, "employed", {}, {"topics": "taxes"}, ""),
    "no topic points to it": ({}, "employed", {}, {"topics": "taxes"}, ""),
    "step or topic": (
        {"topics": "funding", **TRADE},
        "employed",
        {},
        {"topics": "funding", "step": "purchase_contract"},
        "speaks",
    ),
    "two topics point to it once": (
        {"topics": "funding taxes"},
        "employed",
        {},
        {"topics": "funding taxes"},
        "speaks",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_case(case, now):
    rule, employment, startup, asked, expected = CASES[case]
    OrderRuleFactory(**{**rule, "topics": topics(rule.get("topics", ""))})

    found = warnings_for(
        person=PersonFactory(employment=employment) if employment else None,
        startup=venture(**startup) if startup is not None else None,
        topics=topics(asked.get("topics", "")),
        step=asked.get("step"),
        at=now,
    )

    assert ["late" if one.late else "speaks" for one in found] == [expected][: bool(expected)]


@pytest.mark.parametrize(
    ("step", "title"),
    [
        ("trade_registration", "Before the trade registration: Zuschuss"),
        ("self_employment", "Before self-employment starts: Zuschuss"),
        ("company_formation", "Before a company is formed: Zuschuss"),
        ("purchase_contract", "Before orders and purchase contracts: Zuschuss"),
    ],
)
def test_each_step_has_words_of_its_own(step, title, now, english):
    OrderRuleFactory(step=step, names={"de": "Zuschuss"})

    assert [one.title for one in warnings_for(person=None, startup=None, at=now)] == [title]
    assert {each.value for each in FoundingStep} >= {step}


def test_a_warning_says_what_whom_and_where_that_is_from(now, english):
    OrderRuleFactory(
        code="zuschuss",
        names={"de": "Zuschuss", "en": "Grant"},
        advice={"de": "Erst beantragen.", "en": "Apply first."},
        employments=["unemployed"],
        source="§ 93 SGB III",
        source_url="https://gesetze.example/93",
        checked_on=date(2026, 1, 5),
    )

    found = warnings_for(person=PersonFactory(), startup=venture(), at=now)

    assert [(one.funding, one.advice, one.source) for one in found] == [
        ("Grant", "Apply first.", "§ 93 SGB III")
    ]
    assert found[0].source_url == "https://gesetze.example/93"
    assert found[0].checked_on == date(2026, 1, 5)
    assert found[0].personal is False
    assert found[0].notes == (
        "Concerns: Unemployed, unemployment benefit. The employment situation is not known.",
    )


@pytest.mark.parametrize(
    ("founded", "title"),
    [
        (None, "Before self-employment starts: Z"),
        (TOMORROW, "Before self-employment starts: Z"),
        (YESTERDAY, "Founded already on 03/09/2026: Z is probably no longer possible"),
    ],
)
def test_the_day_of_founding_is_told(founded, title, now, english):
    OrderRuleFactory(names={"de": "Z"}, employments=["unemployed"])

    found = warnings_for(person=None, startup=venture(founded_on=founded), at=now)

    assert [(one.title, bool(one.notes)) for one in found] == [(title, founded != YESTERDAY)]


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ({}, ""),
        ({"planned_founding_on": TOMORROW}, "The founding is planned for 03/11/2026."),
        (
            {"planned_founding_on": TODAY},
            "The founding was planned for 03/10/2026: has it taken place?",
        ),
        ({"planned_founding_on": YESTERDAY, "founded_on": YESTERDAY}, ""),
    ],
)
def test_the_day_that_is_planned_is_told(days, words, english):
    assert planned_words(Startup(**days), TODAY) == words
    assert planned_words(None, TODAY) == ""


def test_wording_falls_back_to_german(now, english):
    OrderRuleFactory(advice={"de": "Erst beantragen."})

    assert warnings_for(person=None, startup=None, at=now)[0].advice == "Erst beantragen."


@pytest.mark.parametrize(
    ("at", "speaks"),
    [
        (datetime(2026, 3, 28, 22, 59, 59, tzinfo=UTC), False),  # 23:59 on the 28th, winter time
        (datetime(2026, 3, 28, 23, 0, tzinfo=UTC), True),  # midnight; clocks go forward this day
        (datetime(2026, 3, 29, 21, 59, 59, tzinfo=UTC), True),  # 23:59 on the 29th, summer time
        (datetime(2026, 3, 29, 22, 0, tzinfo=UTC), False),
    ],
)
def test_validity_is_of_local_days_also_when_clocks_change(at, speaks):
    OrderRuleFactory(valid_from=date(2026, 3, 29), valid_until=date(2026, 3, 29))

    assert bool(warnings_for(person=None, startup=None, at=at)) is speaks


def test_several_people_are_warned_once_if_anybody_is_concerned(now):
    OrderRuleFactory(employments=["unemployed"])
    people = [PersonFactory(employment=each) for each in ("employed", "unemployed", "unemployed")]

    found = findings_of(people=people, startup=venture(), at=now)
    others = findings_of(people=people[:1], startup=venture(), at=now)

    assert [one.personal for one in found.warnings] == [True]
    assert others.warnings == []


def test_rules_come_in_the_order_of_the_agency(now):
    for code, position in (("c", 1), ("a", 2), ("b", 1)):
        OrderRuleFactory(code=code, position=position)

    codes = [one.code for one in warnings_for(person=None, startup=None, at=now)]

    assert codes == ["b", "c", "a"]


def test_an_agency_without_that_phase_goes_by_days_alone(now):
    OrderRuleFactory()
    startup = venture("consolidation")
    Stage.objects.filter(code="founding").delete()

    assert len(warnings_for(person=None, startup=startup, at=now)) == 1


@pytest.mark.parametrize("count", [1, 3, 12])
def test_the_number_of_queries_is_constant(count, now, django_assert_num_queries):
    for _number in range(count):
        OrderRuleFactory(topics=topics("funding"))
    person, wanted = PersonFactory(), topics("funding")
    startup = Startup.objects.select_related("stage").get(pk=venture().pk)

    with django_assert_num_queries(1):
        found = warnings_for(person=person, startup=startup, topics=wanted, at=now)

    assert len(found) == count


# --- looked into ---


def test_what_was_looked_into_is_silent_for_the_venture_and_its_people(now):
    rule, startup, person = OrderRuleFactory(), venture(), PersonFactory()

    check = check_order_rule(rule=rule, startup=startup, person=person, by=actor(), at=now)

    assert (check.startup, check.person, check.at) == (startup, None, now)
    assert warnings_for(person=person, startup=startup, at=now) == []
    assert len(warnings_for(person=person, startup=None, at=now)) == 1
    assert len(warnings_for(person=person, startup=venture(), at=now)) == 1
    assert len(warnings_for(person=None, startup=None, at=now)) == 1


def test_somebody_without_a_venture_is_checked_alone(now):
    rule, person = OrderRuleFactory(), PersonFactory()

    check_order_rule(rule=rule, startup=None, person=person, by=actor(), at=now)

    assert warnings_for(person=person, startup=None, at=now) == []
    assert len(warnings_for(person=PersonFactory(), startup=None, at=now)) == 1


def test_checking_twice_names_who_looked_last(now):
    rule, startup = OrderRuleFactory(), venture()
    anke, bora = UserFactory(name="Anke"), UserFactory(name="Bora")
    for user in (anke, bora):
        check_order_rule(rule=rule, startup=startup, person=None, by=Actor.of(user), at=now)

    assert [check.by_user for check in OrderCheck.objects.all()] == [bora]


def test_a_check_can_be_taken_back(now):
    rule, startup, other = OrderRuleFactory(), venture(), venture()
    for each in (startup, other):
        check_order_rule(rule=rule, startup=each, person=None, by=actor(), at=now)

    reopen_order_rule(rule=rule, startup=startup, person=None)

    assert len(warnings_for(person=None, startup=startup, at=now)) == 1
    assert warnings_for(person=None, startup=other, at=now) == []


def test_a_rule_that_was_reworded_speaks_again(now):
    rule, startup = OrderRuleFactory(), venture()
    check_order_rule(rule=rule, startup=startup, person=None, by=actor(), at=now)

    update_order_rule(
        rule=rule,
        changes={"source": "Neue Richtlinie"},
        topics=[],
        version=1,
        by=actor("manager"),
        at=now + timedelta(days=1),
    )

    assert len(warnings_for(person=None, startup=startup, at=now)) == 1


@pytest.mark.parametrize("about", [{"person": None, "startup": None}, {"person": 1, "startup": 1}])
def test_a_check_is_of_a_person_or_a_venture(about):
    fields = {"person": PersonFactory, "startup": StartupFactory}
    given = {name: fields[name]() if wanted else None for name, wanted in about.items()}

    with pytest.raises(IntegrityError), transaction.atomic():
        OrderCheckFactory(**given)


@pytest.mark.parametrize("bad", [{"step": "x"}, {"valid_from": TODAY, "valid_until": YESTERDAY}])
def test_the_table_refuses_what_no_rule_can_be(bad):
    with pytest.raises(IntegrityError), transaction.atomic():
        OrderRuleFactory(**bad)


# --- writing rules ---


def test_an_edit_is_remembered_with_who_and_what(now):
    manager = actor("manager")
    given = {"names": {"de": "Zuschuss"}, "step": "self_employment", "source": "Gesetz"}
    rule = create_order_rule(
        code="zuschuss", checked_on=TODAY, topics=topics("funding"), **given, by=manager, at=now
    )

    update_order_rule(
        rule=rule,
        changes={"source": "Richtlinie"},
        topics=topics("taxes"),
        version=1,
        by=manager,
        at=now,
    )

    first, last = reversed(changes_of(rule))
    assert (first.version, first.fields, first.by_user_id) == (1, {}, manager.user_id)
    assert last.fields == {"source": ["Gesetz", "Richtlinie"], "topics": [["funding"], ["taxes"]]}
    assert [topic.code for topic in rule.topics.all()] == ["taxes"]


def test_a_code_that_is_taken_gets_a_number(now):
    given = {"step": "self_employment", "source": "Gesetz", "checked_on": TODAY, "topics": []}
    codes = [
        create_order_rule(code="zuschuss", **given, by=actor("admin"), at=now).code
        for _time in range(3)
    ]

    assert codes == ["zuschuss", "zuschuss_2", "zuschuss_3"]


@pytest.mark.parametrize("role", ["advisor", "partner"])
def test_only_overseers_write_rules(role, now, world):
    by = world.colleague if role == "partner" else actor(role)
    rule = OrderRuleFactory()

    with pytest.raises(WrongSideError):
        create_order_rule(code="x", topics=[], by=by, at=now)
    with pytest.raises(WrongSideError):
        update_order_rule(rule=rule, changes={}, topics=[], version=1, by=by, at=now)


# --- the rows of a fresh installation ---


def test_the_first_rules_are_dated_sourced_and_careful(now):
    masterdata.load(apps)
    masterdata.load(apps)

    rules = list(OrderRule.objects.prefetch_related("topics"))
    assert len(rules) == len(masterdata.RULES) == 7
    assert {rule.step for rule in rules} == set(FoundingStep.values)
    for rule in rules:
        assert rule.checked_on == masterdata.CHECKED_ON
        assert rule.source_url.startswith("https://")
        assert rule.topics.exists()
        assert "bitte bei" in rule.advice["de"].lower()
        assert rule.advice["de"].startswith("Vor ")
        assert "please check" in rule.advice["en"].lower()


def test_rules_that_exist_stay_as_the_agency_worded_them():
    masterdata.load(apps)
    OrderRule.objects.filter(code="exist").update(source="Unsere Quelle")

    masterdata.load(apps)

    assert OrderRule.objects.get(code="exist").source == "Unsere Quelle"


FIRST = {
    "unemployed": {"gruendungszuschuss", "avgs_coaching"},
    "basic_income": {"avgs_coaching", "einstiegsgeld"},
    "employed": set(),
    "unknown": {"gruendungszuschuss", "avgs_coaching", "einstiegsgeld"},
}


@pytest.mark.parametrize("employment", FIRST)
def test_whom_the_first_rules_speak_to(employment):
    masterdata.load(apps)
    at = datetime(2026, 12, 1, 9, tzinfo=UTC)

    person = PersonFactory(employment=employment)
    found = {one.code for one in warnings_for(person=person, startup=None, at=at)}

    everybody = {"gruendungsstipendium", "exist", "mikrostarter", "erp_gruenderkredit"}
    assert found == everybody | FIRST[employment]
