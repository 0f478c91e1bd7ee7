"""Create and edit pages: bad input keeps what was typed, two edits never overwrite each other."""

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from contacts.forms.people import NewPersonForm
from contacts.models import Consent, FollowUp, PartnerOrganisation, Person, Startup
from contacts.views.editing import create_page
from tests.factories import PartnerFactory, PersonFactory, StartupFactory, UserFactory

pytestmark = pytest.mark.django_db
PERSON = {"given_name": "Zoë", "family_name": "Müller", "email_1": "Zoe@Gruenden.example"}


@pytest.fixture
def anke(client):
    user = UserFactory(name="Anke")
    client.force_login(user)
    return user


def token(client, url):
    page = client.get(url).content.decode()
    return page.split('name="token" value="')[1].split('"')[0]


def test_new_person(client, anke):
    url = "/personen/neu/"
    data = PERSON | {"token": token(client, url), "phone_1": "0171 1234567", "languages": ["de"]}

    answer = client.post(url, data | {"phone_2": "05361 28 28 28", "owner": anke.pk})

    person = Person.objects.get()
    assert answer.url == person.get_absolute_url()
    assert [email.address for email in person.emails.all()] == ["zoe@gruenden.example"]
    assert [p.number for p in person.phones.all()] == ["+491711234567", "+495361282828"]
    assert (person.languages, person.owner, person.form_of_address) == (["de"], anke, "neutral")


def test_new_person_of_a_startup_becomes_its_founder(client, anke):
    startup = StartupFactory()
    url = f"/personen/neu/?startup={startup.reference}"

    client.post(url, PERSON | {"token": token(client, url)})

    assert startup.affiliations.get().person == Person.objects.get()


def test_new_person_takes_over_the_name_that_was_searched(client, anke):
    page = client.get("/personen/neu/?name=Anna%20Lena%20Groß").content.decode()

    assert 'value="Anna Lena"' in page
    assert 'value="Groß"' in page


CREATES = {
    "/personen/neu/": (Person, PERSON),
    "/startups/neu/": (Startup, {"name": "Käsewerk"}),
    "/partner/neu/": (PartnerOrganisation, {"name": "IHK", "response_target_days": 5}),
}


@pytest.mark.parametrize("url", CREATES)
def test_double_click_makes_one_record(client, url):
    model, data = CREATES[url]
    client.force_login(UserFactory(manager=True) if model is PartnerOrganisation else UserFactory())
    before = model.objects.count()
    data = data | {"token": token(client, url)}

    answers = [client.post(url, data) for _click in range(2)]

    assert model.objects.count() == before + 1
    assert answers[0].status_code == answers[1].status_code == 302
    assert answers[0].url == answers[1].url


@pytest.mark.parametrize("wrong", ["", "nonsense", "0190-forged:abc"])
def test_a_forged_token_creates_nothing(client, anke, wrong):
    assert client.post("/personen/neu/", PERSON | {"token": wrong}).status_code == 422
    assert not Person.objects.exists()


def test_a_token_of_somebody_else_creates_nothing(client, anke):
    stolen = token(client, "/personen/neu/")
    client.force_login(UserFactory())

    assert client.post("/personen/neu/", PERSON | {"token": stolen}).status_code == 422


HOSTILE = [
    ("family_name", "x" * 101),
    ("family_name", "   "),
    ("family_name", "\u202e\u200b"),
    ("birth_date", "29.02.2027"),
    ("birth_date", "31.12.9999"),
    ("birth_date", "0000-01-01"),
    ("email_1", "zoe@"),
    ("email_2", "a" * 250 + "@x.example"),
    ("phone_1", "1" * 41),
    ("languages", "klingonisch"),
    ("owner", "999999999999999999999"),
    ("owner", "x"),
    ("source", "-1"),
    ("employment", "boss"),
    ("remark", "x" * 2001),
]


@pytest.mark.parametrize(("field", "value"), HOSTILE)
def test_bad_input_is_said_and_kept(client, anke, field, value):
    url = "/personen/neu/"

    answer = client.post(url, PERSON | {"token": token(client, url), field: value})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>Fehler:" in page
    assert "data-error-summary" in page
    assert 'value="Zoë"' in page
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    "name", ["🦄 Emoji", "אבג", "<script>alert(1)</script>", "O'Neill; DROP--"]
)
def test_odd_names_are_kept_and_shown_as_text(client, anke, name):
    url = "/personen/neu/"
    data = PERSON | {"token": token(client, url), "family_name": name, "remark": name}
    client.post(url, data)

    person = Person.objects.get()
    page = client.get(person.get_absolute_url()).content.decode()
    assert person.family_name == name
    assert "<script>alert" not in page


