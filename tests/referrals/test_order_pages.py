"""Where the guard of the order of steps speaks, and the pages of its rules."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor
from contacts.models import Stage, Topic
from contacts.registry import Case
from referrals import order_notes
from referrals.models import OrderCheck, OrderRule
from tests.factories import (
    AffiliationFactory,
    NeedFactory,
    OrderCheckFactory,
    OrderRuleFactory,
    PersonFactory,
    ServiceFactory,
    StartupFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}
RULES = reverse("referrals:order_rules")


@pytest.fixture(autouse=True)
def _no_rules_but_ours():
    OrderRule.objects.all().delete()


@pytest.fixture
def advisor(client):
    user = UserFactory(name="Anke")
    client.force_login(user)
    return user


@pytest.fixture
def manager(client):
    user = UserFactory(name="Mara", role="manager")
    client.force_login(user)
    return user


def topic(code="funding"):
    return Topic.objects.get(code=code)


def grant(**more):
    given = {"code": "zuschuss", "names": {"de": "Zuschuss A"}, "topics": [topic()]}
    return OrderRuleFactory(**{**given, **more})


def case(employment="unemployed", **startup):
    tie = AffiliationFactory(
        person=PersonFactory(employment=employment), startup=StartupFactory(**startup)
    )
    return tie.person, tie.startup


def shown(client, url, **params) -> str:
    return client.get(url, params).content.decode()


# --- case pages ---


def test_a_case_before_founding_is_warned_beside_its_phase(client, advisor):
    grant(advice={"de": "Vor dem Start erst beantragen."}, source="§ 93", checked_on="2026-11-02")
    person, startup = case()

    for page in (
        shown(client, startup.get_absolute_url()),
        shown(client, person.get_absolute_url()),
    ):
        assert "zuerst 1 Förderung prüfen" in page
        assert "Vor dem Start der Selbstständigkeit: Zuschuss A" in page
        assert "Vor dem Start erst beantragen." in page
        assert "§ 93 · Stand 02.11.2026" in page
        assert f'value="{startup.reference}"' in page


def test_a_case_that_was_founded_hears_that_it_is_probably_too_late(client, advisor):
    grant()
    today = timezone.localdate()
    _person, startup = case(founded_on=today)

    page = shown(client, startup.get_absolute_url())

    said = f"Gründung liegt schon am {today:%d.%m.%Y}: Zuschuss A ist wahrscheinlich nicht mehr"
    assert said in page


def test_a_case_past_founding_hears_nothing(client, advisor):
    grant()
    _person, startup = case(stage=Stage.objects.get(code="growth"))

    assert "Zuschuss A" not in shown(client, startup.get_absolute_url())


def test_the_phase_is_changed_knowingly(client, advisor):
    grant()
    _person, startup = case()

    page = shown(client, reverse("contacts:startup_stage", args=[startup.reference]))

    assert "Zuschuss A" in page


def test_the_form_of_a_venture_warns_and_follows_the_days_typed(client, advisor):
    grant()
    _person, startup = case()
    url = reverse("referrals:order_warnings", args=[startup.reference])
    today = timezone.localdate()

    form = shown(client, reverse("contacts:startup_edit", args=[startup.reference]))
    planned = client.post(url, {"planned_founding_on": f"{today + timedelta(days=3)}"})
    founded = client.post(url, {"founded_on": f"{today}"})
    nonsense = client.post(url, {"founded_on": "31.2."})

    assert f'hx-post="{url}"' in form
    assert "Vor dem Start der Selbstständigkeit: Zuschuss A" in form
    assert "ist für den" in planned.content.decode()
    assert "wahrscheinlich nicht mehr möglich" in founded.content.decode()
    assert "Vor dem Start der Selbstständigkeit" in nonsense.content.decode()
    startup.refresh_from_db()
    assert startup.founded_on is None


def test_managers_read_warnings_but_cannot_dismiss_them(client, manager):
    grant()
    _person, startup = case()

    page = shown(client, startup.get_absolute_url())

    assert "Zuschuss A" in page
    assert "/geprueft/" not in page


# --- looked into ---


def test_looked_into_from_the_case_and_warned_again(client, advisor):
    rule = grant()
    _person, startup = case()
    about = {"order_startup": startup.reference}

    done = client.post(reverse("referrals:order_check", args=[rule.code]), about, follow=True)
    page = done.content.decode()
    assert "Zuschuss A: als geprüft vermerkt." in page
    assert "zuerst 1 Förderung" not in page
    assert f"Zuschuss A: geprüft von Anke am {timezone.localdate():%d.%m.%Y}" in page

    undone = client.post(reverse("referrals:order_reopen", args=[rule.code]), about, follow=True)
    assert "zuerst 1 Förderung prüfen" in undone.content.decode()
    assert not OrderCheck.objects.exists()


def test_looked_into_for_somebody_without_a_venture(client, advisor):
    rule, person = grant(), PersonFactory()
    about = {"order_person": person.reference}

    done = client.post(reverse("referrals:order_check", args=[rule.code]), about)

    assert done.url == person.get_absolute_url()
    assert [(c.person, c.startup) for c in OrderCheck.objects.all()] == [(person, None)]
    assert "geprüft von Anke" in shown(client, person.get_absolute_url())


def test_within_a_form_only_the_row_changes(client, advisor):
    rule = grant()
    _person, startup = case()
    about = {"order_startup": startup.reference}

    done = client.post(reverse("referrals:order_check", args=[rule.code]), about, **HTMX)
    undone = client.post(reverse("referrals:order_reopen", args=[rule.code]), about, **HTMX)

    assert done.content.decode().strip().split("#}")[-1].strip().startswith("<li>")
    assert "als geprüft vermerkt" in done.content.decode()
    assert "Sie werden wieder gewarnt" in undone.content.decode()
    assert not OrderCheck.objects.exists()


@pytest.mark.parametrize(
    ("about", "status"),
    [({}, 400), ({"order_person": "P-0"}, 404), ({"order_startup": "S-0"}, 404)],
)
def test_a_check_of_nobody_is_not_found(about, status, client, advisor):
    url = reverse("referrals:order_check", args=[grant().code])

    assert client.post(url, about).status_code == status
    assert not OrderCheck.objects.exists()


def test_a_check_of_another_case_keeps_nobody_silent(client, advisor):
    rule = grant()
    OrderCheckFactory(rule=rule, at=timezone.now())
    _person, startup = case()

    assert "zuerst 1 Förderung prüfen" in shown(client, startup.get_absolute_url())


# --- consultations and referrals ---


def test_a_consultation_warns_when_the_topic_points_to_the_step(client, advisor):
    grant()
    person, startup = case("employed")
    url = reverse("consultations:partner_cards")
    about = {"person": person.pk, "startup": startup.pk}

    pointed = client.post(url, {**about, "topics": [topic().pk]}).content.decode()
    other = client.post(url, {**about, "topics": [topic("taxes").pk]}).content.decode()

    assert "Zuschuss A" in pointed
    assert f"{startup.reference}" in pointed
    assert "Zuschuss A" not in other


def test_a_consultation_warns_when_the_situation_of_the_person_does(client, advisor):
    grant(employments=["unemployed"])
    OrderRuleFactory(code="alle", names={"de": "Kredit B"})
    url = reverse("consultations:partner_cards")

    pages = [
        client.post(url, {"person": PersonFactory(employment=each).pk}).content.decode()
        for each in ("unemployed", "employed", "unknown")
    ]

    assert ["Zuschuss A" in page for page in pages] == [True, False, False]
    assert ["Kredit B" in page for page in pages] == [False, False, False]


def test_a_new_person_is_warned_about_but_cannot_be_checked(client, advisor):
    grant()

    page = client.post(
        reverse("consultations:partner_cards"), {"topics": [topic().pk]}
    ).content.decode()

    assert "Zuschuss A" in page
    assert "/geprueft/" not in page


def test_a_warning_that_both_topic_and_situation_call_for_stands_once(client, advisor):
    grant(employments=["unemployed"])
    person, startup = case()
    data = {"person": person.pk, "startup": startup.pk, "topics": [topic().pk]}

    page = client.post(reverse("consultations:partner_cards"), data).content.decode()

    assert page.count("Vor dem Start der Selbstständigkeit: Zuschuss A") == 1


def test_the_recording_form_opens_with_the_warning(client, advisor):
    grant(employments=["unemployed"])
    person, _startup = case()

    page = shown(client, reverse("consultations:consultation_create"), person=person.reference)

    assert "Zuschuss A" in page


def test_a_referral_warns_by_topic_or_by_the_service_chosen(client, advisor):
    grant()
    person, startup = case("employed")
    service = ServiceFactory()
    service.topics.set([topic()])
    url, about = reverse("referrals:proposal"), {"person": person.pk, "startup": startup.pk}

    by_topic = client.post(url, {**about, "topics": [topic().pk], "part": "checks"})
    by_service = client.post(url, {**about, "service": service.pk, "part": "checks"})
    by_other = client.post(url, {**about, "service": service.pk, "topics": [topic("taxes").pk]})

    assert "Zuschuss A" in by_topic.content.decode()
    assert "Zuschuss A" in by_service.content.decode()
    assert "Zuschuss A" not in by_other.content.decode()


# --- partners that do not fit ---


def limited(**more):
    service = ServiceFactory(**{"postcode_prefixes": ["29"], **more})
    service.topics.set([topic()])
    return service


def test_who_is_not_eligible_stands_apart_with_the_reason(client, advisor):
    fitting, unfit = ServiceFactory(eligibility="Wohnsitz in Wolfsburg"), limited()
    fitting.topics.set([topic()])
    person, startup = case(postcode="38440")
    data = {"person": person.pk, "startup": startup.pk, "topics": [topic().pk]}

    recording = client.post(reverse("consultations:partner_cards"), data).content.decode()
    referring = client.post(reverse("referrals:proposal"), data).content.decode()

    for page in (recording, referring):
        best, apart = page.split("Nicht passend: 1 Partner")
        assert fitting.partner.name in best
        assert "Voraussetzungen: Wohnsitz in Wolfsburg" in best
        assert unfit.partner.name not in best
        assert unfit.partner.name in apart
        assert "PLZ 38440 liegt außerhalb ihres Gebiets (29…)" in apart


def test_asking_further_partners_says_the_same(client, advisor):
    grant()
    fitting, unfit = ServiceFactory(eligibility="Wohnsitz in Wolfsburg"), limited()
    fitting.topics.set([topic()])
    need = NeedFactory(postcode="38440")
    need.topics.set([topic()])
    url = reverse("referrals:need_ask", args=[need.reference])

    page = shown(client, url)

    best, apart = page.split("Nicht passend: 1 Partner")
    assert "Voraussetzungen: Wohnsitz in Wolfsburg" in best
    assert unfit.partner.name not in best
    assert "PLZ 38440 liegt außerhalb ihres Gebiets (29…)" in apart
    assert apart.count(f"<strong>{unfit.partner.name}</strong>") == 1
    assert "Zuschuss A" in page
    assert '<details class="reveal unfit" open>' in shown(client, url, leistung=unfit.pk)


def test_whoever_was_chosen_all_the_same_stays_in_sight(client, advisor):
    unfit = limited()
    person, startup = case(postcode="38440")
    data = {"person": person.pk, "startup": startup.pk, "topics": [topic().pk]}

    recording = client.post(
        reverse("consultations:partner_cards"), {**data, "partners": [unfit.partner.pk]}
    ).content.decode()
    referring = client.post(
        reverse("referrals:proposal"), {**data, "service": unfit.pk}
    ).content.decode()

    assert f'value="{unfit.partner.pk}" checked' in recording
    assert "PLZ 38440 liegt außerhalb" in recording
    assert "Nicht passend" not in recording
    assert '<details class="reveal unfit" open>' in referring
    assert "checked" in referring.split("Nicht passend")[1]


def test_nobody_fits_is_said(client, advisor):
    limited()
    person, startup = case(postcode="38440")
    data = {"person": person.pk, "startup": startup.pk, "topics": [topic().pk]}

    page = client.post(reverse("consultations:partner_cards"), data).content.decode()

    assert "Kein Partner passt; die folgenden nennen Grenzen." in page


# --- Verwaltung ---


def typed(**more):
    return {
        "german": "Gründungsbonus",
        "advice_german": "Vor der Gründung erst beantragen.",
        "step": "company_formation",
        "employments": ["unemployed"],
        "topics": [topic().pk],
        "source": "Richtlinie",
        "source_url": "https://richtlinie.example/",
        "checked_on": "2026-11-20",
        "valid_from": "2026-01-01",
        "valid_until": "2027-12-31",
        "position": "3",
        "active": "on",
        **more,
    }


def token(page: str) -> str:
    return page.split('name="token" value="')[1].split('"')[0]


def test_a_manager_adds_a_rule_and_everybody_of_the_agency_reads_it(client, manager):
    url = reverse("referrals:order_rule_create")
    given = typed(token=token(shown(client, url)))

    for _time in range(2):
        done = client.post(url, given, follow=True)

    rule = OrderRule.objects.get()
    assert (rule.code, rule.names) == ("grundungsbonus", {"de": "Gründungsbonus"})
    assert rule.advice == {"de": "Vor der Gründung erst beantragen."}
    assert (rule.valid_from, rule.valid_until) == (date(2026, 1, 1), date(2027, 12, 31))
    assert [each.code for each in rule.topics.all()] == ["funding"]
    page = done.content.decode()
    assert "Arbeitslos" in page
    assert "ab 01.01.2026" in page
    assert "bis 31.12.2027" in page
    client.force_login(UserFactory())
    assert "Gründungsbonus" in shown(client, RULES)
    assert "bearbeiten" not in shown(client, RULES).split("<main")[1].split("</main")[0].lower()


def test_an_edit_keeps_further_languages_and_shows_who_changed_what(client, manager):
    rule = grant(names={"de": "Alt", "tr": "Eski"}, advice={"de": "Erst.", "en": "First."})
    url = reverse("referrals:order_rule_edit", args=[rule.code])

    client.post(url, typed(version="1", english="Bonus", advice_english=""))

    rule.refresh_from_db()
    assert rule.names == {"de": "Gründungsbonus", "tr": "Eski", "en": "Bonus"}
    assert rule.advice == {"de": "Vor der Gründung erst beantragen."}
    page = shown(client, url)
    assert "Wer was geändert hat" in page
    assert "Mara" in page
    assert "Hinweis" in page.split("Wer was geändert hat")[1]


def test_of_two_edits_the_second_sees_both(client, manager):
    rule = grant(source="Alt")
    url = reverse("referrals:order_rule_edit", args=[rule.code])
    client.post(url, typed(version="1", source="Zuerst"))

    second = client.post(url, typed(version="1", source="Danach", german="Anders"))

    page = second.content.decode()
    assert second.status_code == 409
    assert "Zuerst" in page
    assert "Danach" in page
    assert "Gründungsbonus" in page
    rule.refresh_from_db()
    assert rule.source == "Zuerst"


@pytest.mark.parametrize(
    "bad",
    [
        {"german": ""},
        {"advice_german": ""},
        {"source": ""},
        {"checked_on": ""},
        {"step": "x"},
        {"employments": ["x"]},
        {"source_url": "javascript:alert(1)"},
        {"valid_until": "2025-12-31"},
    ],
)
def test_half_a_rule_is_refused(bad, client, manager):
    rule = grant()

    response = client.post(
        reverse("referrals:order_rule_edit", args=[rule.code]), typed(version="1", **bad)
    )

    assert response.status_code == 422
    rule.refresh_from_db()
    assert rule.version == 1


def test_rules_that_do_not_speak_say_why(client, advisor):
    today = timezone.localdate()
    grant(code="a", active=False)
    grant(code="b", valid_from=today + timedelta(days=1))
    grant(code="c", valid_until=today - timedelta(days=1))
    grant(code="d", checked_on=today - timedelta(days=366))
    grant(code="e", checked_on=today - timedelta(days=365), valid_from=today, valid_until=today)

    sections = shown(client, RULES).split("<section ")[1:]

    words = ["inaktiv", "noch nicht gültig", "nicht mehr gültig", "bitte neu prüfen"]
    found = [[word for word in words if word in section] for section in sections]
    assert [each[:1] for each in found[:3]] == [[words[0]], [words[1]], [words[2]]]
    assert found[3:] == [[words[3]], []]


def test_no_rules_yet(client, advisor):
    assert "Es gibt noch keine Regeln." in shown(client, RULES)


@pytest.mark.parametrize("count", [1, 3])
def test_the_pages_ask_few_queries(count, client, advisor, django_assert_num_queries):
    for number in range(count):
        grant(code=f"r{number}")
    person, startup = case()
    about = Case((person.pk,), startup.pk, (person,), startup)
    client.get(RULES)

    with django_assert_num_queries(5):  # session, user, agency, rules, their topics
        client.get(RULES)
    with django_assert_num_queries(1):
        assert len(order_notes.of_case(about, Actor.of(advisor))["warnings"]) == count
