"""The pages of both sides: who may open them, what they show, what bad input does."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contacts.actions import record_consent
from contacts.models import Consent, Topic
from contacts.registry import Case
from dma_crm.workdays import local_day
from referrals import actions, panels
from referrals.models import Referral
from tests.factories import (
    AffiliationFactory,
    ConsentFactory,
    PartnerFactory,
    PersonFactory,
    ReferralFactory,
    ServiceFactory,
    StartupFactory,
    UserFactory,
    actor,
)

pytestmark = pytest.mark.django_db
ROLES = ["advisor", "manager", "admin", "partner"]


@pytest.fixture
def today(world):
    return world.at(timezone.now())


def login(client, world, role):
    users = {"advisor": world.advisor_user, "partner": world.partner_user}
    user = users.get(role) or UserFactory(role=role)
    client.force_login(user)
    return user


# --- the list ---


def listed(client, query="") -> list[str]:
    response = client.get(f"/vermittlungen/{query}")
    assert response.status_code == 200
    return [row.reference for row in response.context["page"]]


def test_the_tabs_of_the_agency(client, today):
    long_ago = today.at(today.now - timedelta(days=30))
    overdue = long_ago.sent()
    query = today.sent(recipient=today.other)
    actions.ask_referral(referral=query, text="?", by=today.stranger, at=today.now)
    accepted = ReferralFactory(accepted=True, modified_at=today.now - timedelta(days=40))
    closed = ReferralFactory(declined=True, modified_at=today.now - timedelta(days=50))
    login(client, today, "advisor")

    everything = [query, overdue, accepted, closed]
    assert listed(client) == [r.reference for r in everything if r != closed]
    assert listed(client, "?tab=rueckfrage") == [query.reference]
    assert listed(client, "?tab=ueberfaellig") == [overdue.reference]
    assert listed(client, "?tab=ergebnis") == [accepted.reference]
    assert listed(client, "?tab=alle") == [r.reference for r in everything]
    assert listed(client, "?tab=unsinn") == listed(client)


def test_what_waits_longest_stands_first(client, today):
    day = local_day(today.now)
    dates = {"respond_by": day - timedelta(days=1)}
    later, first = (
        ReferralFactory(sent=True, **{**dates, **more})
        for more in ({}, {"respond_by": day - timedelta(days=9)})
    )
    fresh, silent = (
        ReferralFactory(accepted=True, modified_at=today.now - timedelta(days=days))
        for days in (1, 40)
    )
    login(client, today, "advisor")

    assert listed(client, "?tab=ueberfaellig") == [first.reference, later.reference]
    assert listed(client, "?tab=ergebnis") == [silent.reference, fresh.reference]
    page = client.get("/vermittlungen/?tab=ueberfaellig").content.decode()
    assert "seit 9 Tagen überfällig" in page
    assert 'id="id_status"' not in page  # all of them have been sent
    assert "Antwort bis" not in client.get("/vermittlungen/?tab=ergebnis").content.decode()


def test_the_agency_reads_who_sent_to_whom(client, today):
    to_us, between = ReferralFactory(accepted=True), ReferralFactory(accepted=True)
    agency = to_us.sender
    Referral.objects.filter(pk=to_us.pk).update(sender=today.other, recipient=agency)
    Referral.objects.filter(pk=between.pk).update(sender=today.partner, recipient=today.other)
    login(client, today, "advisor")

    page = client.get("/vermittlungen/?tab=ergebnis").content.decode()
    rows = {
        row.reference: page.split(f">{row.reference}<")[1].split("</tr>")[0]
        for row in (to_us, between)
    }

    assert "von Wolfsburg AG" in rows[to_us.reference]
    assert "Wolfsburg AG<br>" in rows[between.reference]
    assert "von IHK" in rows[between.reference]


def test_the_filters_of_the_agency(client, today):
    ours = today.sent(need=today.need(owner=today.advisor_user))
    theirs = today.sent(recipient=today.other, need=today.need(topics=[Topic.objects.last()]))
    login(client, today, "advisor")

    assert listed(client, f"?partner={today.other.reference}") == [theirs.reference]
    assert listed(client, f"?topic={today.topic.code}") == [ours.reference]
    assert listed(client, "?owner=me") == [ours.reference]
    assert listed(client, f"?owner={today.advisor_user.pk}") == [ours.reference]
    assert listed(client, "?tab=alle&status=accepted") == []
    assert len(listed(client, "?owner=all")) == 2


@pytest.mark.parametrize(
    "query",
    [
        "?partner=O-1' OR 1=1",
        "?status=evil",
        "?topic=<script>",
        "?owner=999999999999999999999",
        "?tab=" + "x" * 3000,
        "?unknown=1",
    ],
)
def test_filters_that_mean_nothing_are_ignored(client, today, query):
    referral = today.sent()
    login(client, today, "advisor")

    assert listed(client, query) == [referral.reference]


def test_a_cursor_that_is_not_ours_is_a_bad_request(client, today):
    login(client, today, "advisor")

    assert client.get("/vermittlungen/?cursor=evil").status_code == 400


def test_a_chip_takes_its_filter_away_and_keeps_the_tab(client, today):
    login(client, today, "advisor")

    chips = client.get("/vermittlungen/?tab=alle&status=sent").context["filter"].chips()

    assert [chip["url"] for chip in chips] == ["?&tab=alle"]


def test_the_portal_of_a_partner(client, today):
    waiting, accepted = today.sent(), ReferralFactory(recipient=today.partner, accepted=True)
    done = ReferralFactory(recipient=today.partner, completed=True)
    sent_by_them = ReferralFactory(sent=True)
    Referral.objects.filter(pk=sent_by_them.pk).update(sender=today.partner)
    ReferralFactory(recipient=today.partner)  # could leak: still a draft
    ReferralFactory(sent=True)  # could leak: another partner's
    login(client, today, "partner")

    assert listed(client) == [waiting.reference]
    assert listed(client, "?tab=arbeit") == [accepted.reference]
    assert set(listed(client, "?tab=erhalten")) == {
        waiting.reference,
        accepted.reference,
        done.reference,
    }
    assert listed(client, "?tab=gesendet") == [sent_by_them.reference]
    fields = client.get("/vermittlungen/").context["filter"].fields
    assert {"status", "topic"} <= fields.keys()
    assert not {"partner", "owner"} & fields.keys()


@pytest.mark.parametrize("role", ["advisor", "partner"])
def test_the_list_costs_the_same_for_many(client, today, role, django_assert_max_num_queries):
    """Session, user and agency are the frame's; the list itself asks seven times at most."""
    login(client, today, role)
    counts = []
    for _time in range(3):
        ReferralFactory.create_batch(2, recipient=today.partner, accepted=True)
        with django_assert_max_num_queries(10) as asked:
            assert client.get("/vermittlungen/?tab=arbeit").status_code == 200
        counts.append(len(asked))

    assert len(set(counts[1:])) == 1


