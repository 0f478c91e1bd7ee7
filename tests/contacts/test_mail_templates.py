"""Mails that the agency words: checked when saved, tried before, and no wording is ever lost."""

import json
import threading
from datetime import date, datetime, time, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format

from accounts.actors import Actor
from accounts.history import EditConflict
from contacts import actions, mail_templates, mail_trials, tasks
from contacts.differences import GONE, NEW, SAME, Piece, difference
from contacts.models import MailTemplate
from contacts.placeholders import faults, placeholders
from outbox import delivery
from outbox.models import OutboundMail
from outbox.previews import preview_of
from tests.factories import (
    AffiliationFactory,
    AppointmentFactory,
    ConsultationFactory,
    FollowUpFactory,
    PersonFactory,
    StartupFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
EDIT = "/verwaltung/mailvorlagen/keep_in_touch/"
TRIAL = "/verwaltung/mailvorlagen/neu/vorschau/"


@pytest.fixture
def boss(client):
    user = UserFactory(manager=True, name="Leonie", email="leonie@dma.example")
    client.force_login(user)
    return user


@pytest.fixture
def template():
    return MailTemplate.objects.get(code="keep_in_touch")


def typed(template, **changes):
    data = {
        "german": template.names["de"],
        "english": template.names["en"],
        "position": template.position,
        "active": "on",
        "subject": template.subject,
        "body": template.body,
        "version": template.version,
    }
    return data | changes


def queries_of(client, path):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


def reword(template, user, at, **values):
    return actions.reword_template(row=template, values=values, by=Actor.of(user), at=at)


# --- placeholders ---


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Hallo {vornam}", ["Zeile 1, Zeichen 7: {vornam} ist unbekannt. Meinten Sie {vorname}?"]),
        ("a\n\n b {name", ["Zeile 3, Zeichen 4: Die Klammer { gehört zu keinem Platzhalter."]),
        ("name}", ["Zeile 1, Zeichen 5: Die Klammer } gehört zu keinem Platzhalter."]),
        ("{stop}{}", None),
        ("{{name}}", None),
        ("{ name }", None),
        ("{name.__class__}", None),
        ("{Anrede} {NAME} {begrüßung} {begruessung} {greeting}", []),
    ],
)
def test_faults_are_told_with_their_place(text, told):
    with translation.override("de"):
        found = list(faults(text))

    assert len(found) >= 2 if told is None else found == told


def test_every_placeholder_has_a_value_by_each_of_its_names():
    person = PersonFactory(given_name="Zoë", family_name="Größler")
    names = [name for each in placeholders for name in each.names]
    wording = MailTemplate(subject="x", body="\n\n".join(f"{{{name}}}" for name in names))

    message = mail_templates.render(wording, person=person, advisor=UserFactory(phone=""))

    assert "{" not in message.text
    assert len(names) == len(set(names))
    assert not [line for line in message.text.split("\n\n") if not line.strip()]
    assert "Ihr Vorhaben" in message.text


def test_the_last_consultation_is_a_day_or_recently():
    talked, advisor = PersonFactory(), UserFactory()
    for day in (date(2026, 3, 12), date(2025, 1, 2)):
        ConsultationFactory(person=talked, held_on=day)
    ConsultationFactory(person=talked, held_on=date(2026, 5, 1), open_draft=True)
    wording = MailTemplate(subject="Wir haben {beratung_am} gesprochen", body="x")

    told = [
        mail_templates.render(wording, person=person, advisor=advisor).subject
        for person in (talked, PersonFactory())
    ]

    assert told == ["Wir haben am 12. März 2026 gesprochen", "Wir haben vor Kurzem gesprochen"]


def test_the_next_appointment_is_a_moment_or_soon():
    expected, advisor = PersonFactory(), UserFactory()
    for days, state in ((9, "agreed"), (2, "agreed"), (1, "cancelled"), (-1, "agreed")):
        moment = datetime.combine(timezone.localdate() + timedelta(days=days), time(13, 30))
        starts_at = timezone.make_aware(moment)
        AppointmentFactory(person=expected, starts_at=starts_at, state=state)
    wording = MailTemplate(subject="Wir sehen uns {termin}.", body="x")

    told = [
        mail_templates.render(wording, person=person, advisor=advisor).subject
        for person in (expected, PersonFactory())
    ]

    day = date_format(timezone.localdate() + timedelta(days=2), "j. F Y")
    assert told == [f"Wir sehen uns am {day} um 13:30 Uhr.", "Wir sehen uns demnächst."]


