"""Partner users among themselves: they see, invite and switch off their own colleagues only."""

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts import colleagues
from accounts.actors import Actor
from accounts.colleagues import invite_colleague, switch_colleague
from accounts.errors import AccountError
from accounts.models import User
from tests.factories import PASSWORD, ApiKeyFactory, PartnerFactory, UserFactory

pytestmark = pytest.mark.django_db
TEAM = "/organisation/team/"


@pytest.fixture(autouse=True)
def _mail(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def partner(client_of):
    return client_of("partner", name="Kim Beispiel")


@pytest.fixture
def colleague(partner):
    return UserFactory(
        role="partner", organisation=partner.user.organisation, last_login=timezone.now()
    )


@pytest.fixture
def stranger():
    return UserFactory(partner=True)


def text(response) -> str:
    return " ".join(response.content.decode().split())


def invite(client, **more):
    given = {"name": "Zoë Ünal", "email": "Zoe@ihk.example", "phone": "05361 12"} | more
    return client.post(f"{TEAM}einladen/", given)


def test_the_team_is_the_own_organisation_s(partner, colleague, stranger):
    page = partner.get(TEAM)

    assert set(page.context["page"]) == {partner.user, colleague}
    assert f"{TEAM}{partner.user.pk}/abschalten/" not in text(page)
    assert f"{TEAM}{colleague.pk}/abschalten/" in text(page)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_team_costs_the_same_for_many(partner, rows, django_assert_num_queries):
    UserFactory.create_batch(rows, role="partner", organisation=partner.user.organisation)
    partner.get(TEAM)

    with django_assert_num_queries(4):
        page = partner.get(TEAM)

    assert len(page.context["page"]) == rows + 1


def test_an_invited_colleague_chooses_a_password_and_logs_in(partner):
    assert invite(partner)["Location"] == TEAM

    made = User.objects.get(email="zoe@ihk.example")
    assert (made.role, made.organisation, made.name, made.phone) == (
        "partner",
        partner.user.organisation,
        "Zoë Ünal",
        "05361 12",
    )
    assert not made.has_usable_password()
    (sent,) = mail.outbox
    assert sent.to == ["zoe@ihk.example"]
    assert "/konto/password/reset/key/" in sent.body


def test_role_and_organisation_cannot_be_chosen(partner, stranger):
    invite(partner, role="admin", organisation=stranger.organisation_id, is_active="")

    made = User.objects.get(email="zoe@ihk.example")
    assert (made.role, made.organisation_id) == ("partner", partner.user.organisation_id)
    assert made.is_active


@pytest.mark.parametrize("more", [{"name": ""}, {"email": "no address"}, {"email": ""}])
def test_bad_input_keeps_the_form(partner, more):
    page = invite(partner, **more)

    assert page.status_code == 422
    assert "<title>Fehler:" in text(page)
    assert mail.outbox == []


def test_whose_account_an_address_is_stays_untold(partner, stranger):
    page = invite(partner, email=stranger.email.upper())

    assert page.status_code == 422
    assert "Diese Adresse kann nicht eingeladen werden" in text(page)
    assert "gibt schon ein Konto" not in text(page)
    assert mail.outbox == []


def test_open_invitations_are_limited(partner, monkeypatch):
    monkeypatch.setattr(colleagues, "MOST_OPEN_INVITATIONS", 1)
    User.objects.filter(pk=partner.user.pk).update(last_login=timezone.now())

    assert invite(partner).status_code == 302
    assert invite(partner, email="zwei@ihk.example").status_code == 422


def test_who_never_logged_in_is_invited_again(partner, colleague):
    new = UserFactory(role="partner", organisation=partner.user.organisation, last_login=None)

    assert partner.post(f"{TEAM}{new.pk}/einladen/").status_code == 302
    assert [sent.to for sent in mail.outbox] == [[new.email]]
    assert partner.post(f"{TEAM}{colleague.pk}/einladen/").status_code == 404


def test_switching_off_ends_sessions_for_good(partner, colleague):
    other = Client()
    other.post("/login/", {"login": colleague.email, "password": PASSWORD})
    assert other.get(TEAM).status_code == 200

    partner.post(f"{TEAM}{colleague.pk}/abschalten/")
    assert other.get(TEAM).status_code == 302
    partner.post(f"{TEAM}{colleague.pk}/einschalten/")

    colleague.refresh_from_db()
    assert colleague.is_active
    assert other.get(TEAM).status_code == 302
    other.post("/login/", {"login": colleague.email, "password": PASSWORD})
    assert other.get(TEAM).status_code == 200


def test_nobody_switches_themselves_off(partner):
    page = partner.post(f"{TEAM}{partner.user.pk}/abschalten/", follow=True)

    partner.user.refresh_from_db()
    assert partner.user.is_active
    assert "Ihr eigenes Konto können Sie nicht abschalten" in text(page)


@pytest.mark.parametrize("verb", ["abschalten", "einschalten", "einladen"])
def test_colleagues_of_others_do_not_exist(partner, stranger, verb):
    assert partner.post(f"{TEAM}{stranger.pk}/{verb}/").status_code == 404
    assert partner.post(f"{TEAM}{'9' * 25}/{verb}/").status_code == 404
    stranger.refresh_from_db()
    assert stranger.is_active


def test_the_actions_refuse_strangers_keys_and_those_switched_off(partner, colleague, stranger):
    organisation, now = partner.user.organisation, timezone.now()
    off = UserFactory(role="partner", organisation=organisation, is_active=False)
    refused = [
        Actor.of(stranger),
        Actor.of(UserFactory(admin=True)),
        Actor.of(off),
        Actor.of_key(ApiKeyFactory(organisation=organisation)),
    ]

    for by in refused:
        with pytest.raises(AccountError):
            switch_colleague(user=colleague, is_active=False, by=by, at=now)
        with pytest.raises(AccountError):
            invite_colleague(
                organisation=organisation, email="x@y.example", name="X", by=by, at=now
            )
    colleague.refresh_from_db()
    assert colleague.is_active


def test_the_menu_of_the_organisation_is_for_partners(partner, client_of):
    page = text(partner.get(TEAM))

    own = PartnerFactory()
    assert 'href="/organisation/team/" aria-current="page"' in page
    assert 'href="/partner/eigene/leistungen/"' in page
    advisor = text(client_of("advisor").get(f"/partner/{own.reference}/"))
    assert "/organisation/team/" not in advisor