# --- one referral ---


@pytest.mark.parametrize("role", ROLES)
def test_each_side_opens_its_referral(client, today, role):
    referral = today.sent()
    login(client, today, role)

    page = client.get(referral.get_absolute_url())

    assert page.status_code == 200
    choices = [choice.verb for choice in page.context["choices"]]
    assert choices == {
        "advisor": ["withdraw"],
        "partner": ["accept", "ask", "decline", "forward"],
    }.get(role, [])


@pytest.mark.parametrize(
    "state",
    [
        "query",
        "accepted",
        "in_progress",
        "on_hold",
        "completed",
        "declined",
        "withdrawn",
        "expired",
    ],
)
@pytest.mark.parametrize("role", ["advisor", "partner"])
def test_every_state_has_a_page(client, today, role, state):
    referral = ReferralFactory(recipient=today.partner, **{state: True})
    login(client, today, role)

    assert client.get(referral.get_absolute_url()).status_code == 200


def test_a_draft_is_sent_from_its_page(client, today):
    draft = today.draft()
    login(client, today, "advisor")

    client.post(f"/vermittlungen/{draft.reference}/senden/")

    assert Referral.objects.get(pk=draft.pk).status == "sent"


def test_the_whole_way_by_forms(client, today):
    referral = today.sent()
    address = f"/vermittlungen/{referral.reference}/"
    day = timezone.localdate()
    steps = [
        ("partner", "rueckfrage", {"text": "Welche Rechtsform?"}, "query"),
        ("advisor", "antworten", {"text": "Eine GmbH."}, "sent"),
        ("partner", "weiterleiten", {"recipient": today.other.pk, "text": "?"}, "sent"),
        ("advisor", "weiterleitung-ablehnen", {"text": "Nein."}, "sent"),
        ("partner", "annehmen", {"responsible": "Kim Yılmaz"}, "accepted"),
        ("partner", "rueckgaengig", {}, "sent"),
        ("partner", "annehmen", {"responsible": "Kim Yılmaz"}, "accepted"),
        ("partner", "beginnen", {"first_contact_on": day}, "in_progress"),
        ("partner", "pausieren", {"resume_on": day + timedelta(days=9)}, "on_hold"),
        ("partner", "fortsetzen", {}, "in_progress"),
        ("partner", "abschliessen", {"outcome": "helped"}, "completed"),
        ("advisor", "quittieren", {}, "completed"),
    ]

    for role, verb, given, status in steps:
        login(client, today, role)
        response = client.post(address + verb + "/", given)
        assert (verb, response.status_code) == (verb, 302)
        assert (verb, Referral.objects.get(pk=referral.pk).status) == (verb, status)

    page = client.get(address).content.decode()
    assert "Welche Rechtsform?" in page
    assert "Eine GmbH." in page