def test_the_venture_is_the_one_of_the_follow_up_else_the_newest():
    person, advisor = PersonFactory(), UserFactory()
    for name in ("Altes Werk", "Neues Werk"):
        AffiliationFactory(person=person, startup=StartupFactory(name=name))
    wording = MailTemplate(subject="{vorhaben}", body="x")
    about = StartupFactory(name="Gemeintes Werk")

    newest = mail_templates.render(wording, person=person, advisor=advisor)
    meant = mail_templates.render(wording, person=person, advisor=advisor, startup=about)

    assert (newest.subject, meant.subject) == ("Neues Werk", "Gemeintes Werk")


# --- saving ---


@pytest.mark.parametrize(
    "wrong",
    [
        {"subject": "{unbekannt}"},
        {"body": "{greeting"},
        {"body": "x" * 20_001},
        {"subject": "x" * 201},
        {"subject": "\u2028 \r\n"},
        {"version": "x"},
    ],
)
def test_bad_wording_is_refused_and_kept_in_the_form(client, boss, template, wrong):
    answer = client.post(EDIT, typed(template, **wrong))

    assert answer.status_code == 422
    template.refresh_from_db()
    assert (template.version, template.versions.count()) == (1, 0)


@pytest.mark.parametrize("body", ["x" * 10_000_000, "a\x00b"])
def test_what_cannot_be_stored_is_refused_at_the_door(client, boss, template, body):
    assert client.post(EDIT, typed(template, body=body)).status_code in (400, 413)


def test_a_subject_stays_one_line(client, boss, template):
    client.post(EDIT, typed(template, subject="Wie geht\u2028es\r\nBcc: x@y.example"))

    template.refresh_from_db()
    assert template.subject == "Wie geht es Bcc: x@y.example"


def test_saving_keeps_the_former_wording_and_who_wrote_the_new_one(client, boss, template):
    former = template.body

    client.post(EDIT, typed(template, body="{anrede}\r\n\r\nneu"))

    template.refresh_from_db()
    new, old = template.versions.all()
    assert (template.body, template.version) == ("{anrede}\n\nneu", 2)
    assert (old.number, old.body, old.by_label) == (1, former, "")
    assert (new.number, new.body, new.by_label, new.by_user) == (2, template.body, "Leonie", boss)


def test_place_and_use_make_no_version(client, boss, template):
    client.post(EDIT, typed(template, position=77, active=""))

    template.refresh_from_db()
    assert (template.position, template.active, template.version) == (77, False, 1)
    assert not template.versions.exists()


def test_a_new_template_begins_with_its_first_version(client, boss, template):
    data = typed(template, german="Zum Abschied", version="")

    client.post("/verwaltung/mailvorlagen/neu/", data)

    made = MailTemplate.objects.get(code="zum_abschied")
    assert [(row.number, row.by_label) for row in made.versions.all()] == [(1, "Leonie")]


def test_of_two_edits_the_second_sees_both(client, boss, template, now):
    reword(template, UserFactory(name="Anke"), now, subject="Anders")

    answer = client.post(EDIT, typed(template, subject="Meins"))

    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Anders" in text
    assert "Meins" in text
    assert "Anke" in text
    again = client.post(EDIT, typed(template, subject="Meins") | {"version": 2})
    assert again.status_code == 302
    assert template.versions.first().subject == "Meins"


