"""The advisor's pages and the page behind the mail link."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from contacts.case import panels_of
from contacts.models import Person
from contacts.registry import Case, case_panels, today_panels
from contacts.timeline import timeline_of
from referrals.introductions.forms import IntroductionForm
from referrals.models import Introduction, IntroductionParty
from tests.factories import IntroductionFactory, PersonFactory, UserFactory, actor
from tests.referrals.introducing import MIRO, MIROS_PHONE, ZOE, Pair, mails

pytestmark = pytest.mark.django_db
LIST = "/kontaktvermittlungen/"
NEW = f"{LIST}neu/"
SURROGATE = "\ud800"


@pytest.fixture
def pair(db):
    return Pair.made(timezone.now())


@pytest.fixture
def desk(pair):
    return logged_in(pair.user)


def logged_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(answer) -> str:
    return answer.content.decode()


def given(pair, **more) -> dict:
    token = IntroductionForm(actor=pair.advisor)["token"].initial
    fields = ["name", "email"]
    return {
        "token": token,
        "first": pair.zoe.pk,
        "first_about": "Baut Regale aus altem Holz.",
        "first_fields": fields,
        "second": pair.miro.pk,
        "second_about": "Verkauft seit Jahren Küchen.",
        "second_fields": fields,
        "purpose": "Wie man Möbel verkauft",
    } | more


# --- proposing ---


def test_an_advisor_proposes(pair, desk):
    answer = desk.post(NEW, given(pair), follow=True)

    row = Introduction.objects.get()
    assert answer.redirect_chain == [(row.get_absolute_url(), 302)]
    assert "Zoë Tok3nmann ↔ Miro Tok3nberg" in text_of(answer)
    assert "Wartet auf beide" in text_of(answer)
    assert len(mails("proposed")) == 2


def test_the_form_knows_whom_it_was_opened_for(pair, desk):
    for name in (pair.zoe.reference, pair.zoe.pk):
        page = text_of(desk.get(f"{NEW}?person={name}"))
        assert f'name="first" value="{pair.zoe.pk}"' in page
        assert 'value="Zoë Tok3nmann"' in page
    for strange in ("P-0000-0000", "x" * 500, "%00"):
        assert desk.get(f"{NEW}?person={strange}").status_code in {200, 400}


def test_without_javascript_references_do(pair, desk):
    typed = {"first_text": pair.zoe.reference, "second_text": pair.miro.reference.lower()}

    desk.post(NEW, given(pair, first="", second="", **typed))

    assert Introduction.objects.get().parties.count() == 2


def test_a_second_click_makes_no_second_one(pair, desk):
    same = given(pair)

    answers = [desk.post(NEW, same).url for _time in range(2)]

    assert answers == [Introduction.objects.get().get_absolute_url()] * 2


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"second": ""}, "Bitte wählen Sie eine Person aus der Liste."),
        ({"second": "", "second_text": "Niemand"}, "Bitte wählen Sie eine Person aus der Liste."),
        ({"second": "00000000-0000-7000-8000-000000000001"}, "id_second"),
        ({"second": "9" * 40}, "id_second"),
        ({"first_about": ""}, "id_first_about"),
        ({"first_about": "x" * 501}, "id_first_about"),
        ({"first_fields": ["name"]}, "mindestens E-Mail oder Telefon"),
        ({"first_fields": ["iban"]}, "id_first_fields"),
        ({"purpose": "Mail an zoe@gruendung.example"}, "keine E-Mail-Adressen"),
        ({"token": "x"}, "Formular"),
    ],
)
def test_mistakes_are_told_and_what_was_typed_is_kept(pair, desk, more, told):
    answer = desk.post(NEW, given(pair, **more))

    assert answer.status_code == 422
    assert told in text_of(answer)
    assert "Verkauft seit Jahren Küchen." in text_of(answer)
    assert not Introduction.objects.exists()


def test_the_same_person_twice_is_told_beside_the_second(pair, desk):
    answer = desk.post(NEW, given(pair, second=pair.zoe.pk))

    assert "zwei verschiedene Personen" in text_of(answer)


def test_a_name_in_the_text_can_be_meant(pair, desk):
    named = given(pair, purpose="Treffen mit Miro")
    answer = desk.post(NEW, named)
    assert 'name="names_meant"' in text_of(answer)

    desk.post(NEW, named | {"names_meant": "on"})

    assert Introduction.objects.get().purpose == "Treffen mit Miro"


def test_two_who_have_one_already_are_pointed_to_it(pair, desk):
    row = pair.propose()

    answer = desk.post(NEW, given(pair))

    assert answer.status_code == 422
    assert row.reference in text_of(answer)


@pytest.mark.parametrize("sign", ["\x00", SURROGATE, "\u202e"])
def test_strange_signs_break_nothing(pair, desk, sign):
    body = given(pair, purpose=f"Möbel{sign}").copy()
    try:
        answer = desk.post(NEW, body)
    except UnicodeEncodeError:  # the client cannot even send it
        return

    assert answer.status_code in {302, 400, 422}


# --- list and detail ---


def test_the_list_has_its_tabs(pair, desk):
    waiting = pair.propose()
    joined = IntroductionFactory(
        owner=pair.user, status="introduced", introduced_at=pair.now - timedelta(days=30)
    )
    fresh = IntroductionFactory(owner=pair.user, status="introduced", introduced_at=pair.now)
    ended = IntroductionFactory(owner=pair.user, status="declined")
    other = IntroductionFactory()
    everything = {row.reference for row in (waiting, joined, fresh, ended, other)}
    shown = {
        "": {waiting},
        "?tab=eingefuehrt": {joined, fresh},
        "?tab=ohne-ergebnis": {joined},
        "?tab=alle": {waiting, joined, fresh, ended},
        "?tab=alle&owner=all": {waiting, joined, fresh, ended, other},
        "?tab=gibt-es-nicht&owner=none": {waiting},
    }

    for query, rows in shown.items():
        page = text_of(desk.get(LIST + query))
        assert {name for name in everything if name in page} == {row.reference for row in rows}


def test_an_outcome_takes_it_out_of_the_tab_without_one(pair, desk):
    row = IntroductionFactory(
        owner=pair.user, status="introduced", introduced_at=pair.now - timedelta(days=30)
    )
    row.parties.filter(pk=row.parties.first().pk).update(outcome="met")

    assert row.reference not in text_of(desk.get(f"{LIST}?tab=ohne-ergebnis"))


def test_an_empty_list_says_so(desk):
    assert "Hier steht keine Kontaktvermittlung." in text_of(desk.get(LIST))


def test_filters_stay_when_the_tab_changes(desk):
    page = text_of(desk.get(f"{LIST}?owner=all"))

    assert "owner=all&amp;tab=eingefuehrt" in page
    assert 'href="?tab=wartet"' not in page


@pytest.mark.parametrize("path", ["list", "detail", "person", "today"])
def test_the_number_of_queries_does_not_grow(pair, desk, path, django_assert_max_num_queries):
    row = pair.propose()
    pages = {
        "list": LIST,
        "detail": row.get_absolute_url(),
        "person": pair.zoe.get_absolute_url(),
        "today": "/",
    }
    desk.get(pages[path])
    counts = []
    for _time in range(2):
        with django_assert_max_num_queries(200) as counted:
            assert desk.get(pages[path]).status_code == 200
        counts.append(len(counted))
        for _row in range(3):
            IntroductionFactory(owner=pair.user, between=(pair.zoe, PersonFactory(email=ZOE)))
            news = IntroductionFactory(owner=pair.user, status_since=pair.now)
            Introduction.objects.filter(pk=news.pk).update(status="declined")

    if path == "today":  # a box that was not there comes along once
        assert counts[1] <= counts[0] + 3
    else:
        assert counts[0] == counts[1]


def test_pages_are_bounded(pair, desk):
    for _row in range(51):
        IntroductionFactory(owner=pair.user)

    page = text_of(desk.get(LIST))

    assert page.count('scope="row"') == 50
    assert "cursor=" in page


def test_the_detail_shows_what_each_said_and_what_was_sent(pair, desk):
    row = pair.asked()
    pair.agree(row, pair.miro, ["email"])
    pair.decline(row, pair.zoe, "Keine Zeit <b>im</b> Moment")
    pair.deliver()

    page = text_of(desk.get(row.get_absolute_url()))

    for part in (
        "Kommt nicht zustande",
        "Das liest Miro Tok3nberg vorab",
        "Keine Zeit &lt;b&gt;im&lt;/b&gt; Moment",
        "stimmt nicht zu,",
        "Zoë Tok3nmann stimmt nicht zu",
        "Miro Tok3nberg stimmt zu",
        "Absage",
    ):
        assert part in page
    assert "/kontaktvermittlung/" not in page  # nobody answers in their name
    assert "zurueckziehen" not in page


def test_its_advisor_withdraws(pair, desk):
    row = pair.asked()
    url = f"{row.get_absolute_url()}zurueckziehen/"
    assert url in text_of(desk.get(row.get_absolute_url()))

    answers = [text_of(desk.post(url, follow=True)) for _time in range(2)]

    assert "Beide erfahren, dass der Kontakt nicht zustande kommt." in answers[0]
    assert "Diese Kontaktvermittlung ist beendet." in answers[1]
    assert pair.fresh(row).status == "withdrawn"


def test_its_advisor_notes_an_outcome(pair, desk):
    row = pair.joined()
    party = pair.party(row, pair.zoe)
    url = f"{row.get_absolute_url()}ergebnis/{party.pk}/"
    assert url in text_of(desk.get(row.get_absolute_url()))

    assert desk.post(url, {}).status_code == 422
    assert desk.post(url, {"outcome": "married"}).status_code == 422
    assert desk.post(url, {"outcome": "met"}).status_code == 302
    pair.tell(row, pair.miro)
    late = text_of(desk.post(url, {"outcome": "no_fit"}, follow=True))

    assert pair.party(row, pair.zoe).outcome == "met"
    assert "Diese Kontaktvermittlung ist beendet." in late


def test_a_party_of_another_introduction_is_not_found(pair, desk):
    row = pair.joined()
    strange = IntroductionFactory().parties.first()

    url = f"{row.get_absolute_url()}ergebnis/{strange.pk}/"

    assert desk.post(url, {"outcome": "met"}).status_code == 404


@pytest.mark.parametrize("role", ["advisor", "manager", "admin"])
def test_others_of_the_agency_read_and_write_nothing(pair, role):
    row = pair.joined()
    client = logged_in(UserFactory(role=role))
    page = client.get(row.get_absolute_url())

    assert page.status_code == 200
    assert "Ergebnis eintragen" not in text_of(page)
    party = pair.party(row, pair.zoe)
    wanted = 404 if role == "advisor" else 403
    for path in ("zurueckziehen/", f"ergebnis/{party.pk}/"):
        posted = client.post(row.get_absolute_url() + path, {"outcome": "met"})
        assert posted.status_code == wanted


def test_partners_see_none_of_it(pair):
    row = pair.propose()
    client = logged_in(UserFactory(partner=True))

    for url in (LIST, NEW, row.get_absolute_url()):
        assert client.get(url).status_code == 403


def test_restricted_people_hide_it(pair, desk):
    row = pair.propose()
    Person.objects.filter(pk=pair.miro.pk).update(state="restricted")

    assert desk.get(row.get_absolute_url()).status_code == 404
    assert row.reference not in text_of(desk.get(f"{LIST}?tab=alle&owner=all"))
    assert "Tok3nberg" not in text_of(desk.get(pair.zoe.get_absolute_url()))


# --- other pages ---


def panel(panels, subject, by) -> dict | None:
    shown = {each["template"]: each["context"] for each in panels_of(panels, subject, by)}
    found = [shown[name] for name in shown if "introductions" in name]
    return found[0] if found else None


def test_a_case_shows_what_is_open_and_leads_on(pair):
    row = pair.propose()
    IntroductionFactory()  # could leak: of other people
    case = Case((pair.zoe.pk,))

    shown = panel(case_panels, case, pair.advisor)

    assert [one.pk for one in shown["introductions"]] == [row.pk]
    assert shown["create_url"] == f"{NEW}?person={pair.zoe.pk}"
    team = Case((pair.zoe.pk, pair.miro.pk))
    assert panel(case_panels, team, pair.advisor)["create_url"] == NEW
    assert panel(case_panels, case, actor("manager"))["create_url"] == ""
    assert panel(case_panels, case, actor("partner", partner=True)) is None
    assert panel(case_panels, Case(()), pair.advisor) is None


def test_the_timeline_tells_both_sides(pair):
    row = pair.propose()
    later = pair.at(pair.now + timedelta(minutes=5))
    later.agree(row, pair.zoe)
    later.agree(row, pair.miro)

    for person in (pair.zoe, pair.miro):
        items = timeline_of(Case((person.pk,)), pair.advisor).past
        titles = [item.title for item in items if item.badge.startswith("K-")]
        assert titles == [
            "Zoë Tok3nmann ↔ Miro Tok3nberg: Miteinander bekannt gemacht",
            "Zoë Tok3nmann ↔ Miro Tok3nberg: Vorgeschlagen",
        ]
    partner = actor("partner", partner=True)
    assert not [i for i in timeline_of(Case((pair.zoe.pk,)), partner).past if i.badge]


def test_heute_tells_news_since_yesterday_to_whom_it_concerns(pair):
    assert panel(today_panels, None, pair.advisor) is None
    row = pair.joined()
    other = IntroductionFactory(status="expired", status_since=pair.now)
    IntroductionFactory(
        owner=pair.user, status="declined", status_since=pair.now - timedelta(days=3)
    )
    pair_of_mine = panel(today_panels, None, pair.advisor)["introductions"]

    assert pair_of_mine == [row]
    everybody = panel(today_panels, None, actor("manager"))["introductions"]
    assert {one.pk for one in everybody} == {row.pk, other.pk}


# --- behind the mail link ---


def test_opening_changes_nothing_and_chooses_nothing(client, pair):
    row = pair.propose()
    url = pair.url(row, pair.zoe)
    before = list(IntroductionParty.objects.order_by("pk").values())

    pages = [client.get(url) for _time in range(2)]
    assert client.head(url).status_code == 200

    assert list(IntroductionParty.objects.order_by("pk").values()) == before
    assert pair.fresh(row).version == 1
    assert "checked" not in text_of(pages[0])
    assert " open>" not in text_of(pages[0])


def test_it_is_secret_and_for_nobody_s_cache(client, pair):
    row = pair.propose()

    for answer in (client.get(pair.url(row, pair.zoe)), client.get("/kontaktvermittlung/x/")):
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert answer.headers["Cache-Control"] == "no-store, private"


@pytest.mark.parametrize("other", ["silent", "agreed"])
def test_beforehand_nothing_of_the_other_shows_but_the_text(client, pair, other):
    row = pair.propose()
    if other == "agreed":
        pair.agree(row, pair.miro)

    page = text_of(client.get(pair.url(row, pair.zoe)))

    for part in ("Verkauft seit Jahren Küchen.", "Baut Regale", "Wie man Möbel verkauft", ZOE):
        assert part in page
    for secret in (MIRO, MIROS_PHONE, "39200012", "Miro", "Tok3nberg", row.reference):
        assert secret not in page


def test_the_page_is_the_same_whether_the_other_has_agreed_or_not(client, pair):
    row = pair.propose()

    def seen():
        page = text_of(client.get(pair.url(row, pair.zoe)))
        return [line for line in page.splitlines() if "csrf" not in line]

    before = seen()
    pair.agree(row, pair.miro)

    assert seen() == before


def test_agreeing_takes_two_clicks(client, pair):
    row = pair.propose()
    ticked = {"shared_fields": ["name", "email"]}

    for person in (pair.zoe, pair.miro):
        after = client.post(pair.url(row, person, "zustimmen"), ticked, follow=True)
        assert after.redirect_chain == [(pair.url(row, person), 302)]

    assert pair.fresh(row).status == "introduced"
    assert "miteinander bekannt gemacht" in text_of(after)
    assert MIRO not in text_of(client.get(pair.url(row, pair.zoe)))
    assert len(mails("made")) == 2


def test_while_the_other_is_awaited_it_can_be_taken_back(client, pair):
    row = pair.asked()
    url = pair.url(row, pair.zoe, "zustimmen")
    waiting = text_of(client.post(url, {"shared_fields": ["phone"]}, follow=True))
    assert "Danke, Sie haben zugestimmt" in waiting
    assert "Dann geben wir weiter: Telefon." in waiting

    after = text_of(client.post(pair.url(row, pair.zoe, "ablehnen"), follow=True))

    assert "In Ordnung, wir stellen Sie nicht vor" in after
    assert pair.fresh(row).status == "declined"


@pytest.mark.parametrize("ticked", [[], ["name"], ["iban"], ["name", "email", "x" * 300]])
def test_ticking_nothing_useful_is_told(client, pair, ticked):
    row = pair.propose()

    url = pair.url(row, pair.zoe, "zustimmen")
    answer = client.post(url, {"shared_fields": ticked})

    assert answer.status_code == 422
    assert " open>" in text_of(answer)
    assert pair.party(row, pair.zoe).agreed is None


def test_only_what_is_asked_for_and_known_is_offered(client, pair):
    silent = PersonFactory(email="still@gruendung.example")
    row = pair.propose(sides=pair.sides(second=silent, fields=("email", "phone")))

    page = text_of(client.get(pair.url(row, silent)))

    assert 'value="email"' in page
    assert 'value="phone"' not in page
    assert 'value="name"' not in page


@pytest.mark.parametrize("end", ["declined", "withdrawn", "locked", "expired"])
def test_however_it_ended_the_other_reads_the_same(client, pair, end):
    row = pair.asked()
    url = pair.url(row, pair.miro)
    pair.agree(row, pair.miro)
    if end == "declined":
        pair.decline(row, pair.zoe, "Mag keine Küchen")
    elif end == "locked":
        Person.objects.filter(pk=pair.zoe.pk).update(state="restricted")
    else:
        Introduction.objects.filter(pk=row.pk).update(status=end)

    page = client.get(url)

    assert page.status_code == 200
    assert "Dieser Kontakt kommt nicht zustande" in text_of(page)
    assert "Das kann viele Gründe haben." in text_of(page)
    assert "Küchen" not in text_of(page)
    late = client.post(f"{url}zustimmen/", {"shared_fields": ["email"]}, follow=True)
    wanted = "Dieser Kontakt kommt nicht zustande"
    assert wanted in text_of(late)


def test_who_answers_after_the_end_is_told_how_it_stands(client, pair):
    row = pair.asked()
    pair.decline(row, pair.zoe)

    after = client.post(
        pair.url(row, pair.miro, "zustimmen"), {"shared_fields": ["email"]}, follow=True
    )

    assert "Diese Kontaktvermittlung ist beendet." in text_of(after)
    assert pair.party(row, pair.miro).agreed is None


@pytest.mark.parametrize("verb", ["", "zustimmen", "ablehnen", "ergebnis"])
def test_links_that_do_not_open(client, pair, verb):
    row = pair.propose()
    ask = client.post if verb else client.get
    tail = f"{verb}/" if verb else ""
    Person.objects.filter(pk=pair.miro.pk).update(state="restricted")
    IntroductionParty.objects.filter(person=pair.zoe).update(expires_at=timezone.now())

    assert ask(f"/kontaktvermittlung/gibt-es-nicht/{tail}").status_code == 404
    assert ask(f"/kontaktvermittlung/{'x' * 3000}/{tail}").status_code == 404
    for person in (pair.zoe, pair.miro):
        answer = ask(pair.url(row, person, verb))
        assert answer.status_code == 410
        assert "Möbel" not in text_of(answer)


def test_too_late_to_take_back_is_said_and_kept(client, pair):
    row = pair.joined()
    pair.deliver()

    after = text_of(client.post(pair.url(row, pair.zoe, "ablehnen"), follow=True))

    assert "Ihre Kontaktdaten waren schon weitergegeben." in after
    assert pair.zoe.consents.get().withdrawn_at is not None
    again = text_of(client.post(pair.url(row, pair.zoe, "ablehnen"), follow=True))
    assert "Inzwischen haben beide zugestimmt" in again


def test_a_reason_that_is_too_long_is_told(client, pair):
    row = pair.propose()

    answer = client.post(pair.url(row, pair.zoe, "ablehnen"), {"text": "x" * 501})

    assert answer.status_code == 422
    assert pair.fresh(row).status == "proposed"


def test_after_three_weeks_the_page_asks_what_came_of_it(client, pair):
    row = pair.joined()
    url = pair.url(row, pair.zoe)
    assert "In etwa drei Wochen" in text_of(client.get(url))
    IntroductionParty.objects.update(outcome_asked_at=pair.now)

    page = text_of(client.get(url))
    assert "Was ist daraus geworden?" in page
    assert "checked" not in page
    assert client.post(f"{url}ergebnis/", {}).status_code == 422
    after = text_of(client.post(f"{url}ergebnis/", {"outcome": "planned"}, follow=True))
    assert "Danke! Ihre Beratung weiß jetzt Bescheid." in after

    other = text_of(client.get(pair.url(row, pair.miro)))
    assert "Ihre Antwort:" not in other
    client.post(pair.url(row, pair.miro, "ergebnis"), {"outcome": "no_fit"})
    closed = text_of(client.get(url))
    assert "Danke für die Rückmeldung!" in closed
    assert "Es hat nicht gepasst" not in closed


def test_who_never_said_is_wished_well(client, pair):
    row = pair.joined()
    Introduction.objects.filter(pk=row.pk).update(status="closed")

    assert "Wir wünschen Ihnen alles Gute." in text_of(client.get(pair.url(row, pair.zoe)))


def test_texts_of_the_advisor_are_no_markup(client, pair):
    row = pair.propose(purpose="<script>alert(1)</script> & Möbel")

    page = text_of(client.get(pair.url(row, pair.zoe)))

    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