def test_lines_lose_direction_marks_and_line_breaks(client, anke):
    url = "/personen/neu/"
    data = PERSON | {"token": token(client, url), "family_name": "Mü\u202eller\r\nBcc: x"}
    client.post(url, data)

    assert Person.objects.get().family_name == "Müller Bcc: x"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 151),
        ("website", "javascript:alert(1)"),
        ("planned_founding_on", "31.12.9999"),
        ("wz_code", "62.01"),
        ("legal_form", "sekte"),
        ("stage", "999"),
    ],
)
def test_bad_startup_input_is_said(client, anke, field, value):
    url = "/startups/neu/"
    data = {"name": "Käsewerk", "token": token(client, url)} | {field: value}

    assert client.post(url, data).status_code == 422
    assert not Startup.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "keine"},
        {"response_target_days": "0"},
        {"response_target_days": "999"},
        {"capacity": "open", "full_until": "2026-12-01"},
        {"absent_from": "2026-12-01"},
        {"absent_from": "2026-12-02", "absent_until": "2026-12-01"},
        {"name": ""},
        {"kind": "agency"},
    ],
)
def test_bad_partner_input_is_said(client, wrong):
    client.force_login(UserFactory(manager=True))
    partner = PartnerFactory(name="IHK")
    data = {"name": "IHK", "response_target_days": 5, "version": 1} | wrong

    assert client.post(partner.get_absolute_url() + "bearbeiten/", data).status_code == 422


def test_manager_fills_a_partner(client):
    client.force_login(UserFactory(manager=True))
    partner = PartnerFactory(name="IHK")
    data = {
        "name": "IHK Nord",
        "capacity": "full",
        "full_until": "2026-12-31",
        "response_target_days": 3,
        "active": "on",
        "version": 1,
    }

    client.post(partner.get_absolute_url() + "bearbeiten/", data)

    partner.refresh_from_db()
    assert (partner.name, partner.capacity, partner.kind) == ("IHK Nord", "full", "other")
    assert (partner.response_target_days, partner.version) == (3, 2)


def test_two_partners_of_one_name_are_refused_in_words(client):
    client.force_login(UserFactory(manager=True))
    PartnerFactory(name="IHK")
    url = "/partner/neu/"
    data = {"name": "IHK", "response_target_days": 5, "token": token(client, url)}

    assert client.post(url, data).status_code == 422


def test_edit_conflict_shows_both_versions_and_then_saves_the_own(client, anke):
    person = PersonFactory(email="alt@x.example", town="Wolfsburg")
    url = person.get_absolute_url() + "bearbeiten/"
    stale = PERSON | {"version": 1, "town": "Gifhorn", "email_1": "neu@x.example"}
    client.post(url, PERSON | {"version": 1, "town": "Celle", "email_1": "alt@x.example"})

    answer = client.post(url, stale)

    page = answer.content.decode()
    assert answer.status_code == 409
    for words in ("Gifhorn", "Celle", "neu@x.example", "alt@x.example", "Anke"):
        assert words in page
    person.refresh_from_db()
    assert person.town == "Celle"
    client.post(url, stale | {"version": person.version})
    person.refresh_from_db()
    assert person.town == "Gifhorn"


def test_conflict_speaks_in_the_words_of_the_form(client, anke):
    startup = StartupFactory()
    url = startup.get_absolute_url() + "bearbeiten/"
    data = {"name": startup.name, "version": 1}
    client.post(url, data | {"legal_form": "ug", "founded_on": "2026-01-31", "owner": anke.pk})

    page = client.post(url, data | {"legal_form": "gbr"}).content.decode()

    for words in ("GbR", "UG (haftungsbeschränkt)", "31.01.2026", "Anke"):
        assert words in page


def test_an_edit_without_its_version_is_a_conflict_not_an_overwrite(client, anke):
    person = PersonFactory(town="Celle")

    answer = client.post(person.get_absolute_url() + "bearbeiten/", PERSON | {"town": "Gifhorn"})

    assert answer.status_code == 409
    person.refresh_from_db()
    assert person.town == "Celle"


