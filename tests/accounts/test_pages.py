"""Profile, team, keys and oversight, as their users meet them."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts import navigation
from accounts.keys import find_key
from accounts.models import ApiKey, ReadLog, User
from dma_crm import jobs
from dma_crm.models import JobRun, new_id
from tests.factories import PASSWORD, ApiKeyFactory, PartnerFactory, UserFactory

pytestmark = pytest.mark.django_db
TEAM, KEYS = "/verwaltung/benutzer/", "/verwaltung/api-schluessel/"
LOG, STATUS = "/verwaltung/leseprotokoll/", "/verwaltung/systemstatus/"


@pytest.fixture(autouse=True)
def _mail(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def text(response) -> str:
    return " ".join(response.content.decode().split())


def test_profile_is_saved(client_of):
    client = client_of("partner")

    response = client.post("/konto/", {"name": "Zoë Ünal", "phone": "05361 / 12"})

    client.user.refresh_from_db()
    assert response["Location"] == "/konto/"
    assert (client.user.name, client.user.phone) == ("Zoë Ünal", "05361 / 12")
    assert client.user.single_key_shortcuts is False


def test_single_keys_are_off_where_the_profile_says_so(client_of):
    on, off = client_of(), client_of(single_key_shortcuts=False)

    assert 'data-single-keys="off"' not in text(on.get("/konto/"))
    assert 'data-single-keys="off"' in text(off.get("/konto/"))


def test_profile_without_a_name_keeps_what_was_typed(client_of):
    client = client_of()

    response = client.post("/konto/", {"name": "", "phone": "05361 77"})

    assert response.status_code == 422
    assert 'value="05361 77"' in text(response)
    assert "<title>Fehler:" in text(response)


def test_profile_form_changes_no_role(client_of):
    client = client_of()

    client.post("/konto/", {"name": "A", "role": "admin", "is_active": "", "email": "x@y.example"})

    user = User.objects.get(pk=client.user.pk)
    assert (user.role, user.is_active, user.email) == ("advisor", True, client.user.email)


def test_absence_is_saved_and_taken_back(client_of):
    client, deputy = client_of(), UserFactory()
    today = timezone.localdate()

    days = {"absent_from": today.isoformat(), "absent_until": today.isoformat()}
    client.post("/konto/abwesenheit/", {**days, "deputy": deputy.pk})
    client.user.refresh_from_db()
    assert (client.user.absent_on(today), client.user.deputy) == (True, deputy)

    client.post("/konto/abwesenheit/", {"absent_from": "", "absent_until": "", "deputy": ""})
    client.user.refresh_from_db()
    assert (client.user.absent_on(today), client.user.deputy) == (False, None)


@pytest.mark.parametrize(
    ("first", "last", "error"),
    [
        ("2027-02-29", "2027-03-01", "gültiges Datum"),
        ("2027-03-02", "2027-03-01", "Der letzte Tag liegt vor dem ersten"),
        ("2027-03-02", "", "Bitte beide Tage angeben"),
        ("", "2027-03-02", "Bitte beide Tage angeben"),
        ("2027-03-02", "9999-12-31", "zu weit in der Zukunft"),
        ("0000-01-01", "0001-01-01", "gültiges Datum"),
    ],
)
def test_wrong_absence_is_explained(client_of, first, last, error):
    response = client_of().post("/konto/abwesenheit/", {"absent_from": first, "absent_until": last})

    assert response.status_code == 422
    assert error in text(response)


def test_deputies_of_partner_users_are_their_colleagues(client_of):
    client = client_of("partner")
    colleague = UserFactory(role="partner", organisation=client.user.organisation)
    UserFactory(name="Aus der Agentur")
    UserFactory(partner=True, name="Andere Organisation")

    page = text(client.get("/konto/"))

    assert colleague.name in page
    assert "Aus der Agentur" not in page
    assert "Andere Organisation" not in page


def test_administration_shows_each_role_its_cards(client_of):
    cards = {
        role: text(client_of(role).get("/verwaltung/")) for role in ("advisor", "manager", "admin")
    }

    assert KEYS in cards["admin"]
    assert TEAM in cards["manager"]
    assert KEYS not in cards["manager"]
    assert TEAM not in cards["advisor"]


def test_administration_without_cards_says_so(client_of, monkeypatch):
    monkeypatch.setattr(navigation.administration, "items", [])

    assert "Für Ihre Rolle gibt es hier nichts." in text(client_of().get("/verwaltung/"))


@pytest.mark.parametrize("more", [1, 3])
def test_team_lists_everybody_with_a_constant_number_of_queries(
    client_of, django_assert_num_queries, more
):
    client = client_of("manager")
    people = [UserFactory(partner=True, deputy=UserFactory()) for _number in range(more)]
    client.get(TEAM)

    with django_assert_num_queries(4):
        page = text(client.get(TEAM))

    assert all(person.name in page for person in people)
    assert TEAM + "neu/" not in page


def test_team_is_filtered_by_role_and_shows_who_is_away(client_of):
    client = client_of("admin")
    UserFactory(manager=True, name="Dr. Heike Leitung")
    today = timezone.localdate()
    deputy = UserFactory(name="Vertretung Da")
    UserFactory(name="Weg Heute", absent_from=today, absent_until=today, deputy=deputy)
    UserFactory(name="Ehemalig", is_active=False)

    page = text(client.get(TEAM + "?role=advisor"))

    assert "Dr. Heike Leitung" not in page
    assert "abwesend" in page
    assert "Vertretung Vertretung Da" in page
    assert "nicht aktiv" in page
    assert "Diese Rolle hat noch niemand." in text(client.get(TEAM + "?role=partner"))


def test_admin_creates_a_partner_user_who_gets_a_mail(client_of):
    partner = PartnerFactory()
    data = {"name": "Kim Yılmaz", "email": "KIM@partner.example", "role": "partner"}

    response = client_of("admin").post(
        TEAM + "neu/", {**data, "organisation": partner.pk, "is_active": "on"}
    )

    user = User.objects.get(email="kim@partner.example")
    assert response["Location"] == TEAM
    assert user.organisation == partner
    assert [message.to for message in mail.outbox] == [["kim@partner.example"]]
    assert "/konto/password/reset/key/" in mail.outbox[0].body


def test_inactive_account_is_created_without_a_mail(client_of):
    client_of("admin").post(
        TEAM + "neu/", {"name": "A", "email": "a@dma.example", "role": "advisor"}
    )

    assert User.objects.get(email="a@dma.example").is_active is False
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ({"role": "partner"}, "gehört zu einer Partnerorganisation"),
        ({"role": "boss"}, "boss ist keine gültige Auswahl"),
        ({"email": "kein Klammeraffe"}, "gültige E-Mail"),
        ({"email": "SCHON@dma.example"}, "schon ein Konto"),
        ({"name": "x" * 151}, "höchstens 150 Zeichen"),
        ({"organisation": "0"}, "gültige"),
    ],
)
def test_wrong_account_is_explained(client_of, data, error):
    UserFactory(email="schon@dma.example")
    right = {"name": "A", "email": "a@dma.example", "role": "advisor", "is_active": "on"}

    response = client_of("admin").post(TEAM + "neu/", right | data)

    assert response.status_code == 422
    assert error in text(response)
    assert User.objects.count() == 2


def test_admin_changes_a_role_and_the_organisation_goes(client_of):
    user = UserFactory(partner=True)
    data = {"name": user.name, "email": user.email, "role": "advisor", "is_active": "on"}

    client_of("admin").post(f"{TEAM}{user.pk}/", data | {"organisation": str(user.organisation_id)})

    user.refresh_from_db()
    assert (user.role, user.organisation) == ("advisor", None)


def test_last_administrator_is_told_so(client_of):
    client = client_of("admin")
    data = {"name": "A", "email": client.user.email, "role": "advisor", "is_active": "on"}

    response = client.post(f"{TEAM}{client.user.pk}/", data)

    assert response.status_code == 422
    assert "Bestimmen Sie zuerst ein anderes" in text(response)
    assert User.objects.get(pk=client.user.pk).role == "admin"


def test_unknown_account_is_404(client_of):
    assert client_of("admin").get(f"{TEAM}999999999/").status_code == 404


def test_secret_of_a_new_key_is_shown_once(client_of):
    client, partner = client_of("admin"), PartnerFactory()
    data = {"organisation": partner.pk, "name": "Fachverfahren", "lifetime": "182"}

    response = client.post(KEYS + "neu/", data | {"scopes": ["referrals:read"]})

    page = text(response)
    secret = page.split('id="secret" value="')[1].split('"')[0]
    assert find_key(secret, timezone.now()).organisation == partner
    assert "no-store" in response["Cache-Control"]
    assert secret not in text(client.get(KEYS))


@pytest.mark.parametrize(
    "wrong", [{"organisation": ""}, {"scopes": ["all"]}, {"scopes": []}, {"lifetime": "9999"}]
)
def test_wrong_key_is_refused(client_of, wrong):
    right = {"organisation": PartnerFactory().pk, "scopes": ["referrals:read"], "lifetime": "182"}

    assert client_of("admin").post(KEYS + "neu/", right | wrong).status_code == 422
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize("more", [1, 3])
def test_keys_are_listed_with_a_constant_number_of_queries(
    client_of, django_assert_num_queries, more
):
    client = client_of("admin")
    keys = [ApiKeyFactory(expires_at=timezone.now() + timedelta(days=1)) for _n in range(more)]
    client.get(KEYS)

    with django_assert_num_queries(4):
        page = text(client.get(KEYS))

    assert all(str(key) in page and key.organisation.name in page for key in keys)


def test_keys_say_whether_they_hold(client_of):
    client = client_of("admin")
    assert "Noch hat kein System" in text(client.get(KEYS))
    ApiKeyFactory(expires_at=timezone.now() - timedelta(days=1), last_used_at=timezone.now())
    ApiKeyFactory(revoked_at=timezone.now(), name="Alt")

    page = text(client.get(KEYS))

    assert "abgelaufen" in page
    assert "widerrufen" in page


def test_key_is_revoked_after_a_question(client_of):
    client, key = client_of("admin"), ApiKeyFactory()

    assert "nicht rückgängig" in text(client.get(f"{KEYS}{key.pk}/widerrufen/"))
    key.refresh_from_db()
    assert key.revoked_at is None

    client.post(f"{KEYS}{key.pk}/widerrufen/")
    key.refresh_from_db()
    assert key.revoked_at is not None
    assert "schon widerrufen" in text(client.get(f"{KEYS}{key.pk}/widerrufen/"))


def read(user, at, subject="B-2026-0001", reason="Vertretung"):
    return ReadLog.objects.create(
        user=user, note_id=new_id(), subject=subject, at=at, reason=reason
    )


def test_read_log_is_filtered(client_of, now):
    client, reader = client_of("admin"), UserFactory(name="Leserin")
    read(reader, now, "B-2026-0001")
    read(client.user, now - timedelta(days=2), "B-2026-0002", "")

    assert {"B-2026-0001", "B-2026-0002"} == shown(client, "")
    assert shown(client, f"?user={reader.pk}") == {"B-2026-0001"}
    assert shown(client, "?since=2026-03-10") == {"B-2026-0001"}
    assert shown(client, "?until=2026-03-08") == {"B-2026-0002"}
    assert shown(client, "?subject=b-2026-0002") == {"B-2026-0002"}
    assert "Kein solcher Eintrag." in text(client.get(LOG + "?since=2030-01-01"))


def shown(client, query: str) -> set[str]:
    page = text(client.get(LOG + query))
    return {f"B-2026-000{number}" for number in (1, 2) if f">B-2026-000{number}<" in page}


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2026-03-29", "2026-10-25"])
def test_read_log_takes_any_day(client_of, now, day):
    read(UserFactory(), now)

    assert client_of("admin").get(f"{LOG}?since={day}&until={day}").status_code == 200


@pytest.mark.parametrize("query", ["since=29.02.2027x", "user=0", "subject=" + "x" * 21])
def test_wrong_filter_of_the_read_log_is_explained(client_of, query):
    assert client_of("admin").get(f"{LOG}?{query}").status_code == 422


def test_read_log_is_paged(client_of, now, monkeypatch):
    monkeypatch.setattr("dma_crm.paging.PAGE_SIZE", 2)
    client = client_of("admin")
    for number in range(60):
        read(client.user, now, f"B-2026-{number:04d}")

    first = text(client.get(LOG))

    assert "B-2026-0059" in first
    assert "B-2026-0009" not in first
    assert 'rel="next"' in first


@pytest.mark.parametrize(
    ("run", "word"),
    [
        (None, "noch nie gelaufen"),
        ({"finished_at": timezone.now}, "läuft"),
        ({"finished_at": lambda: timezone.now() - timedelta(minutes=3)}, "steht still"),
        ({"started_at": timezone.now}, "steht still"),
        ({"finished_at": timezone.now, "last_error": "KeyError"}, "fehlgeschlagen: KeyError"),
    ],
)
def test_status_says_how_a_job_is(client_of, monkeypatch, run, word):
    monkeypatch.setattr(jobs, "registry", {})
    jobs.register("outbox.sweep", every_seconds=5, work=print)
    if run is not None:
        fields = {name: value() if callable(value) else value for name, value in run.items()}
        JobRun.objects.create(name="outbox.sweep", **fields)

    page = text(client_of("manager").get(STATUS))

    assert f">{word}</span>" in page


def test_status_names_version_and_database(client_of, monkeypatch):
    monkeypatch.setattr(jobs, "registry", {})

    page = text(client_of("admin").get(STATUS))

    assert "<dt>Version</dt><dd>0.1.0</dd>" in page
    assert "Es ist keine Hintergrundaufgabe angemeldet." in page


def test_sessions_are_listed_and_ended(client_of, client):
    here = client_of()
    login = {"login": here.user.email, "password": PASSWORD}
    client.post("/login/", login, HTTP_USER_AGENT="Firefox 150")

    page = text(here.get("/konto/sitzungen/"))
    assert "Firefox 150" in page
    here.post("/konto/sitzungen/")

    assert client.get("/konto/").status_code == 302
    assert here.get("/konto/").status_code == 200


def test_status_says_what_needs_attention_and_what_to_do(client, now):
    JobRun.objects.create(name="outbox.deliver", finished_at=now)
    client.force_login(UserFactory(role="manager"))

    text = client.get(STATUS).content.decode()

    assert "outbox.deliver (zuletzt 10.03.2026, 10:00)" in text
    assert "Starten Sie Worker und Beat" in text
    assert "Alle Migrationen sind angewendet." in text
    assert "Der Mailserver" not in text