def test_each_step_has_an_address_of_its_own(client, today):
    """The page of an open query offers its answer where it is taken, not the page behind a link."""
    referral = today.sent()
    actions.ask_referral(referral=referral, text="?", by=today.colleague, at=today.now)
    login(client, today, "advisor")

    choices = client.get(referral.get_absolute_url()).context["choices"]

    base = f"/vermittlungen/{referral.reference}/"
    assert [choice.url for choice in choices] == [f"{base}antworten/", f"{base}zurueckziehen/"]


def test_following_a_proposal_links_old_and_new(client, today):
    referral = today.sent()
    ConsentFactory(person=today.person, recipient=today.other, given_at=today.now)
    actions.propose_forward(
        referral=referral, recipient=today.other, by=today.colleague, at=today.now
    )
    login(client, today, "advisor")
    address = referral.get_absolute_url()

    client.post(address + "weiterleitung-bestaetigen/")

    new = Referral.objects.get(forwarded_from=referral)
    assert new.reference in client.get(address).content.decode()
    assert referral.reference in client.get(new.get_absolute_url()).content.decode()
    login(client, today, "partner")
    assert new.reference not in client.get(address).content.decode()


@pytest.mark.parametrize("role", ["manager", "admin"])
def test_those_who_only_look_get_403(client, today, role):
    referral = today.sent()
    login(client, today, role)

    assert client.post(referral.get_absolute_url() + "annehmen/").status_code == 403


def test_bad_input_keeps_the_page_with_its_errors(client, today):
    referral = today.sent()
    login(client, today, "partner")

    page = client.post(referral.get_absolute_url() + "ablehnen/", {"reason": "other"})

    assert page.status_code == 422
    assert "<title>Fehler:" in page.content.decode()


@pytest.mark.parametrize("day", ["2027-02-29", "9999-12-31", "0000-01-01", "31.12.9999", "x" * 99])
def test_impossible_days_are_told(client, today, day):
    referral = today.accepted()
    login(client, today, "partner")

    page = client.post(referral.get_absolute_url() + "beginnen/", {"first_contact_on": day})

    assert page.status_code == 422
    assert Referral.objects.get(pk=referral.pk).status == "accepted"


def test_the_slower_colleague_is_told_and_overwrites_nothing(client, today):
    referral = today.sent()
    seen = referral.version
    actions.decline_referral(referral=referral, reason="area", by=today.colleague, at=today.now)
    login(client, today, "partner")

    page = client.post(
        referral.get_absolute_url() + "annehmen/",
        {"responsible": "X", "version": seen},
        follow=True,
    )

    assert "Jetziger Status: Abgelehnt." in page.content.decode()
    assert Referral.objects.get(pk=referral.pk).status == "declined"


def test_managers_reassign(client, today):
    referral, successor = today.sent(), UserFactory()
    login(client, today, "manager")
    address = f"/vermittlungen/{referral.reference}/zustaendig/"

    client.post(address, {"owner": successor.pk})
    assert Referral.objects.get(pk=referral.pk).need.owner == successor
    client.post(address, {"owner": "evil"})
    assert Referral.objects.get(pk=referral.pk).need.owner == successor
    login(client, today, "advisor")
    assert client.post(address, {"owner": successor.pk}).status_code == 403


# --- a new one ---


