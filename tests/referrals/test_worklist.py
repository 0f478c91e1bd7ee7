"""The list of a partner as work: what a row says, which steps it offers, who comes second."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from referrals import actions, worklist
from referrals.filters import counts
from referrals.models import Referral
from tests.factories import PartnerFactory, ReferralFactory, UserFactory

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def today(world):
    return world.at(timezone.now())


@pytest.fixture
def portal(client, today):
    client.force_login(today.partner_user)
    return client


def text(response) -> str:
    return " ".join(response.content.decode().split())


def listed(client, query="") -> list[str]:
    return [row.reference for row in client.get(f"/vermittlungen/{query}").context["page"]]


def step(referral, path) -> str:
    return f"/vermittlungen/{referral.reference}/schritt/{path}/"


def status(referral) -> str:
    return Referral.objects.get(pk=referral.pk).status


@pytest.mark.parametrize(
    ("days", "words", "tone"),
    [
        (-3, "seit 3 Tagen überfällig", "danger"),
        (-1, "seit 1 Tag überfällig", "danger"),
        (0, "heute fällig", "warning"),
        (1, "morgen fällig", "warning"),
        (4, "fällig am Freitag, 27. November", "neutral"),
    ],
)
def test_the_due_day_is_said_in_words(days, words, tone):
    monday = date(2026, 11, 23)

    due = worklist.answer_due(monday + timedelta(days=days), monday)

    assert (due.words, due.tone) == (words, tone)


@pytest.mark.parametrize(
    ("state", "verbs", "words"),
    [
        ("sent", ["accept", "ask", "decline", "forward"], "fällig"),
        ("query", ["decline"], "heute von Ihnen nachgefragt"),
        ("accepted", ["start", "complete", "decline"], "heute angenommen, noch kein Kontakt"),
        ("in_progress", ["complete", "hold"], "in Arbeit seit"),
        ("on_hold", ["resume"], "pausiert bis"),
        ("completed", [], ""),
        ("declined", [], ""),
        ("withdrawn", [], ""),
    ],
)
def test_each_state_offers_its_steps(today, state, verbs, words):
    row = ReferralFactory(recipient=today.partner, status_since=today.now, **{state: True})

    steps = worklist.steps(row, today.colleague, today.now)

    assert [each.verb for each in steps] == verbs
    assert words in worklist.due(row, today.colleague, today.now).words
    assert worklist.steps(row, today.stranger, today.now) == []


def test_what_is_due_first_stands_first(portal, today):
    late = ReferralFactory(recipient=today.partner, sent=True, respond_by=date(2026, 1, 9))
    later = ReferralFactory(recipient=today.partner, sent=True, respond_by=date(2026, 1, 8))

    assert listed(portal) == [later.reference, late.reference]


def test_tabs_count_the_work_in_one_query(portal, today, django_assert_num_queries):
    ReferralFactory.create_batch(3, recipient=today.partner, sent=True)
    ReferralFactory.create_batch(2, recipient=today.partner, in_progress=True)
    asked = ReferralFactory(query=True)
    Referral.objects.filter(pk=asked.pk).update(sender=today.partner)
    ReferralFactory(sent=True)  # could leak: another partner's
    ReferralFactory(recipient=today.partner)  # could leak: a draft

    with django_assert_num_queries(1):
        assert counts(today.colleague) == {"antworten": 3, "rueckfrage": 1, "arbeit": 2}
    assert counts(today.advisor) == {}
    tabs = portal.get("/vermittlungen/").context["tabs"]
    assert [tab["count"] for tab in tabs] == [3, 1, 2, None, None]


def test_a_tab_for_queries_to_us_is_there_only_with_queries(portal, today):
    def names():
        return [tab["count_id"] for tab in portal.get("/vermittlungen/").context["tabs"]]

    assert "count-rueckfrage" not in names()
    mine = ReferralFactory(query=True)
    Referral.objects.filter(pk=mine.pk).update(sender=today.partner)
    assert "count-rueckfrage" in names()
    assert listed(portal, "?tab=rueckfrage") == [mine.reference]


def test_a_number_is_found_and_a_name_is_not(portal, today):
    referral = today.sent()
    actions.accept_referral(
        referral=referral, your_reference="IHK/7-ä", by=today.colleague, at=today.now
    )
    ReferralFactory(recipient=today.partner, accepted=True, sender_reference="IHK/7-ä")
    other = ReferralFactory(recipient=PartnerFactory(), accepted=True)

    for asked in (referral.reference, referral.reference.lower(), "ihk/7"):
        assert listed(portal, f"?tab=arbeit&q={asked}") == [referral.reference]
    assert listed(portal, "?tab=arbeit&q=Tok3nmann") == []
    assert listed(portal, f"?tab=arbeit&q={other.reference}") == []


def test_states_are_offered_where_rows_can_have_them(portal):
    def offered(query):
        field = portal.get(f"/vermittlungen/{query}").context["filter"].fields["status"]
        return [code for code, _label in field.choices if code], field.widget.is_hidden

    assert offered("") == (["sent"], True)
    assert offered("?tab=arbeit") == (["query", "accepted", "in_progress", "on_hold"], False)
    assert "draft" not in offered("?tab=erhalten")[0]
    assert "draft" in offered("?tab=gesendet")[0]


def test_a_row_says_what_is_asked_and_not_who_asks(portal, today):
    today.sent()

    page = text(portal.get("/vermittlungen/"))

    assert "Wer hilft beim Plan?" in page
    assert today.topic.label in page
    assert "Tok3nmann" not in page


# --- answering in the row ---


def test_one_click_accepts_and_shows_the_row_with_its_contact(portal, today):
    referral = today.sent()

    answer = portal.post(step(referral, "annehmen"), {"version": referral.version}, **HTMX)

    assert answer.status_code == 200
    row = text(answer)
    assert "Zoë Tok3nmann" in row
    assert f'action="{step(referral, "rueckgaengig")}"' in row
    assert 'id="count-antworten" hx-swap-oob="true">0<' in row
    assert 'id="count-arbeit" hx-swap-oob="true">1<' in row
    assert "<html" not in row
    assert Referral.objects.get(pk=referral.pk).responsible == "Özlem Krüger"


def test_without_a_contact_person_who_clicks_is_responsible(portal, today):
    referral = today.sent()
    type(today.partner).objects.filter(pk=today.partner.pk).update(contact_name="")

    portal.post(step(referral, "annehmen"), **HTMX)

    assert Referral.objects.get(pk=referral.pk).responsible == today.partner_user.name


def test_the_first_contact_of_a_click_is_today(portal, today):
    referral = today.accepted()

    portal.post(step(referral, "beginnen"), **HTMX)

    assert Referral.objects.get(pk=referral.pk).first_contact_on == timezone.localdate()


def test_a_day_sent_empty_stays_empty(portal, today):
    referral = today.accepted()

    answer = portal.post(step(referral, "beginnen"), {"first_contact_on": ""}, **HTMX)

    assert (answer.status_code, status(referral)) == (422, "accepted")


def test_a_form_opens_in_the_row_and_alone(portal, today):
    referral = today.sent()

    inside = text(portal.get(step(referral, "ablehnen"), **HTMX))
    alone = portal.get(step(referral, "ablehnen") + "?next=/vermittlungen/%3Ftopic%3Dx")

    assert "<html" not in inside
    assert 'name="reason"' in inside
    assert 'value="/vermittlungen/?topic=x"' in text(alone)
    assert "Wer hilft beim Plan?" in text(alone)
    assert status(referral) == "sent"


def test_errors_come_back_in_the_form(portal, today):
    referral = today.sent()

    for more in (HTMX, {}):
        answer = portal.post(step(referral, "ablehnen"), {"reason": "other"}, **more)
        assert answer.status_code == 422
        assert "data-error-summary" in text(answer)
    assert status(referral) == "sent"


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "evil", "/\\evil.example"],
)
def test_only_our_own_list_is_gone_back_to(portal, today, address):
    first, second = today.sent(), ReferralFactory(recipient=today.partner, sent=True)

    answer = portal.post(step(first, "annehmen"), {"next": address})
    form = portal.get(step(second, "ablehnen"), {"next": address})

    assert answer["Location"] == "/vermittlungen/"
    assert 'href="/vermittlungen/"' in text(form)
    assert "evil" not in text(form)


def test_without_htmx_the_list_comes_back_with_an_undo(portal, today):
    referral = today.sent()

    page = portal.post(
        step(referral, "annehmen"), {"next": "/vermittlungen/?tab=arbeit"}, follow=True
    )

    assert page.redirect_chain == [("/vermittlungen/?tab=arbeit", 302)]
    assert f'action="{step(referral, "rueckgaengig")}"' in text(page)
    portal.post(step(referral, "rueckgaengig"))
    assert status(referral) == "sent"


def test_undo_brings_the_row_back(portal, today):
    referral = today.accepted()

    row = text(portal.post(step(referral, "rueckgaengig"), **HTMX))

    assert 'data-work="open"' in row
    assert "Tok3nmann" not in row


def test_a_faster_colleague_is_named_and_another_organisation_is_not(portal, today):
    faster = UserFactory(name="Aylin Schnell", role="partner", organisation=today.partner)
    first, second = today.sent(), ReferralFactory(recipient=today.partner, sent=True)
    seen = first.version
    actions.decline_referral(
        referral=first, reason="area", by=type(today.colleague).of(faster), at=today.now
    )
    actions.withdraw_referral(referral=second, reason="mistake", by=today.advisor, at=today.now)

    told = portal.post(step(first, "annehmen"), {"version": seen}, **HTMX)
    assert told.status_code == 409
    assert "Aylin Schnell war schneller. Jetziger Status: Abgelehnt." in text(told)
    told = portal.post(step(second, "annehmen"), {"version": 1}, **HTMX)
    assert "DMA war schneller" in text(told) or "Agentur war schneller" in text(told)
    assert today.advisor_user.name not in text(told)
    assert [status(first), status(second)] == ["declined", "withdrawn"]


def test_the_form_of_a_step_that_is_gone_says_so(portal, today):
    referral = today.accepted()

    told = portal.get(step(referral, "rueckfrage"), **HTMX)
    alone = portal.get(step(referral, "rueckfrage"))

    assert told.status_code == 409
    assert "war schneller" in text(told)
    assert alone["Location"] == referral.get_absolute_url()


def test_a_late_undo_is_told_why(portal, today):
    referral = today.accepted()
    Referral.objects.filter(pk=referral.pk).update(
        status_since=today.now - timedelta(hours=1), modified_at=today.now - timedelta(hours=1)
    )

    told = portal.post(step(referral, "rueckgaengig"), **HTMX)

    assert told.status_code == 409
    assert "nicht mehr rückgängig" in text(told)


def test_a_query_is_answered_in_its_row(client, today):
    mine = today.sent()
    actions.ask_referral(referral=mine, text="Welche Rechtsform?", by=today.colleague, at=today.now)
    Referral.objects.filter(pk=mine.pk).update(sender=today.other)
    client.force_login(UserFactory(role="partner", organisation=today.other))

    assert "Welche Rechtsform?" in text(client.get("/vermittlungen/?tab=rueckfrage"))
    row = text(client.post(step(mine, "antworten"), {"text": "GmbH"}, **HTMX))

    assert 'id="count-rueckfrage" hx-swap-oob="true">0<' in row
    assert status(mine) == "sent"


def test_a_proposal_is_shown_and_not_asked_for_twice(portal, today):
    referral = today.sent()
    portal.post(step(referral, "weiterleiten"), {"recipient": today.other.pk}, **HTMX)

    page = text(portal.get("/vermittlungen/"))

    assert "Sie haben Wolfsburg AG vorgeschlagen" in page
    assert step(referral, "weiterleiten") not in page


def test_rows_of_others_do_not_exist(portal, today):
    foreign = today.sent(recipient=today.other)

    for path in ("annehmen", "ablehnen"):
        assert portal.get(step(foreign, path)).status_code == 404
        assert portal.post(step(foreign, path), **HTMX).status_code == 404
    assert portal.post(step(today.sent(), "unsinn")).status_code == 404
    assert status(foreign) == "sent"
