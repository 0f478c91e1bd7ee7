"""Which partner is suggested, why, and in which order; each rule once, then together."""

from datetime import date, timedelta

import pytest
from django.utils import translation

from contacts.models import PartnerOrganisation, Stage, Topic
from referrals import suggestions
from referrals.models import Service
from referrals.suggestions import AnswerRecord, Tally, Wish, suggest
from tests.factories import PartnerFactory, ReferralFactory, ServiceFactory

TODAY = date(2026, 3, 10)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def rated(rule, service, given) -> tuple:
    tally = Tally()
    rule(tally, service, given)
    return tally.score, tally.reasons, tally.warnings


@pytest.mark.parametrize(
    ("forms", "wanted", "expected"),
    [
        ([], "", (0, [], [])),
        ([], "undecided", (0, [], [])),
        ([], "gmbh", (3, [], [])),
        (["gmbh", "ug"], "gmbh", (6, ["Legal form GmbH"], [])),
        (["ug"], "gmbh", (-20, [], ["Not meant for the legal form GmbH"])),
    ],
)
def test_legal_form(forms, wanted, expected):
    service = Service(legal_forms=forms)

    assert rated(suggestions.rate_legal_form, service, Wish(legal_form=wanted)) == expected


@pytest.mark.parametrize(
    ("prefixes", "postcode", "expected"),
    [
        ([], "", (0, [], [])),
        (["38"], "", (0, [], [])),
        ([], "38440", (8, [], [])),
        (["29", "38"], "38440", (15, ["Your area 38…"], [])),
        (["38", "384"], "38440", (15, ["Your area 384…"], [])),
        (["29"], "38440", (-40, [], ["Outside their area"])),
    ],
)
def test_area(prefixes, postcode, expected):
    service = Service(postcode_prefixes=prefixes)

    assert rated(suggestions.rate_area, service, Wish(postcode=postcode)) == expected


@pytest.mark.parametrize(
    ("spoken", "wanted", "expected"),
    [
        ([], (), (0, [], [])),
        (["de"], ("de",), (0, [], [])),
        (["de", "tr"], ("de", "tr"), (10, ["Speaks Turkish"], [])),
        (["de"], ("de", "tr"), (0, [], [])),
        (["de"], ("tr",), (-10, [], [])),
        (["xx"], ("xx",), (10, ["Speaks xx"], [])),
    ],
)
def test_language(spoken, wanted, expected):
    service = Service(languages=spoken)

    assert rated(suggestions.rate_language, service, Wish(languages=wanted)) == expected


@pytest.mark.parametrize(
    ("partner", "waiting", "expected"),
    [
        ({"capacity": "open"}, None, (10, ["Free"], [])),
        ({"capacity": "limited"}, None, (3, ["Few places"], [])),
        ({"capacity": "full"}, None, (-40, [], ["Takes no new cases at the moment"])),
        ({"capacity": "full", "full_until": date(2026, 3, 9)}, None, (10, ["Free"], [])),
        ({"capacity": "open"}, 1, (10, ["Free"], ["Waiting time 1 day"])),
        ({"capacity": "open"}, 14, (8, ["Free"], ["Waiting time 14 days"])),
        ({"capacity": "open"}, 9999, (2, ["Free"], ["Waiting time 9999 days"])),
    ],
)
def test_room(partner, waiting, expected):
    service = Service(partner=PartnerOrganisation(**partner), waiting_days=waiting)

    assert rated(suggestions.rate_room, service, TODAY) == expected


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (AnswerRecord(), (0, [], [])),
        (AnswerRecord(2, 2, 1), (0, [], [])),
        (AnswerRecord(4, 4, 1), (15, ["Mostly answers in 1 working day"], [])),
        (AnswerRecord(4, 2, 3), (8, ["Mostly answers in 3 working days"], [])),
        (AnswerRecord(4, 1, 9), (4, [], ["Often answers late"])),
    ],
)
def test_answer_record(record, expected):
    tally = Tally()
    suggestions.rate_record(tally, record)

    assert (tally.score, tally.reasons, tally.warnings) == expected