def given(today, **more):
    return {
        "person": today.person.pk,
        "topics": [today.topic.pk],
        "question": "Wer hilft beim Plan?",
        "recipient": today.partner.pk,
        "evidence": "spoken",
        "shared_fields": ["name", "email"],
        **more,
    }


def test_one_form_records_consent_and_sends(client, today):
    login(client, today, "advisor")

    response = client.post("/vermittlungen/neu/", given(today, reason="Nah dran."))

    referral = Referral.objects.get()
    assert response.headers["Location"] == referral.get_absolute_url()
    assert (referral.status, referral.reason, referral.need.owner) == (
        "sent",
        "Nah dran.",
        today.advisor_user,
    )
    assert Consent.objects.get().shared_fields == ["name", "email"]


def test_a_suggested_service_names_the_partner(client, today):
    service = ServiceFactory(partner=today.partner)
    login(client, today, "advisor")

    client.post("/vermittlungen/neu/", given(today, recipient="", service=service.pk))
    client.post("/vermittlungen/neu/", given(today, recipient=today.other.pk, service=service.pk))

    found = Referral.objects.order_by("created_at").values_list("recipient", "service")
    assert list(found) == [(today.partner.pk, service.pk), (today.other.pk, None)]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"evidence": ""}, "evidence"),
        ({"topics": []}, "topics"),
        ({"question": " "}, "question"),
        ({"question": "x" * 2001}, "question"),
        ({"recipient": ""}, "recipient"),
        ({"recipient": "evil"}, "recipient"),
        ({"shared_fields": []}, "shared_fields"),
        ({"shared_fields": ["birthday"]}, "shared_fields"),
        ({"evidence": "form"}, "evidence"),
        ({"person": "evil"}, "person"),
        ({"startup": "evil"}, "startup"),
        ({"service": "evil"}, "service"),
    ],
)
def test_what_is_missing_is_said_where_it_is_missing(client, today, more, field):
    login(client, today, "advisor")

    page = client.post("/vermittlungen/neu/", given(today, **more))

    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert Referral.objects.count() == Consent.objects.count() == 0


def test_a_consent_ticked_for_one_partner_is_none_for_another(client, today):
    login(client, today, "advisor")
    moved = given(today, consent_for=today.other.pk)

    page = client.post("/vermittlungen/neu/", moved)
    preview = client.post("/vermittlungen/neu/vorschau/", moved)

    assert (page.status_code, Consent.objects.count()) == (422, 0)
    assert preview.content.decode().count("checked") == 3  # the three fields, no evidence
    assert client.post("/vermittlungen/neu/", given(today, consent_for=today.partner.pk)).url


def test_the_fields_are_ticked_when_the_consent_is_first_asked_for(client, today):
    login(client, today, "advisor")
    data = given(today, evidence="", shared_fields=[], part="checks")

    first = client.post("/vermittlungen/neu/vorschau/", data).content.decode()

    assert first.count("checked") == 3
    assert 'id="partner-choice"' not in first


def test_a_second_submit_makes_no_second_referral(client, today):
    login(client, today, "advisor")
    client.post("/vermittlungen/neu/", given(today))

    page = client.post("/vermittlungen/neu/", given(today, evidence=""))

    assert page.status_code == 422
    assert Referral.objects.count() == 1


def test_a_full_partner_can_be_overridden(client, today):
    type(today.partner).objects.filter(pk=today.partner.pk).update(capacity="full")
    login(client, today, "advisor")

    first = client.post("/vermittlungen/neu/", given(today))
    assert list(first.context["form"].errors) == ["override_capacity"]
    assert (
        client.post("/vermittlungen/neu/", given(today, override_capacity="on")).status_code == 302
    )


def test_a_partner_without_address_is_blocked_with_the_way_out(client, today):
    type(today.partner).objects.filter(pk=today.partner.pk).update(email="")
    login(client, today, "advisor")

    page = client.post("/vermittlungen/neu/", given(today))

    assert list(page.context["form"].errors) == ["recipient"]
    assert f"/partner/{today.partner.reference}/bearbeiten/" in page.content.decode()


def test_the_preview_is_what_the_answer_page_shows(client, today):
    """One partial for both, filled with the same."""
    startup = StartupFactory(postcode="38440")
    AffiliationFactory(person=today.person, startup=startup)
    login(client, today, "advisor")
    data = given(today, startup=startup.pk, reason="Nah dran.")
    preview = client.post("/vermittlungen/neu/vorschau/", data)
    client.post("/vermittlungen/neu/", data)
    referral = Referral.objects.get()
    client.logout()
    page = client.get(f"/antwort/{referral.answer_links.get().token}/")

    shown = preview.content.decode().split('<dl class="facts">')[1].split("</dl>")[0]
    assert shown in page.content.decode()
    assert "38440" in shown