def test_a_version_nobody_saved_is_a_conflict(client, boss, template):
    assert client.post(EDIT, typed(template, subject="x", version=0)).status_code == 409


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_once_one_wins(template, now):
    anke, ben = UserFactory(), UserFactory()
    start, outcomes = threading.Barrier(2), []

    def save(user, subject):
        try:
            start.wait()
            reword(template, user, now, subject=subject)
            outcomes.append("saved")
        except EditConflict:
            outcomes.append("told")
        finally:
            connection.close()

    threads = [
        threading.Thread(target=save, args=args) for args in ((anke, "Ankes"), (ben, "Bens"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["saved", "told"]
    assert template.versions.count() == 2


# --- versions ---


def test_versions_show_what_changed_and_can_be_restored(client, boss, template, now):
    first = template.body
    for number in range(2, 5):
        template = reword(template, boss, now, body=f"{{anrede}}\n\nFassung {number} <b>")

    page = client.get(f"{EDIT}fassungen/").content.decode()
    assert "<del>" in page
    assert "Fassung 4 &lt;b&gt;" not in page  # word by word: only what differs is marked
    assert unescape(page).count("Wiederherstellen") == 3
    answer = client.post(f"{EDIT}fassungen/1/wiederherstellen/")

    template.refresh_from_db()
    assert answer.status_code == 302
    assert (template.body, template.version) == (first, 5)
    assert [row.number for row in template.versions.all()] == [5, 4, 3, 2, 1]


@pytest.mark.parametrize("number", [0, 99, 2**40])
def test_a_missing_version_is_not_found(client, boss, number):
    assert client.post(f"{EDIT}fassungen/{number}/wiederherstellen/").status_code == 404


def test_versions_are_paged_with_constant_queries(client, boss, template, now):
    template = reword(template, boss, now, body="zwei")
    few = queries_of(client, f"{EDIT}fassungen/")
    for number in range(3, 33):
        template = reword(template, boss, now, body=f"Nummer {number}")

    assert queries_of(client, f"{EDIT}fassungen/") <= few + 1  # the neighbour of the oldest
    page = client.get(f"{EDIT}fassungen/").content.decode()
    assert "Fassung 32" in page
    assert "Fassung 12" not in page


def test_difference_is_word_by_word_and_short():
    old = "eins zwei drei\ngleich " + "wort " * 50 + "\nEnde"
    new = old.replace("zwei", "2").replace("Ende", "Schluss")

    pieces = difference(old, new)

    assert pieces[:3] == [Piece(SAME, "eins"), Piece(GONE, " zwei"), Piece(NEW, " 2")]
    assert "[…]" in pieces[3].text
    assert pieces[-2:] == [Piece(GONE, "Ende"), Piece(NEW, "Schluss")]


def test_difference_gives_up_on_what_would_take_long():
    old, new = "\n" * 20_000, "x\n" * 10_000

    assert difference(old, new) == [Piece(GONE, old), Piece(NEW, new)]


# --- what was really sent ---


def sent_mail(template, now):
    person = PersonFactory(email="zoe@x.example")
    FollowUpFactory(person=person, kind="mail", template=template)
    tasks.send_due_follow_ups(at=now)
    delivery.deliver(at=now)
    return OutboundMail.objects.get()


def test_a_sent_mail_shows_the_wording_it_went_with(template, boss, now):
    mail = sent_mail(template, now)
    assert mail.state == "sent"

    template = reword(template, boss, now, subject="Niemals gesendet", body="Niemals")
    reword(template, boss, now, subject="Auch nicht")

    shown = preview_of(mail)
    assert shown.subject == "Was macht Ihr Vorhaben?"
    assert "Niemals" not in shown.text


def test_a_waiting_mail_goes_in_the_present_wording(template, boss, now):
    FollowUpFactory(person=PersonFactory(email="z@x.example"), kind="mail", template=template)
    tasks.send_due_follow_ups(at=now)
    reword(template, boss, now, subject="Neu gefasst")

    delivery.deliver(at=now)

    mail = OutboundMail.objects.get()
    assert mail.subjects["wording"] == "2"
    assert preview_of(mail).subject == "Neu gefasst"


def test_a_wording_that_is_gone_shows_nothing_rather_than_another(template, boss, now):
    mail = sent_mail(template, now)
    template = reword(template, boss, now, subject="Niemals gesendet")
    template.versions.filter(number=1).delete()

    assert preview_of(mail) is None


# --- preview and trial ---


def test_preview_shows_subject_and_both_parts_with_a_real_person(client, boss):
    person = PersonFactory(family_name="Größler")
    data = {"subject": "Für {name}", "body": "{anrede}\n\n**fett**", "person_id": person.pk}

    answer = client.post(TRIAL, data)

    text = unescape(answer.content.decode())
    assert answer.status_code == 200
    assert "Für Zoë Größler" in text
    assert "**fett**" in text
    assert "&lt;strong&gt;fett&lt;/strong&gt;" in answer.content.decode()  # in the srcdoc
    assert "leonie@dma.example" in text
    assert "/abbestellen/beispiel/" in text
    assert "script-src" not in answer["Content-Security-Policy"]
    assert not OutboundMail.objects.exists()


def test_preview_without_a_person_makes_one_up(client, boss):
    answer = client.post(TRIAL, {"subject": "x", "body": "{anrede} {vorhaben}"})

    assert "Guten Tag Kim Beispiel, Ihr Vorhaben" in unescape(answer.content.decode())


@pytest.mark.parametrize("state", ["restricted", "anonymised"])
def test_preview_with_somebody_locked_is_not_found(client, boss, state):
    person = PersonFactory(state=state)
    data = {"subject": "x", "body": "{name}", "person_id": person.pk}

    assert client.post(TRIAL, data).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [{"body": "{wrong}"}, {"subject": ""}, {"person_id": "x"}, {"body": "x" * 20_001}],
)
def test_preview_of_what_is_wrong_tells_so(client, boss, wrong):
    answer = client.post(TRIAL, {"subject": "x", "body": "y"} | wrong)

    assert answer.status_code == 422
    assert "Bitte prüfen" in answer.content.decode()


def test_html_and_scripts_in_the_text_stay_text():
    body = (
        "<script>alert(1)</script>\n\n<img src=x onerror=alert(1)>\n\n[x](javascript:alert(1))"
        "\n\n[y](JaVaScRiPt:alert(1))\n\n[z](data:text/html,x)\n\n![p](https://x.example/p.png)"
    )

    wording = MailTemplate(subject="x", body=body)
    html = mail_templates.render(wording, person=PersonFactory(), advisor=UserFactory()).html

    assert "<script" not in html
    assert "<img" not in html
    assert "href" not in html


def test_trial_goes_to_whoever_asks_and_ends_nothing(client, boss, now):
    person = PersonFactory(given_name="Zoë", email="zoe@x.example")
    data = {"subject": "Für {vorname}", "body": "{anrede}", "person_id": person.pk, "send": "1"}

    answer = client.post(TRIAL, data)

    [mail] = OutboundMail.objects.all()
    assert "Die Probe ist unterwegs an leonie@dma.example" in answer.content.decode()
    assert mail.recipient == "leonie@dma.example"
    assert "Zoë" not in json.dumps([mail.payload, mail.subjects])
    message = mail_trials.build(mail)
    assert message.subject == "Probe: Für Zoë"
    assert message.unsubscribe == ""
    delivery.deliver(at=mail.due_at)
    mail.refresh_from_db()
    assert (mail.state, mail.payload) == ("sent", "")
    assert preview_of(mail) is None


def test_a_second_click_sends_no_second_trial(boss, now):
    wording = MailTemplate(subject="x", body="y")
    clicks = [
        mail_trials.queue_trial(wording=wording, person=None, to=boss, at=now) for _ in range(2)
    ]

    assert clicks == [True, False]
    assert mail_trials.build(OutboundMail.objects.get()).text.startswith("y")


def test_no_trial_about_somebody_locked_meanwhile(boss, now):
    person = PersonFactory()
    wording = MailTemplate(subject="x", body="{name}")
    mail_trials.queue_trial(wording=wording, person=person, to=boss, at=now)
    type(person).objects.update(state="restricted")

    delivery.deliver(at=now)

    mail = OutboundMail.objects.get()
    assert (mail.state, mail.last_error) == ("cancelled", "not_allowed: person_locked")


def test_the_form_tells_the_placeholders(client, boss):
    page = client.get(EDIT).content.decode()

    assert all(f"{{{each.names[0]}}}" in page for each in placeholders)
    assert reverse("contacts:mail_template_trial") in page