def test_more_rows_than_three_are_kept(client, anke):
    person = PersonFactory()
    for number in range(5):
        person.emails.create(address=f"z{number}@x.example", position=number)
    page = client.get(person.get_absolute_url() + "bearbeiten/").content.decode()

    assert 'name="email_6"' in page
    assert 'value="z4@x.example"' in page


def test_near_duplicate_is_hinted_while_typing(client, anke):
    url = "/personen/neu/"
    data = PERSON | {"token": token(client, url), "postcode": "38440", "town": "Wolfsburg"}
    client.post(url, data | {"phone_1": "0171 1234567"})
    typed = {"given_name": "Zoe", "family_name": "Mueller", "phone_1": "+49 171 1234567"}

    hint = client.get(reverse("contacts:duplicate_hint"), typed).content.decode()

    assert "P-" in hint
    assert "Zoë Müller" in hint
    own = {**typed, "exclude": Person.objects.get().reference}
    assert client.get(reverse("contacts:duplicate_hint"), own).content == b""
    assert client.get(reverse("contacts:duplicate_hint")).content == b""


def test_consent_is_recorded_with_its_words(client, anke):
    person, partner = PersonFactory(), PartnerFactory(name="IHK Nord")
    url = person.get_absolute_url() + "einwilligungen/neu/"
    data = {
        "token": token(client, url),
        "purpose": "referral",
        "recipient": partner.pk,
        "shared_fields": ["name", "email"],
        "evidence": "spoken",
        "given_on": timezone.localdate().isoformat(),
        "expires_on": "2100-01-31",
    }

    answers = [client.post(url, data) for _click in range(2)]

    assert {answer.url for answer in answers} == {person.get_absolute_url()}
    consent = Consent.objects.get()
    assert "IHK Nord" in consent.text
    assert (consent.recipient, consent.shared_fields) == (partner, ["name", "email"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"recipient": ""},
        {"shared_fields": []},
        {"given_on": "2099-01-01"},
        {"given_on": "29.02.2027"},
        {"given_on": "2026-01-02", "expires_on": "2026-01-01"},
        {"purpose": "anything"},
    ],
)
def test_bad_consent_is_said(client, anke, wrong):
    person = PersonFactory()
    url = person.get_absolute_url() + "einwilligungen/neu/"
    data = {
        "token": token(client, url),
        "purpose": "referral",
        "recipient": PartnerFactory().pk,
        "shared_fields": ["name"],
        "evidence": "spoken",
        "given_on": "2026-01-02",
    } | wrong

    assert client.post(url, data).status_code == 422
    assert not Consent.objects.exists()


def test_follow_up_double_click_makes_one(client, anke):
    person = PersonFactory()
    url = f"/wiedervorlagen/neu/?person={person.reference}"
    data = {
        "token": token(client, url),
        "subject": "Anrufen",
        "due_on": timezone.localdate().isoformat(),
        "assignee": anke.pk,
    }

    for _click in range(2):
        assert client.post(url, data).url == person.get_absolute_url()

    row = FollowUp.objects.get()
    assert (row.person, row.assignee, row.kind) == (person, anke, "task")


def test_no_form_takes_a_locked_person(client, anke):
    person = PersonFactory(state="restricted")

    for path in ("bearbeiten/", "einwilligungen/neu/"):
        assert client.post(person.get_absolute_url() + path, PERSON).status_code == 404
    assert client.get(f"/wiedervorlagen/neu/?person={person.reference}").status_code == 404


def test_of_two_clicks_at_one_moment_the_slower_finds_the_record_of_the_faster(rf, client, anke):
    data = PERSON | {"token": token(client, "/personen/neu/")}

    def create(id):
        faster = PersonFactory(id=id)
        with transaction.atomic():
            return PersonFactory(id=id, reference=faster.reference + "b")

    form = NewPersonForm(data, user_id=anke.pk)
    request = rf.post("/personen/neu/", data)
    answer = create_page(request, form, create, model=Person, template="", context={})

    assert answer.url == Person.objects.get().get_absolute_url()


def test_what_an_action_refuses_is_said_on_the_form(client, anke):
    gone = UserFactory(role="advisor")
    person = PersonFactory()
    url = f"/wiedervorlagen/neu/?person={person.reference}"
    data = {"token": token(client, url), "subject": "Anrufen", "due_on": "2100-01-01"}

    assert client.post(url, data | {"assignee": gone.pk}).status_code == 302
    gone.is_active = False
    gone.save()
    data["token"] = token(client, url)
    assert client.post(url, data | {"assignee": gone.pk}).status_code == 422
