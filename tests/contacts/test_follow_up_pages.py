"""Buttons of follow-ups, mails that go on their day, and what the agency words itself."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor
from contacts import mail_templates, tasks
from contacts.models import Agency, FollowUp, MailTemplate, Topic
from dma_crm import jobs
from outbox.models import OutboundMail
from tests.factories import (
    ConsentFactory,
    FollowUpFactory,
    PersonFactory,
    StartupFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def anke(client):
    user = UserFactory(name="Anke", email="anke@dma.example")
    client.force_login(user)
    return user


def press(client, row, button, **data):
    return client.post(row.get_absolute_url() + button, data, follow=True).content.decode()


def test_done_and_undo(client, anke):
    row = FollowUpFactory(assignee=anke, subject="Anrufen")

    page = press(client, row, "erledigt/")
    assert "Erledigt: Anrufen" in page
    assert f'action="{row.get_absolute_url()}oeffnen/"' in page
    row.refresh_from_db()
    assert (row.state, row.closed_by) == ("done", anke)

    press(client, row, "oeffnen/")
    row.refresh_from_db()
    assert row.state == "open"


def test_case_owner_may_close_what_a_colleague_planned(client, anke):
    row = FollowUpFactory(person=None, startup=StartupFactory(owner=anke))

    press(client, row, "erledigt/")

    row.refresh_from_db()
    assert row.state == "done"
    assert list(FollowUp.objects.writable_by(Actor.of(anke))) == [row]


def test_one_week_further_counts_from_today_when_overdue(client, anke):
    today = timezone.localdate()
    late = FollowUpFactory(assignee=anke, due_on=today - timedelta(days=30))
    ahead = FollowUpFactory(assignee=anke, due_on=today + timedelta(days=2))

    for row in (late, ahead):
        press(client, row, "verschieben/")
        row.refresh_from_db()

    assert late.due_on == today + timedelta(days=7)
    assert ahead.due_on == today + timedelta(days=9)


def test_moving_on_can_be_undone_by_the_button_of_its_message(client, anke):
    row = FollowUpFactory(assignee=anke)
    day = row.due_on

    said = press(client, row, "verschieben/")
    assert f'action="{row.get_absolute_url()}zurueck/"' in said
    press(client, row, "zurueck/")

    row.refresh_from_db()
    assert row.due_on == day


@pytest.mark.parametrize("day", ["", "2020-01-01", "31.12.9999", "29.02.2027", "0000-00-00"])
def test_a_day_that_cannot_be_is_refused(client, anke, day):
    row = FollowUpFactory(assignee=anke)
    due = row.due_on

    assert "Tag in der Zukunft" in press(client, row, "verschieben/", due_on=day)
    row.refresh_from_db()
    assert row.due_on == due


def test_hand_over_by_the_assignee_and_by_a_manager(client, anke):
    row, tom = FollowUpFactory(assignee=anke), UserFactory(name="Tom")

    assert "Tom übergeben" in press(client, row, "uebergeben/", assignee=tom.pk)
    client.force_login(UserFactory(manager=True))
    press(client, row, "uebergeben/", assignee=anke.pk)
    row.refresh_from_db()
    assert row.assignee == anke
    assert "wählen Sie" in press(client, row, "uebergeben/", assignee="x")


def test_closed_ones_are_not_moved(client, anke):
    row = FollowUpFactory(assignee=anke, state="done", closed_at=timezone.now(), closed_by=anke)

    assert "schon erledigt" in press(client, row, "verschieben/")


def test_button_returns_to_the_page_it_was_pressed_on_but_to_no_other_site(client, anke):
    row = FollowUpFactory(assignee=anke)
    url = row.get_absolute_url() + "verschieben/"

    assert client.post(url, {"next": "/personen/?owner=all"}).url == "/personen/?owner=all"
    assert client.post(url, {"next": "https://evil.example/"}).url == "/wiedervorlagen/"


@pytest.mark.parametrize("address", ["9999-12-31", "wiedervorlagen/", "contacts:people", "\\\\x"])
def test_button_takes_no_address_that_is_no_path(client, anke, address):
    url = FollowUpFactory(assignee=anke).get_absolute_url() + "verschieben/"

    assert client.post(url, {"next": address}).url == "/wiedervorlagen/"


def test_bulk_moves_and_hands_over_what_one_may_write(client, anke):
    mine = FollowUpFactory.create_batch(3, assignee=anke)
    theirs, tom = FollowUpFactory(), UserFactory(name="Tom")
    shown = [row.reference for row in (*mine, theirs)]
    url = reverse("contacts:follow_ups_bulk")

    client.post(url, {"shown": shown, "all": "1", "do": "hand_over", "assignee": tom.pk})

    assert FollowUp.objects.filter(assignee=tom).count() == 3
    theirs.refresh_from_db()
    assert theirs.assignee != tom


def test_bulk_takes_only_the_chosen_ones(client, anke):
    today = timezone.localdate()
    one, two = FollowUpFactory.create_batch(2, assignee=anke, due_on=today)
    url = reverse("contacts:follow_ups_bulk")

    client.post(url, {"shown": [one.reference, two.reference], "chosen": one.reference})

    moved = FollowUp.objects.filter(due_on=today + timedelta(days=7))
    assert list(moved) == [one]
    assert "mindestens eine" in client.post(url, {}, follow=True).content.decode()
    data = {"chosen": one.reference, "do": "hand_over"}
    assert "wählen Sie" in client.post(url, data, follow=True).content.decode()


def test_manager_may_not_move_in_bulk(client):
    client.force_login(UserFactory(manager=True))
    row = FollowUpFactory()
    due = row.due_on

    client.post(reverse("contacts:follow_ups_bulk"), {"chosen": row.reference, "do": "postpone"})

    row.refresh_from_db()
    assert row.due_on == due


def test_asking_about_whom_leads_to_the_form(client, anke):
    person, startup = PersonFactory(), StartupFactory()
    url = "/wiedervorlagen/neu/"

    assert client.get(f"{url}?about={person.reference.lower()}").url.endswith(person.reference)
    assert client.get(f"{url}?about=x&about_id={startup.pk}").url.endswith(startup.reference)
    assert "niemand gefunden" in client.get(f"{url}?about=Unbekannt").content.decode()


def test_mail_is_previewed_with_real_data(client, anke):
    person = PersonFactory(family_name="Größler", email="g@x.example")
    template = MailTemplate.objects.get(code="after_first_consultation")
    url = f"/wiedervorlagen/vorschau/?person={person.reference}"

    text = client.get(f"{url}&template={template.pk}").content.decode()

    assert "Guten Tag Zoë Größler," in text
    assert "Anke" in text
    for wrong in ("", "x", "9" * 30, "٣٣٣٣"):
        assert client.get(f"{url}&template={wrong}").content == b""


def test_planned_mail_goes_out_on_its_day_once(anke, now):
    person = PersonFactory(email="zoe@x.example")
    mail = FollowUpFactory(
        person=person, kind="mail", template=MailTemplate.objects.first(), assignee=anke
    )
    FollowUpFactory(person=person)

    assert tasks.send_due_follow_ups(at=now - timedelta(days=1)) == 0
    assert tasks.send_due_follow_ups(at=now) == 1
    assert tasks.send_due_follow_ups(at=now) == 0

    queued = OutboundMail.objects.get()
    assert (queued.recipient, queued.kind) == ("zoe@x.example", "follow_up")
    message = tasks.build_follow_up(queued)
    assert message.subject == mail.template.subject
    assert "Guten Tag Zoë" in message.text
    assert message.reply_to == "anke@dma.example"
    assert tasks.follow_up_may_go(queued, now) == ""
    assert FollowUp.objects.open().count() == 1
    mail.refresh_from_db()
    assert mail.is_mail_sent


@pytest.mark.parametrize("why", ["no address", "locked"])
def test_mail_that_cannot_go_stays_open(why, now):
    person = PersonFactory(
        **({"email": "z@x.example", "state": "restricted"} if why == "locked" else {})
    )
    FollowUpFactory(person=person, kind="mail", template=MailTemplate.objects.first())

    assert tasks.send_due_follow_ups(at=now) == 0
    assert FollowUp.objects.open().count() == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda row: FollowUp.objects.update(state="open"), "follow_up_reopened"),
        (lambda row: FollowUp.objects.all().delete(), "follow_up_reopened"),
        (lambda row: type(row.person).objects.update(state="restricted"), "person_locked"),
        (lambda row: row.person.emails.all().delete(), "address_changed"),
        (
            lambda row: ConsentFactory(
                person=row.person, purpose="follow_up", recipient=None, withdrawn_at=row.created_at
            ),
            "consent_withdrawn",
        ),
    ],
)
def test_queued_mail_is_asked_again_before_it_goes(change, reason, now):
    person = PersonFactory(email="zoe@x.example")
    row = FollowUpFactory(person=person, kind="mail", template=MailTemplate.objects.first())
    tasks.send_due_follow_ups(at=now)

    change(row)

    assert tasks.follow_up_may_go(OutboundMail.objects.get(), now) == reason


def test_the_job_is_registered():
    assert jobs.registry["contacts.follow_ups"].every_seconds == 300


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("neutral", "Guten Tag Dr. Zoë Müller,"),
        ("ms", "Guten Tag Frau Dr. Müller,"),
        ("mr", "Guten Tag Herr Dr. Müller,"),
    ],
)
def test_greeting_by_form_of_address(form, words):
    person = PersonFactory(family_name="Müller", title="Dr.", form_of_address=form)
    template = MailTemplate(subject="Für {name} von {agency}", body="{greeting} {unknown}")

    message = mail_templates.render(template, person=person, advisor=UserFactory())

    assert message.text.startswith(words + " {unknown}")
    assert message.subject == "Für Dr. Zoë Müller von Digitale Mutterboden Agentur"


def test_a_name_is_never_a_link_nor_a_placeholder():
    person = PersonFactory(given_name="[x](https://evil.example)", family_name="{advisor}")
    template = MailTemplate(subject="Hallo", body="{name}")

    message = mail_templates.render(template, person=person, advisor=UserFactory(name="Anke"))

    assert 'href="https://evil' not in message.html
    assert "{advisor}" in message.text


# --- what the agency words itself ---


@pytest.fixture
def boss(client):
    user = UserFactory(manager=True)
    client.force_login(user)
    return user


def test_topic_is_created_and_worded(client, boss):
    url = "/verwaltung/themen/neu/"
    data = {"german": "Öffentliche Aufträge", "english": "", "position": 5, "active": "on"}

    for _time in range(2):
        client.post(url, data)

    codes = [topic.code for topic in Topic.objects.filter(position=5, names__de=data["german"])]
    assert codes == ["offentliche_auftrage", "offentliche_auftrage_2"]
    edit = f"/verwaltung/themen/{codes[0]}/"
    client.post(edit, data | {"english": "Public contracts", "active": ""})
    topic = Topic.objects.get(code=codes[0])
    assert topic.names == {"de": "Öffentliche Aufträge", "en": "Public contracts"}
    assert not topic.active


@pytest.mark.parametrize(
    "wrong", [{"german": ""}, {"german": "x" * 101}, {"position": "-1"}, {"position": "1e9"}]
)
def test_bad_topic_is_said(client, boss, wrong):
    data = {"german": "Neu", "position": 5} | wrong

    assert client.post("/verwaltung/themen/neu/", data).status_code == 422


@pytest.mark.parametrize("field", ["subject", "body"])
def test_mail_template_refuses_unknown_placeholders(client, boss, field):
    url = "/verwaltung/mailvorlagen/keep_in_touch/"
    data = {"german": "Kontakt", "position": 3, "subject": "Hallo", "body": "{greeting}"}

    answer = client.post(url, data | {field: "{hausnummer}"})

    assert answer.status_code == 422
    assert "{hausnummer} ist unbekannt" in answer.content.decode()
    assert client.post(url, data).status_code == 302
    assert MailTemplate.objects.get(code="keep_in_touch").body == "{greeting}"


PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x20\x00\x00\x00\x20\x08\x06" + b"\0" * 40


def agency_data(**changes):
    return {"name": "Gründungshaus", "version": 1, "town": "Wolfsburg"} | changes


def upload(content, name="logo.png"):
    file = BytesIO(content)
    file.name = name
    return file


def test_agency_shows_its_name_and_logo_on_every_page(client, boss):
    data = agency_data(logo=upload(PNG), imprint_url="https://dma.example/impressum")

    client.post("/verwaltung/agentur/", data)

    agency = Agency.objects.get()
    page = client.get("/personen/").content.decode()
    assert "Gründungshaus" in page
    assert agency.logo_url in page
    assert "https://dma.example/impressum" in page
    client.logout()
    answer = client.get(agency.logo_url)
    assert answer.content == PNG
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in answer["Cache-Control"]


def test_agency_logo_is_kept_and_removed(client, boss):
    client.post("/verwaltung/agentur/", agency_data(logo=upload(PNG)))
    client.post("/verwaltung/agentur/", agency_data(version=2))
    assert Agency.objects.get().logo_url

    client.post("/verwaltung/agentur/", agency_data(version=2, remove_logo="on"))
    assert Agency.objects.get().logo_url == ""


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"GIF89a" + b"\0" * 50,
        PNG + b"\0" * 210_000,
        PNG[:16] + b"\xff\xff\xff\xff" + PNG[20:],
        PNG[:20],
    ],
)
def test_agency_takes_no_other_picture(client, boss, content):
    answer = client.post("/verwaltung/agentur/", agency_data(logo=upload(content)))

    assert answer.status_code == 422
    assert Agency.objects.get().logo_digest == ""


def test_agency_conflict_shows_both(client, boss):
    client.post("/verwaltung/agentur/", agency_data())

    answer = client.post("/verwaltung/agentur/", agency_data(name="Anders"))

    assert answer.status_code == 409
    assert "Gründungshaus" in answer.content.decode()
    assert Agency.objects.get().name == "Gründungshaus"