@pytest.mark.parametrize("data", [{}, {"person": "x"}, {"topics": ["evil"]}, {"recipient": "1"}])
def test_the_preview_works_on_half_a_form(client, today, data):
    login(client, today, "advisor")

    response = client.post("/vermittlungen/neu/vorschau/", data)

    assert response.status_code == 200
    assert Referral.objects.count() == 0


def test_the_form_knows_whom_it_is_about(client, today):
    startup = StartupFactory()
    AffiliationFactory(person=today.person, startup=startup)
    record_consent(
        person=today.person,
        purpose="referral",
        recipient=today.partner,
        shared_fields=["name"],
        evidence="spoken",
        given_at=today.now,
        by=today.advisor,
        at=today.now,
    )
    login(client, today, "advisor")

    for query in (
        f"person={today.person.reference}",
        f"person={today.person.pk}",
        f"startup={startup.reference}",
        f"person={today.person.pk}&startup={startup.pk}",
    ):
        context = client.get(f"/vermittlungen/neu/?{query}").context
        assert (context["person"], context["startup"]) == (today.person, startup)
    half = client.post(
        "/vermittlungen/neu/vorschau/", {"person": today.person.pk, "recipient": today.partner.pk}
    )
    assert half.context["consent"] == Consent.objects.get()


def test_without_a_person_the_form_asks_for_one(client, today):
    two = PersonFactory()
    for startup in StartupFactory.create_batch(2):
        AffiliationFactory(person=two, startup=startup)
    login(client, today, "advisor")

    assert "Wer soll vermittelt werden?" in client.get("/vermittlungen/neu/").content.decode()
    for nonsense in ("person=evil", "startup=S-0", "person=" + "x" * 999):
        assert client.get(f"/vermittlungen/neu/?{nonsense}").status_code == 200
    assert client.get(f"/vermittlungen/neu/?person={two.pk}").context["startup"] is None


@pytest.mark.parametrize("role", ["manager", "admin", "partner"])
def test_only_advisors_refer_by_form(client, today, role):
    login(client, today, role)

    assert client.get("/vermittlungen/neu/").status_code == 403
    assert client.post("/vermittlungen/neu/", given(today)).status_code == 403
    assert client.post("/vermittlungen/neu/vorschau/", given(today)).status_code == 403


# --- what other pages show ---


@pytest.mark.parametrize("rows", [1, 3])
def test_the_case_knows_its_referrals(world, rows, django_assert_num_queries):
    for _number in range(rows):
        world.sent(recipient=PartnerFactory())
    case, by = Case(person_ids=(world.person.pk,)), world.advisor

    with django_assert_num_queries(3):
        panel = panels.open_needs(case, by)
    with django_assert_num_queries(1):
        items = panels.referral_steps(case, by, 100)

    assert len(panel["needs"]) == len(items) == rows
    assert panel["create_url"] == f"/vermittlungen/neu/?person={world.person.pk}"
    assert items[0].by == str(world.advisor_user)


def test_the_case_of_a_venture_has_its_own_and_those_without_one(world):
    startup, other = StartupFactory.create_batch(2)
    about_it = world.sent(need=world.need(startup=startup))
    world.sent(need=world.need(startup=other), recipient=world.other)
    alone = world.sent(recipient=PartnerFactory())
    case = Case(person_ids=(world.person.pk,), startup_id=startup.pk)

    settled = world.need()
    actions.settle_need(need=settled, note="Hat sich erledigt.", by=world.advisor, at=world.now)

    panel = panels.open_needs(case, world.advisor)

    assert set(panel["needs"]) == {about_it.need, alone.need}
    assert panel["create_url"].endswith(f"person={world.person.pk}&startup={startup.pk}")
    assert panels.create_url(Case(person_ids=())) == "/vermittlungen/neu/"


def test_partners_and_onlookers_get_no_panel_to_act_with(world):
    case = Case(person_ids=(world.person.pk,))

    assert panels.open_needs(case, world.colleague) is None
    assert panels.referral_steps(case, world.colleague, 100) == []
    assert panels.open_needs(case, actor("manager"))["create_url"] == ""
