"""Which partner is suggested, why, and in which order: one table of cases, then the edges."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import translation

from contacts.folding import fold
from contacts.models import PartnerOrganisation, Stage, Topic
from referrals import rating, suggestions
from referrals.models import Service
from referrals.rating import POINTS, AnswerRecord, Tally, Wish
from referrals.suggestions import match, suggest
from tests.factories import PartnerFactory, ReferralFactory, ServiceFactory

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 10)
DOCS = Path(__file__).parents[2] / "docs" / "matching.md"


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def topics(codes):
    found = {topic.code: topic for topic in Topic.objects.all()}
    return [found[code] for code in codes.split()]


def offer(name, *, topic="funding", stages="", forms="", area="", languages="", **more):
    """A partner with one service; `full`, `few`, `away` say how much room there is."""
    partner = PartnerFactory(
        name=name, sort_name=more.pop("sort_name", fold(name)), **more.pop("partner", {})
    )
    service = ServiceFactory(
        partner=partner,
        name=more.pop("service", f"Beratung {name}"),
        legal_forms=forms.split(),
        postcode_prefixes=area.split(),
        languages=languages.split(),
        **more,
    )
    service.topics.set(topics(topic))
    service.stages.set(Stage.objects.filter(code__in=stages.split()))
    return service


def wish(topic="funding", stage="", form="", postcode="", languages=""):
    return Wish(
        topics=tuple(topics(topic)),
        stage=Stage.objects.get(code=stage) if stage else None,
        legal_form=form,
        postcode=postcode,
        languages=tuple(languages.split()),
    )


FULL, FEW = {"capacity": "full"}, {"capacity": "limited"}
FULL_TILL_TODAY = {"capacity": "full", "full_until": TODAY}
FULL_TILL_YESTERDAY = {"capacity": "full", "full_until": TODAY - timedelta(days=1)}
FULL_TILL_APRIL = {"capacity": "full", "full_until": date(2026, 4, 1)}
AWAY = {"absent_from": TODAY - timedelta(days=2), "absent_until": TODAY}
BACK = {"absent_from": TODAY - timedelta(days=9), "absent_until": TODAY - timedelta(days=1)}
TWO = "funding taxes"
# Free and on the one topic wished for is 50; what is not said of the wish is not known.
# wish, offers, "who fits, with points", "who does not fit"
CASES = {
    # topics
    "the topic and a free place": ({}, {"A": {}}, "A 50", ""),
    "both topics before one of two": (
        {"topic": TWO},
        {"A": {}, "B": {"topic": TWO}},
        "B 50, A 30",
        "",
    ),
    "a third each, whole when all are met": (
        {"topic": "funding taxes idea"},
        {"A": {"topic": "funding taxes idea"}, "B": {"topic": TWO}, "C": {}},
        "A 50, B 37, C 23",
        "",
    ),
    "another topic is no candidate": ({}, {"A": {"topic": "marketing"}}, "", ""),
    "further topics of a service neither help nor harm": ({}, {"A": {"topic": TWO}}, "A 50", ""),
    "no topic wished for: every service": ({"topic": ""}, {"A": {"topic": "taxes"}}, "A 10", ""),
    # ties and names
    "a tie goes by name": ({}, {"C": {}, "A": {}, "B": {}}, "A 50, B 50, C 50", ""),
    "umlauts stand where the phone book has them": (
        {},
        {"Zebra": {}, "Öko": {}, "Ofen": {}, "Ohm": {}},
        "Öko 50, Ofen 50, Ohm 50, Zebra 50",
        "",
    ),
    "umlauts are spelt out": (
        {},
        {"Muster": {}, "Müller": {}, "Mueck": {}},
        "Mueck 50, Müller 50, Muster 50",
        "",
    ),
    "capitals and accents do not count": (
        {},
        {"éclair": {}, "Eck": {}, "ECHO": {}},
        "ECHO 50, Eck 50, éclair 50",
        "",
    ),
    "a tie behind a better one": (
        {},
        {"B": {}, "A": {}, "Z": {"area": "38"}},
        "A 50, B 50, Z 50",
        "",
    ),
    # phase
    "the phase before all phases before none": (
        {"stage": "conception"},
        {"A": {}, "B": {"stages": "conception"}, "C": {"stages": "growth"}},
        "B 65, A 58",
        "C",
    ),
    "one of several phases": (
        {"stage": "conception"},
        {"A": {"stages": "orientation conception"}},
        "A 65",
        "",
    ),
    "phase unknown: limits decide nothing": ({}, {"A": {"stages": "growth"}}, "A 50", ""),
    "a venture that pauses is in no phase": (
        {"stage": "paused"},
        {"A": {"stages": "growth"}, "B": {}},
        "A 50, B 50",
        "",
    ),
    "a venture that has ended too": ({"stage": "ended"}, {"A": {"stages": "growth"}}, "A 50", ""),
    # legal form
    "the legal form before all before none": (
        {"form": "gmbh"},
        {"A": {}, "B": {"forms": "gmbh ug"}, "C": {"forms": "sole"}},
        "B 56, A 53",
        "C",
    ),
    "legal form not decided": ({"form": "undecided"}, {"A": {"forms": "sole"}}, "A 50", ""),
    "legal form unknown": ({}, {"A": {"forms": "sole"}}, "A 50", ""),
    "another legal form is one too": ({"form": "other"}, {"A": {"forms": "sole"}}, "", "A"),
    # area
    "their area before everywhere before elsewhere": (
        {"postcode": "38440"},
        {"A": {}, "B": {"area": "38"}, "C": {"area": "29"}},
        "B 65, A 58",
        "C",
    ),
    "one of several areas": ({"postcode": "38440"}, {"A": {"area": "29 384"}}, "A 65", ""),
    "a leading zero counts": ({"postcode": "03840"}, {"A": {"area": "38"}}, "", "A"),
    "blanks around the postcode do not": (
        {"postcode": " 38440 "},
        {"A": {"area": "38"}},
        "A 65",
        "",
    ),
    "postcode unknown": ({}, {"A": {"area": "29"}}, "A 50", ""),
    "a beginning within a smaller area decides nothing": (
        {"postcode": "38"},
        {"A": {"area": "38440"}, "B": {"area": "29440"}},
        "A 50",
        "B",
    ),
    # language
    "the language is spoken, not said, not spoken": (
        {"languages": "tr"},
        {"A": {"languages": "de"}, "B": {}, "C": {"languages": "de tr"}},
        "C 60, B 50, A 40",
        "",
    ),
    "who speaks German too needs no other": (
        {"languages": "de tr"},
        {"A": {"languages": "de"}, "B": {"languages": "tr"}},
        "B 60, A 50",
        "",
    ),
    "two languages count once": (
        {"languages": "tr uk"},
        {"A": {"languages": "tr uk"}, "B": {"languages": "uk"}},
        "A 60, B 60",
        "",
    ),
    "German alone tells nobody apart": (
        {"languages": "de"},
        {"A": {"languages": "en"}},
        "A 50",
        "",
    ),
    # room
    "free before few before full, and full still fits": (
        {},
        {"A": {"partner": FULL}, "B": {"partner": FEW}, "C": {}},
        "C 50, B 43, A 0",
        "",
    ),
    "full to the end of its last day": (
        {},
        {"A": {"partner": FULL_TILL_TODAY}, "B": {"partner": FULL_TILL_YESTERDAY}},
        "B 50, A 0",
        "",
    ),
    "one service is full, its partner is not": (
        {},
        {"A": {"full_until": TODAY}, "B": {"full_until": TODAY - timedelta(days=1)}},
        "B 50, A 0",
        "",
    ),
    "full twice is full once": (
        {},
        {"A": {"partner": FULL, "full_until": TODAY}},
        "A 0",
        "",
    ),
    "a full one that suits before a free one that does not": (
        {"postcode": "38440"},
        {"A": {"partner": FULL, "area": "38"}, "B": {"area": "29"}},
        "A 15",
        "B",
    ),
    "away today, back today": (
        {},
        {"A": {"partner": AWAY}, "B": {"partner": BACK}},
        "B 50, A 40",
        "",
    ),
    "a point for each week of waiting, eight at most": (
        {},
        {
            "A": {"waiting_days": 999},
            "B": {"waiting_days": 14},
            "C": {"waiting_days": 6},
            "D": {"waiting_days": 0},
        },
        "C 50, D 50, B 48, A 42",
        "",
    ),
    # excluded: by how much, then by points, then by name
    "one hindrance before two": (
        {"stage": "conception", "postcode": "38440"},
        {"A": {"stages": "growth", "area": "29"}, "B": {"area": "29"}},
        "",
        "B, A",
    ),
    "equal hindrances go by points": (
        {"topic": TWO, "postcode": "38440"},
        {"A": {"area": "29"}, "B": {"area": "29", "topic": TWO}},
        "",
        "B, A",
    ),
    "equal in all go by name": (
        {"postcode": "38440"},
        {"Z": {"area": "29"}, "Ä": {"area": "29"}, "B": {"area": "29"}},
        "",
        "Ä, B, Z",
    ),
    "excluded ones are never among the best": (
        {"topic": TWO, "postcode": "38440"},
        {"A": {"topic": TWO, "area": "29"}, "B": {"partner": FULL}},
        "B -12",
        "A",
    ),
    # all together
    "everything known and met": (
        {"topic": TWO, "stage": "conception", "form": "ug", "postcode": "38440", "languages": "tr"},
        {
            "A": {
                "topic": TWO,
                "stages": "conception",
                "forms": "ug",
                "area": "38",
                "languages": "tr",
            },
            "B": {"topic": TWO},
            "C": {"stages": "conception", "forms": "gmbh", "area": "29"},
        },
        "A 96, B 69",
        "C",
    ),
    "nothing known but the topic": (
        {},
        {"A": {"stages": "growth", "forms": "ag", "area": "99", "languages": "en"}},
        "A 50",
        "",
    ),
    "nothing stored": ({}, {}, "", ""),
}


@pytest.mark.parametrize("case", CASES)
def test_the_order_of_a_case(case, now):
    wanted, offers, fitting, unfit = CASES[case]
    for name, given in offers.items():
        offer(name, **given)

    for _time in range(2):
        found = match(wish(**wanted), at=now, limit=9)
        assert ", ".join(f"{one.partner.name} {one.score}" for one in found.fitting) == fitting
        assert ", ".join(one.partner.name for one in found.unfit) == unfit
        assert [one.eligible for one in found.fitting + found.unfit] == (
            [True] * len(found.fitting) + [False] * len(found.unfit)
        )


def test_the_table_is_long_enough():
    assert len(CASES) >= 40


def test_the_best_come_first_with_their_reasons(now):
    chamber = offer("Kammer", topic=TWO, stages="conception", forms="ug", area="38", languages="tr")
    offer("Amt", partner=FULL_TILL_TODAY, waiting_days=1)
    offer("Bank", stages="growth", forms="ag", area="29 30 31 32 33 34", languages="en")
    wanted = wish(topic=TWO, stage="conception", form="ug", postcode="38440", languages="tr")

    found = match(wanted, at=now)

    assert found.fitting[0].service == chamber
    assert found.fitting[0].reasons == [
        "Topic Grants and subsidies",
        "Topic Taxes and bookkeeping",
        "Phase Conception",
        "Legal form UG (haftungsbeschränkt)",
        "Your area 38…",
        "Speaks Turkish",
        "Free",
    ]
    assert found.fitting[1].reasons == [
        "Topic Grants and subsidies",
        "For every phase",
        "For every legal form",
        "Works everywhere",
    ]
    assert found.fitting[1].warnings == ["Full until 03/10/2026", "Waiting time 1 day"]
    assert found.unfit[0].hindrances == [
        "Not meant for the phase Conception",
        "Not meant for the legal form UG (haftungsbeschränkt)",
        "Postcode 38440 is outside their area (29…, 30…, 31…, 32…, 33… …)",
    ]
    assert found.unfit[0].warnings == ["Does not speak Turkish"]


@pytest.mark.parametrize(
    ("partner", "service", "words"),
    [
        ({}, {}, ""),
        (FULL, {}, "Takes no new cases at the moment"),
        (FULL, {"full_until": date(2026, 4, 1)}, "Takes no new cases at the moment"),
        (FULL_TILL_TODAY, {"full_until": date(2026, 4, 1)}, "Full until 04/01/2026"),
        (FULL_TILL_APRIL, {"full_until": TODAY}, "Full until 04/01/2026"),
        (FULL_TILL_YESTERDAY, {"full_until": TODAY}, "Full until 03/10/2026"),
        (FULL_TILL_YESTERDAY, {}, ""),
    ],
)
def test_full_says_how_long(partner, service, words):
    one = Service(partner=PartnerOrganisation(**partner), **service)

    assert rating.full_words(one, TODAY) == words


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (AnswerRecord(), (0, [], [])),
        (AnswerRecord(2, 2, 1), (0, [], [])),
        (AnswerRecord(4, 4, 1), (15, ["Mostly answers in 1 working day"], [])),
        (AnswerRecord(4, 2, 3), (8, ["Mostly answers in 3 working days"], [])),
        (AnswerRecord(4, 1, 9), (4, [], ["Often answers late"])),
        (AnswerRecord(4, 0, 9), (0, [], ["Often answers late"])),
    ],
)
def test_answer_record(record, expected):
    tally = Tally()
    rating.rate_record(tally, record)

    assert (tally.score, tally.reasons, tally.warnings) == expected


def test_each_partner_comes_once_with_its_best_service(now):
    good = offer("Kammer", stages="conception")
    weak = ServiceFactory(partner=good.partner, name="Aaa")
    weak.topics.set(topics("funding"))

    found = match(wish(stage="conception"), at=now)

    assert [one.service for one in found.fitting] == [good]


def test_a_partner_fits_if_one_of_its_services_does(now):
    excluded = offer("Kammer", stages="growth", topic=TWO)
    other = ServiceFactory(partner=excluded.partner, name="Zuletzt")
    other.topics.set(topics("funding"))

    found = match(wish(topic=TWO, stage="conception"), at=now)

    assert [one.service for one in found.fitting] == [other]
    assert found.unfit == []


def test_equal_services_of_one_partner_go_by_folded_name(now):
    last = offer("Kammer", service="Zoll")
    first = ServiceFactory(partner=last.partner, name="Ämter")
    first.topics.set(topics("funding"))

    assert suggest(topics=topics("funding"), at=now)[0].service == first


def test_only_as_many_as_asked_for_and_all_of_them_eligible(now):
    offer("Aa", topic="funding", area="29")
    for name in ("Ces", "Aes", "Bes", "Des"):
        offer(name)

    found = suggest(topics=topics("funding"), postcode="38440", at=now, limit=3)

    assert [one.partner.name for one in found] == ["Aes", "Bes", "Ces"]


def test_what_is_not_on_offer_is_not_suggested(now):
    offer("Entwurf", status="draft")
    offer("Pause", status="paused")
    offer("Weg", partner={"active": False})

    assert suggest(topics=topics("funding"), at=now) == []
    assert suggest(topics=[], at=now) == []


def answered(partner, action, *, after, at, respond_by):
    referral = ReferralFactory(
        sent=True, recipient=partner, sent_at=at, respond_by=respond_by, modified_at=at + after
    )
    referral.steps.create(
        action=action, after="accepted", version=2, at=at + after, channel="screen"
    )


def test_the_record_counts_answers_of_the_last_twelve_months(now):
    partner, sent = offer("Kammer").partner, now - timedelta(days=60)
    due = (sent + timedelta(days=7)).date()
    for action, days in [("accept", 2), ("decline", 4), ("accept", 9), ("expire", 21), ("ask", 1)]:
        answered(partner, action, after=timedelta(days=days), at=sent, respond_by=due)
    long_ago = now - timedelta(days=400)
    answered(partner, "accept", after=timedelta(days=1), at=long_ago, respond_by=long_ago.date())

    assert suggestions.answer_records({partner.pk}, now) == {
        partner.pk: AnswerRecord(answers=4, in_time=2, working_days=2)
    }
    assert suggest(topics=topics("funding"), at=now)[0].reasons[-1] == (
        "Mostly answers in 2 working days"
    )


def test_one_answer_that_took_very_long_does_not_count_for_mostly(now):
    partner, sent = offer("Kammer").partner, now - timedelta(days=60)  # a Friday
    due = (sent + timedelta(days=99)).date()
    for days in (3, 4, 50):
        answered(partner, "accept", after=timedelta(days=days), at=sent, respond_by=due)

    assert suggestions.answer_records({partner.pk}, now)[partner.pk].working_days == 2


@pytest.mark.parametrize(
    ("weekday", "days", "expected"), [(5, 0, 0), (5, 2, 0), (5, 3, 1), (1, 4, 4), (6, 9, 6)]
)
def test_weekends_are_no_working_days(weekday, days, expected):
    assert suggestions.worked(weekday, days) == expected


def test_who_answers_in_time_comes_before_who_does_not(now):
    late, prompt, sent = offer("Amt").partner, offer("Bank").partner, now - timedelta(days=60)
    for partner, days in ((late, 9), (prompt, 1)):
        for _number in range(3):
            due = (sent + timedelta(days=5)).date()
            answered(partner, "accept", after=timedelta(days=days), at=sent, respond_by=due)

    found = suggest(topics=topics("funding"), at=now)

    assert [(one.partner, one.score) for one in found] == [(prompt, 65), (late, 50)]
    assert found[1].warnings == ["Often answers late"]


def test_the_day_is_the_local_one(now):
    """Half past midnight in Wolfsburg is still yesterday in UTC."""
    offer("Amt", full_until=date(2026, 3, 9))

    before_midnight = datetime(2026, 3, 9, 22, 30, tzinfo=UTC)

    for hours, expected in [(0, 0), (1, 50)]:
        at = before_midnight + timedelta(hours=hours)
        assert [one.score for one in suggest(topics=topics("funding"), at=at)] == [expected]


@pytest.mark.parametrize("partners", [1, 3, 12])
def test_the_number_of_queries_is_constant(partners, now, django_assert_num_queries):
    for number in range(partners):
        offer(f"Stelle {number}", stages="conception")
    wanted = topics("funding")

    with django_assert_num_queries(4):
        assert len(suggest(topics=wanted, at=now, limit=50)) == partners


def test_of_too_many_services_those_with_most_topics_are_rated(now, monkeypatch):
    monkeypatch.setattr(suggestions, "MOST_RATED", 2)
    monkeypatch.setattr(suggestions, "MOST_UNFIT", 1)
    for name in ("Aa", "Bb", "Cc"):
        offer(name, area="29")
    offer("Zz", topic=TWO, area="29")

    found = match(wish(topic=TWO), at=now)
    excluded = match(wish(topic=TWO, postcode="38440"), at=now)

    assert [one.partner.name for one in found.fitting] == ["Zz", "Aa"]
    assert [one.partner.name for one in excluded.unfit] == ["Zz"]


def test_of_too_many_services_those_for_the_phase_are_rated(now, monkeypatch):
    monkeypatch.setattr(suggestions, "MOST_RATED", 2)
    offer("Aa", stages="growth")
    offer("Bb")
    offer("Cc", stages="conception growth")

    found = match(wish(stage="conception"), at=now)

    assert [one.partner.name for one in found.fitting] == ["Cc", "Bb"]


def test_the_document_tells_the_points_of_the_code():
    rows = [line.split("|") for line in DOCS.read_text().splitlines() if line.startswith("| `")]

    assert {row[1].strip(" `"): int(row[2].replace("−", "-")) for row in rows} == POINTS
