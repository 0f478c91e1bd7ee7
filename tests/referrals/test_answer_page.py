"""The answer page: two clicks without a login, on one referral, and nothing else."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from dma_crm.workdays import local_day
from outbox.models import OutboundMail
from outbox.registry import kind_of
from referrals import actions, tasks
from referrals.models import AnswerLink, Referral
from tests.factories import ReferralFactory
from tests.referrals.conftest import MAIL

pytestmark = pytest.mark.django_db


@pytest.fixture
def today(world):
    return world.at(timezone.now())


@pytest.fixture
def sent(today):
    return today.sent()


def url(referral, verb=""):
    token = referral.answer_links.filter(revoked_at=None).get().token
    return f"/antwort/{token}/{verb + '/' if verb else ''}"


def test_opening_changes_nothing(client, sent):
    before = Referral.objects.values().get(pk=sent.pk)

    for _time in range(2):
        assert client.get(url(sent)).status_code == 200
    assert client.head(url(sent)).status_code == 200

    assert Referral.objects.values().get(pk=sent.pk) == before
    assert sent.steps.count() == 2


def test_it_is_secret_and_for_nobody_s_cache(client, sent):
    headers = client.get(url(sent)).headers

    assert headers["Referrer-Policy"] == "same-origin"  # no-referrer would break our own form
    assert headers["X-Robots-Tag"] == "noindex, nofollow"
    assert headers["Cache-Control"] == "no-store, private"


def test_nothing_is_chosen_beforehand(client, sent):
    page = client.get(url(sent)).content.decode()

    assert "checked" not in page
    assert " open>" not in page
    assert 'value="Özlem Krüger"' in page


def test_two_clicks_accept_and_show_the_contact_data(client, sent):
    opened = client.get(url(sent))
    assert MAIL not in opened.content.decode()

    given = {"version": sent.version, "responsible": "Özlem Krüger"}
    after = client.post(url(sent, "annehmen"), given, follow=True)

    assert after.redirect_chain == [(url(sent), 302)]
    assert MAIL in after.content.decode()
    stored = Referral.objects.get(pk=sent.pk)
    assert (stored.status, stored.responsible) == ("accepted", "Özlem Krüger")
    assert stored.steps.get(action="accept").channel == "mail_link"


@pytest.mark.parametrize(
    ("verb", "given", "status"),
    [
        ("rueckfrage", {"text": "Welche Rechtsform?"}, "query"),
        ("ablehnen", {"reason": "capacity"}, "declined"),
        ("ablehnen", {"reason": "other", "text": "Umzug"}, "declined"),
    ],
)
def test_the_other_answers(client, sent, verb, given, status):
    response = client.post(url(sent, verb), given, follow=True)

    assert response.status_code == 200
    assert Referral.objects.get(pk=sent.pk).status == status


def test_proposing_another_organisation(client, sent, today):
    client.post(url(sent, "weiterleiten"), {"recipient": today.other.pk, "text": "Passt."})

    stored = Referral.objects.get(pk=sent.pk)
    assert (stored.status, stored.forward_to) == ("sent", today.other)


def test_an_answer_can_be_undone_from_the_page(client, sent):
    declined = client.post(url(sent, "ablehnen"), {"reason": "area"}, follow=True)
    until = timezone.localtime(
        Referral.objects.get(pk=sent.pk).status_since + timedelta(minutes=30)
    )
    assert f"Möglich bis {until:%H:%M} Uhr." in declined.content.decode()

    client.post(url(sent, "rueckgaengig"))

    assert Referral.objects.get(pk=sent.pk).status == "sent"


@pytest.mark.parametrize(
    ("verb", "given"),
    [
        ("annehmen", {"responsible": ""}),
        ("annehmen", {"responsible": "x" * 151}),
        ("rueckfrage", {"text": " "}),
        ("ablehnen", {}),
        ("ablehnen", {"reason": "other"}),
        ("ablehnen", {"reason": "whim"}),
        ("weiterleiten", {"recipient": "no-uuid"}),
        ("weiterleiten", {}),
        ("annehmen", {"responsible": "X", "version": "9" * 5000}),
    ],
)
def test_bad_input_gets_the_form_back(client, sent, verb, given):
    response = client.post(url(sent, verb), given)

    assert response.status_code == 422
    assert "error-summary" in response.content.decode()
    assert Referral.objects.get(pk=sent.pk).status == "sent"


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "😀 ‮evil", "{{ 7|add:7 }}", "=1+1"])
def test_hostile_text_is_only_text(client, sent, text):
    response = client.post(url(sent, "rueckfrage"), {"text": text}, follow=True)

    page = response.content.decode()
    assert sent.messages.get().text == text
    assert "<script>alert" not in page
    assert escape(text) in page


def test_nul_is_a_bad_request(client, sent):
    assert client.post(url(sent, "rueckfrage"), {"text": "a\0b"}).status_code == 400


def test_a_colleague_was_faster(client, sent, today):
    old = {"version": sent.version, "reason": "area"}
    actions.accept_referral(referral=sent, by=today.colleague, at=today.now)

    page = client.post(url(sent, "ablehnen"), old, follow=True).content.decode()

    assert Referral.objects.get(pk=sent.pk).status == "accepted"
    assert "Angenommen" in page
    assert "message-danger" in page


def test_a_reused_link_shows_the_state(client, sent):
    client.post(url(sent, "ablehnen"), {"reason": "area"})

    page = client.post(url(sent, "annehmen"), {"responsible": "X"}, follow=True)

    assert (page.status_code, Referral.objects.get(pk=sent.pk).status) == (200, "declined")
    assert "Abgelehnt" in page.content.decode()


@pytest.mark.parametrize("verb", ["antworten", "zurueckziehen", "quittieren", "senden"])
def test_the_sender_s_steps_are_not_for_the_link(client, sent, verb):
    response = client.post(url(sent, verb), {"text": "x", "reason": "mistake"}, follow=True)

    assert response.status_code == 200
    assert Referral.objects.get(pk=sent.pk).version == sent.version


def test_a_link_opens_its_own_referral_only(client, sent):
    """The address names nothing but the token: a token of another one shows the other one."""
    other = ReferralFactory(sent=True)
    link = actions.create_link(referral=other, at=timezone.now())

    page = client.get(f"/antwort/{link.token}/").content.decode()

    assert other.reference in page
    assert sent.reference not in page


@pytest.mark.parametrize("how", ["expired", "revoked"])
def test_a_link_that_no_longer_opens_is_gone(client, sent, how):
    address, now = url(sent), timezone.now()
    changes = {"expired": {"expires_at": now}, "revoked": {"revoked_at": now}}
    AnswerLink.objects.update(**changes[how])

    for response in (client.get(address), client.post(address + "annehmen/", {"responsible": "X"})):
        assert response.status_code == 410
        assert "Neuen Link anfordern" in response.content.decode()
        assert sent.reference not in response.content.decode()
    assert Referral.objects.get(pk=sent.pk).status == "sent"


@pytest.mark.parametrize("token", ["unknown", "x" * 3000, "%F0%9F%98%80", "..", "<script>"])
def test_an_unknown_link_is_not_found(client, db, token):
    assert client.get(f"/antwort/{token}/").status_code == 404
    assert client.post(f"/antwort/{token}/annehmen/", {"responsible": "X"}).status_code == 404


def test_an_unknown_step_is_not_found(client, sent):
    assert client.post(url(sent, "stehlen")).status_code == 404


def test_get_takes_no_step(client, sent):
    assert client.get(url(sent, "annehmen")).status_code == 405
    assert client.post(url(sent)).status_code == 405


def test_a_fresh_link_goes_to_the_address_of_record_and_replaces_the_old(client, sent, today):
    address = url(sent)
    AnswerLink.objects.update(expires_at=today.now)

    known = client.post(address + "neuer-link/")
    unknown = client.post("/antwort/unknown/neuer-link/")

    assert known.status_code == unknown.status_code == 200
    assert known.content == unknown.content
    mail = OutboundMail.objects.get(kind="referral_link")
    assert mail.recipient == today.partner.email
    assert client.get(address).status_code == 410
    assert client.get(url(sent)).status_code == 200


def test_fresh_links_come_at_most_once_an_hour(client, sent):
    address = url(sent)
    for _time in range(3):
        client.post(address + "neuer-link/")

    assert OutboundMail.objects.filter(kind="referral_link").count() <= 2


def test_what_is_settled_gets_no_fresh_link(client, sent, today):
    address = url(sent)
    actions.decline_referral(referral=sent, reason="area", by=today.colleague, at=today.now)

    client.post(address + "neuer-link/")

    assert OutboundMail.objects.filter(kind="referral_link").count() == 0


def test_no_log_line_holds_the_token(client, sent, caplog):
    token = sent.answer_links.get().token
    client.post(url(sent, "annehmen"), {"responsible": ""})
    AnswerLink.objects.update(expires_at=timezone.now() - timedelta(days=1))
    client.get(f"/antwort/{token}/")

    assert token not in caplog.text


def test_csrf_is_asked_for(sent):
    response = Client(enforce_csrf_checks=True).post(url(sent, "annehmen"), {"responsible": "X"})

    assert response.status_code == 403
    assert Referral.objects.get(pk=sent.pk).status == "sent"


# Later in the case


@pytest.fixture
def silent(today, sent):
    """Accepted two weeks ago, and nothing since."""
    long_ago = today.now - timedelta(days=14)
    actions.accept_referral(referral=sent, by=today.colleague, at=today.now)
    Referral.objects.filter(pk=sent.pk).update(
        status_since=long_ago, modified_at=long_ago, sent_at=long_ago - timedelta(days=1)
    )
    return Referral.objects.get(pk=sent.pk)


def first_button(page: str) -> str:
    return page.split('<button class="btn btn-primary">')[1].split("</button>")[0]


def test_still_active_is_asked_first_and_answered_with_one_click(client, silent):
    page = client.get(url(silent)).content.decode()
    assert "Sind Sie noch dran? Ein erster Kontakt ist noch nicht eingetragen." in page
    assert first_button(page) == "Ja, wir sind dran"
    assert Referral.objects.get(pk=silent.pk).version == silent.version

    after = client.post(url(silent, "noch-aktiv"), {"version": silent.version}, follow=True)

    assert "Vielen Dank! Es ist notiert, dass Sie dran sind." in after.content.decode()
    assert "Ja, wir sind dran" not in after.content.decode()
    step = silent.steps.last()
    assert (step.action, step.after, step.channel) == ("still_active", "accepted", "mail_link")


def test_a_fresh_case_is_not_asked_whether_it_is_active(client, sent, today):
    actions.accept_referral(referral=sent, by=today.colleague, at=today.now)

    page = client.get(url(sent)).content.decode()
    assert "Sind Sie noch dran?" not in page
    assert "noch-aktiv" not in page


@pytest.mark.parametrize(
    ("state", "changes", "asked"),
    [
        ("in_progress", {}, "Sind Sie noch dran? Seit dem "),
        ("on_hold", {"resume_on": timezone.localdate()}, "Geht es weiter?"),
    ],
)
def test_each_silence_has_its_question(client, silent, state, changes, asked):
    long_ago = timezone.now() - timedelta(days=40)
    Referral.objects.update(status=state, modified_at=long_ago, **changes)

    assert asked in client.get(url(silent)).content.decode()


def test_a_pause_that_lasts_is_not_asked_about(client, silent):
    tomorrow = timezone.localdate() + timedelta(days=1)
    Referral.objects.update(status="on_hold", resume_on=tomorrow)

    assert "Geht es weiter?" not in client.get(url(silent)).content.decode()


def test_an_outcome_chosen_in_the_mail_is_ticked_and_still_needs_the_click(client, silent):
    before = Referral.objects.values().get(pk=silent.pk)
    page = client.get(url(silent), {"ergebnis": "partly_helped"}).content.decode()

    assert 'value="partly_helped"' in page
    assert page.count(" checked") == 1
    assert page.count(" open>") == 1
    assert "Ist das dabei herausgekommen?" in page
    assert "Ja, wir sind dran" not in page
    assert first_button(page) == "Abschließen"
    assert Referral.objects.values().get(pk=silent.pk) == before

    done = client.post(url(silent, "abschliessen"), {"outcome": "partly_helped"}, follow=True)
    assert "Diese Vermittlung ist abgeschlossen." in done.content.decode()
    assert Referral.objects.get(pk=silent.pk).outcome == "partly_helped"


@pytest.mark.parametrize("outcome", ["", "whim", "<script>", "helped"])
def test_what_cannot_be_chosen_opens_nothing(client, sent, outcome):
    page = client.get(url(sent), {"ergebnis": outcome})

    assert page.status_code == 200
    assert " checked" not in page.content.decode()
    assert " open>" not in page.content.decode()


def test_the_link_lives_on_with_the_case(client, sent, today):
    link = sent.answer_links.get()
    step = {"referral": sent, "by": today.link(sent), "at": today.now}
    actions.accept_referral(**step)
    lives = [link_until(link)]
    later = {**step, "at": today.now + timedelta(days=30)}
    actions.start_referral(first_contact_on=local_day(today.now), **later)
    lives.append(link_until(link))
    resume_on = local_day(today.now + timedelta(days=200))
    actions.hold_referral(resume_on=resume_on, **later)
    lives.append(link_until(link))
    actions.resume_referral(**{**later, "at": today.now + timedelta(days=201)})
    lives.append(link_until(link))

    days = [(moment - today.now).days for moment in lives]
    assert [round(day, -1) for day in days] == [90, 120, 290, 290]


def link_until(link):
    link.refresh_from_db()
    return link.expires_at


def test_a_question_of_the_clock_opens_the_link_again(client, silent, today):
    """It had run out; the mail that asks brings one that opens."""
    AnswerLink.objects.update(expires_at=today.now - timedelta(days=1))
    assert client.get(url(silent)).status_code == 410

    assert tasks.give_notices(at=today.now)["uncontacted"] == 1

    assert client.get(url(silent)).status_code == 200
    mail = OutboundMail.objects.get(kind="referral_uncontacted")
    assert url(silent) in kind_of(mail).build(mail).text


def test_a_question_of_the_clock_makes_a_link_where_there_is_none(client, silent, today):
    AnswerLink.objects.all().delete()

    tasks.give_notices(at=today.now)

    assert client.get(url(silent)).status_code == 200
