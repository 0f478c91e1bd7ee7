"""The pages by which further partners are asked: several together, or one instead of another."""

import pytest
from django.utils import timezone

from contacts.models import Consent
from referrals import actions
from referrals.alternatives import fitting
from referrals.models import Referral
from tests.factories import (
    ConsentFactory,
    NeedFactory,
    PartnerFactory,
    ReferralFactory,
    ServiceFactory,
)

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def today(world):
    return world.at(timezone.now())


@pytest.fixture
def advisor(client, today):
    client.force_login(today.advisor_user)
    return client


def offer(topic, name, **partner):
    """A published service on this topic by a partner that can be reached."""
    given = {"name": name, "email": f"{name.lower()}@stelle.example", **partner}
    service = ServiceFactory(partner=PartnerFactory(**given))
    service.topics.add(topic)
    return service


def agree(world, *partners):
    for partner in partners:
        ConsentFactory(person=world.person, recipient=partner, given_at=world.now)


def consent(partner, **more):
    prefix = f"an-{partner.reference}-"
    given = {"seen": "1", "evidence": "spoken", "shared_fields": ["name", "phone"], **more}
    return {prefix + name: value for name, value in given.items()}


def declined(world, **more) -> Referral:
    sent = world.sent(**more)
    return actions.decline_referral(
        referral=sent, reason="capacity", by=world.link(sent), at=world.now
    )


# --- several in one go ---


def test_three_are_asked_in_one_go(advisor, today):
    need = today.need()
    agree(today, today.partner, today.other)
    service = offer(today.topic, "Nbank")
    given = {"services": [service.pk], "partners": [today.partner.pk, today.other.pk]}

    response = advisor.post(
        f"{need.get_absolute_url()}anfragen/",
        {**given, **consent(service.partner, reason="Kennt die Programme.")},
        follow=True,
    )

    assert "3 Partner wurden angefragt." in response.content.decode()
    rows = need.referrals.order_by("recipient__sort_name")
    assert [(r.recipient, r.service, r.reason) for r in rows] == [
        (today.partner, None, ""),
        (service.partner, service, "Kennt die Programme."),
        (today.other, None, ""),
    ]
    assert Consent.objects.get(recipient=service.partner).shared_fields == ["name", "phone"]


def test_missing_consent_is_asked_for_and_nobody_is_asked(advisor, today):
    need = today.need()
    agree(today, today.partner)
    given = {"partners": [today.partner.pk, today.other.pk]}
    address = f"{need.get_absolute_url()}anfragen/"

    response = advisor.post(address, given)

    page = response.content.decode()
    assert response.status_code == 422
    assert "<title>Fehler:" in page
    assert "Wolfsburg AG: " in page
    assert f'href="#id_an-{today.other.reference}-evidence"' in page
    assert f'id="id_an-{today.other.reference}-evidence"' in page
    boxes = response.context["asks"][1]["form"]["shared_fields"].value()
    assert set(boxes) == {"name", "email", "phone"}
    assert not Referral.objects.exists()
    nothing_shared = consent(today.other, shared_fields=[])
    assert advisor.post(address, {**given, **nothing_shared}).status_code == 422
    assert advisor.post(address, {**given, **consent(today.other)}).status_code == 302


def test_a_full_partner_can_be_asked_on_purpose(advisor, today):
    need, full = today.need(), PartnerFactory(capacity="full")
    agree(today, full)
    address = f"{need.get_absolute_url()}anfragen/"

    response = advisor.post(address, {"partners": [full.pk]})
    assert response.status_code == 422
    assert "nimmt zurzeit" in response.content.decode()
    overridden = {f"an-{full.reference}-override_capacity": "on"}
    assert advisor.post(address, {"partners": [full.pk], **overridden}).status_code == 302


def test_who_has_no_address_or_is_at_work_already_stands_in_the_way(advisor, today):
    need, mute = today.need(), PartnerFactory(email="")
    busy = today.sent(need=today.need()).recipient  # the same person and topic, another need
    agree(today, mute)
    address = f"{need.get_absolute_url()}anfragen/"

    for partner, said in ((mute, "keine E-Mail-Adresse"), (busy, "offene Vermittlung")):
        response = advisor.post(address, {"partners": [partner.pk]})
        assert response.status_code == 422
        assert said in response.content.decode()
    assert need.referrals.count() == 0


@pytest.mark.parametrize("given", [{}, {"partners": "x"}, {"services": "x"}])
def test_nonsense_and_nobody_are_mistakes(advisor, today, given):
    response = advisor.post(f"{today.need().get_absolute_url()}anfragen/", given)

    assert response.status_code == 422
    assert "data-error-summary" in response.content.decode()


def test_more_than_ten_are_too_many(advisor, today):
    need, partners = today.need(), PartnerFactory.create_batch(11)
    agree(today, *partners)

    given = {"partners": [partner.pk for partner in partners]}
    assert advisor.post(f"{need.get_absolute_url()}anfragen/", given).status_code == 422
    assert not Referral.objects.exists()


def test_locked_people_are_referred_to_nobody(advisor, today):
    need = today.need()
    type(today.person).objects.filter(pk=today.person.pk).update(state="anonymised")

    response = advisor.post(
        f"{need.get_absolute_url()}anfragen/",
        {"partners": [today.other.pk], **consent(today.other)},
    )

    assert response.status_code == 422
    assert not Referral.objects.exists()