def offer(name, *, topics, stages=(), **more):
    partner = PartnerFactory(name=name, **more.pop("partner", {}))
    service = ServiceFactory(partner=partner, name=f"Beratung {name}", **more)
    service.topics.set(Topic.objects.filter(code__in=topics))
    service.stages.set(Stage.objects.filter(code__in=stages))
    return service


def topics(*codes):
    return list(Topic.objects.filter(code__in=codes))


@pytest.mark.django_db
def test_the_best_come_first_with_their_reasons(now):
    offer("Bank", topics=["funding"], postcode_prefixes=["29"])
    chamber = offer(
        "Kammer", topics=["funding", "taxes"], stages=["conception"], postcode_prefixes=["38"]
    )
    offer("Zentrum", topics=["funding"], stages=["growth"])
    offer("Fremd", topics=["marketing"])

    found = suggest(
        topics=topics("funding", "taxes"),
        stage=Stage.objects.get(code="conception"),
        postcode="38440",
        at=now,
    )

    assert [one.partner.name for one in found] == ["Kammer", "Zentrum", "Bank"]
    assert (found[0].service, found[0].score) == (chamber, 80)
    assert found[0].reasons == [
        "Topic Grants and subsidies",
        "Topic Taxes and bookkeeping",
        "Phase Conception",
        "Your area 38…",
        "Free",
    ]
    assert found[1].warnings == ["Not meant for the phase Conception"]
    assert found[2].warnings == ["Outside their area"]


@pytest.mark.django_db
def test_each_partner_comes_once_with_its_best_service(now):
    good = offer("Kammer", topics=["funding"], stages=["conception"])
    weak = ServiceFactory(partner=good.partner, name="Aaa")
    weak.topics.set(topics("funding"))

    found = suggest(topics=topics("funding"), stage=Stage.objects.get(code="conception"), at=now)

    assert [one.service for one in found] == [good]


@pytest.mark.django_db
def test_equal_ones_go_by_name(now):
    for name in ("Ces", "Aes", "Bes", "Des"):
        offer(name, topics=["funding"])

    for _time in range(2):
        found = suggest(topics=topics("funding"), at=now, limit=3)
        assert [one.partner.name for one in found] == ["Aes", "Bes", "Ces"]


@pytest.mark.django_db
def test_what_is_not_on_offer_is_not_suggested(now):
    offer("Entwurf", topics=["funding"], status="draft")
    offer("Pause", topics=["funding"], status="paused")
    offer("Weg", topics=["funding"], partner={"active": False})

    assert suggest(topics=topics("funding"), at=now) == []
    assert suggest(topics=[], at=now) == []


@pytest.mark.django_db
def test_without_topics_every_service_is_weighed(now):
    offer("Kammer", topics=["funding"])

    assert [one.reasons for one in suggest(topics=[], at=now)] == [["Free"]]


def answered(partner, action, *, after, at, respond_by):
    referral = ReferralFactory(sent=True, recipient=partner, sent_at=at, respond_by=respond_by)
    referral.steps.create(
        action=action, after="accepted", version=2, at=at + after, channel="screen"
    )


@pytest.mark.django_db
def test_the_record_counts_answers_of_the_last_twelve_months(now):
    partner, sent = offer("Kammer", topics=["funding"]).partner, now - timedelta(days=60)
    due = (sent + timedelta(days=7)).date()
    for action, days in [("accept", 2), ("decline", 4), ("accept", 9), ("expire", 21), ("ask", 1)]:
        answered(partner, action, after=timedelta(days=days), at=sent, respond_by=due)
    long_ago = now - timedelta(days=400)
    answered(partner, "accept", after=timedelta(days=1), at=long_ago, respond_by=long_ago.date())

    assert suggestions.answer_records({partner.pk}, now) == {
        partner.pk: AnswerRecord(answers=4, in_time=2, working_days=4)
    }
    assert suggest(topics=topics("funding"), at=now)[0].reasons[-1] == (
        "Mostly answers in 4 working days"
    )


@pytest.mark.django_db
@pytest.mark.parametrize("partners", [1, 3, 12])
def test_the_number_of_queries_is_constant(partners, now, django_assert_num_queries):
    for number in range(partners):
        offer(f"Stelle {number}", topics=["funding"], stages=["conception"])
    wanted = topics("funding")

    with django_assert_num_queries(4):
        assert len(suggest(topics=wanted, at=now, limit=50)) == partners