def test_the_preview_is_what_each_one_will_read(advisor, today):
    need = today.need(postcode="38440")
    agree(today, today.partner)
    given = {"partners": [today.partner.pk, today.other.pk]}
    reason = {f"an-{today.other.reference}-reason": "Hat die Räume."}

    response = advisor.post(
        f"{need.get_absolute_url()}anfragen/vorschau/", {**given, **reason}, headers=HTMX
    )

    part = response.content.decode()
    assert "<html" not in part
    ours, theirs = response.context["asks"]
    assert (ours["form"].consented, theirs["form"].consented) == (True, False)
    assert theirs["preview"].reason == "Hat die Räume."
    assert theirs["preview"].question == need.question
    assert "invalid-feedback" not in part
    assert "Tok3nmann" not in part
    assert not Referral.objects.exists()


def test_the_preview_without_javascript_is_the_page(advisor, today):
    response = advisor.post(
        f"{today.need().get_absolute_url()}anfragen/vorschau/", {"partners": [today.other.pk]}
    )

    page = response.content.decode()
    assert response.status_code == 200
    assert "data-error-summary" not in page
    assert 'name="an-' in page


def test_the_form_opens_with_what_the_address_names(advisor, today):
    gone = declined(today)
    service = offer(today.topic, "Nbank")

    page = advisor.get(
        f"{gone.need.get_absolute_url()}anfragen/?statt={gone.reference}&leistung={service.pk}"
    )

    assert page.context["replaced"] == gone
    assert [ask["form"].partner for ask in page.context["asks"]] == [service.partner]
    assert "Statt IHK jemand anderen anfragen" in page.content.decode()
    other = advisor.get(f"{today.need().get_absolute_url()}anfragen/?statt={gone.reference}")
    assert other.context["replaced"] is None


def test_partners_at_work_on_it_are_not_offered(advisor, today):
    need = today.need()
    ReferralFactory(need=need, recipient=today.partner, sent=True)

    page = advisor.get(f"{need.get_absolute_url()}anfragen/")

    assert today.other in page.context["partners"]
    assert today.partner not in page.context["partners"]


# --- one instead of another ---


def test_one_click_asks_somebody_else(advisor, today):
    gone = declined(today)
    service = offer(today.topic, "Nbank")
    agree(today, service.partner)
    page = advisor.get(gone.get_absolute_url()).content.decode()
    assert f'action="/vermittlungen/{gone.reference}/stattdessen/"' in page

    response = advisor.post(
        f"/vermittlungen/{gone.reference}/stattdessen/", {"service": service.pk}, follow=True
    )

    made = Referral.objects.get(replaces=gone)
    assert (made.status, made.service) == ("sent", service)
    assert response.redirect_chain[-1][0] == made.get_absolute_url()
    assert f"Angefragt statt {gone.reference}" in response.content.decode()
    assert made.reference in advisor.get(gone.get_absolute_url()).content.decode()
    assert "alternatives" not in advisor.get(gone.get_absolute_url()).context


def test_without_consent_the_button_leads_to_the_form(advisor, today):
    gone = declined(today)
    service = offer(today.topic, "Nbank")
    form = f"{gone.need.get_absolute_url()}anfragen/?statt={gone.reference}&leistung={service.pk}"
    page = advisor.get(gone.get_absolute_url()).content.decode()
    assert form.replace("&", "&amp;") in page
    assert "/stattdessen/" not in page

    # the consent was withdrawn after the page was opened
    response = advisor.post(
        f"/vermittlungen/{gone.reference}/stattdessen/", {"service": service.pk}
    )
    assert response.url == form
    sent = advisor.post(
        response.url,
        {"statt": gone.reference, "services": [service.pk], **consent(service.partner)},
    )

    assert sent.url == gone.need.get_absolute_url()
    assert Referral.objects.get(replaces=gone).recipient == service.partner


def test_somebody_who_is_no_longer_declined_is_not_replaced(advisor, today):
    gone = declined(today)
    service = offer(today.topic, "Nbank")
    agree(today, service.partner)
    actions.undo_answer(referral=gone, by=today.link(gone), at=today.now)

    response = advisor.post(
        f"/vermittlungen/{gone.reference}/stattdessen/", {"service": service.pk}
    )

    assert response.url == gone.get_absolute_url()
    assert not Referral.objects.filter(replaces=gone).exists()


@pytest.mark.parametrize("given", ["", "x", "00000000-0000-7000-8000-00000000abcd"])
def test_a_service_that_is_none_asks_nobody(advisor, today, given):
    gone = declined(today)

    response = advisor.post(f"/vermittlungen/{gone.reference}/stattdessen/", {"service": given})

    assert response.url == gone.get_absolute_url()
    assert not Referral.objects.filter(replaces=gone).exists()


def test_whom_nobody_has_asked_is_suggested(today):
    need = declined(today, need=today.need()).need
    fits = [offer(today.topic, name) for name in ("Amt", "Bank", "Club", "Dorf")]
    offer(today.topic, "Stumm", email="")
    busy, asked, mistaken = (offer(today.topic, name) for name in ("Werk", "Xenos", "Aal"))
    elsewhere = NeedFactory(person=today.person)
    elsewhere.topics.add(today.topic)
    ReferralFactory(need=elsewhere, recipient=busy.partner, sent=True)
    ReferralFactory(need=need, recipient=asked.partner, expired=True)
    ReferralFactory(need=need, recipient=mistaken.partner, withdrawn=True)
    ServiceFactory(partner=today.partner).topics.add(today.topic)  # has declined

    found = [one.service for one in fitting(need, today.now)]

    assert found == [mistaken, *fits[:2]]
    assert len(fitting(need, today.now, limit=9)) == 5


def test_partners_see_no_alternatives(client, today):
    gone = declined(today)
    offer(today.topic, "Nbank")
    client.force_login(today.partner_user)

    page = client.get(gone.get_absolute_url())

    assert page.status_code == 200
    assert "Nbank" not in page.content.decode()
    assert "/anliegen/" not in page.content.decode()
