"""Questions to guests, who helps, and notes that stay inside."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.history import changes_of
from contacts.models import PartnerOrganisation
from events import actions
from events.exports import head, line
from events.models import Event, Registration
from events.questions import answers_of, cells_of, heads_of
from events.registration_form import issue
from tests.events.guests import ask, asked, said
from tests.factories import (
    NOW,
    EventFactory,
    PartnerFactory,
    RegistrationFactory,
    UserFactory,
    actor,
)

pytestmark = pytest.mark.django_db
LIST = "/verwaltung/veranstaltungen/"
SECRET = "Frau Beispiel bringt den Schlüssel"


@pytest.fixture(autouse=True)
def _unlimited(settings):
    settings.REGISTRATIONS_PER_HOUR = 0


def with_questions(**fields):
    start = timezone.now() + timedelta(days=3)
    questions = [
        asked("Was essen Sie?", "q1", required=True),
        asked("Womit kommen Sie?", "q2", "choice", ["Bahn", "Rad"]),
        asked("Zum ersten Mal?", "q4", "yes_no"),
    ]
    given = {"starts_at": start, "ends_at": start + timedelta(hours=1), "questions": questions}
    return EventFactory(**{**given, **fields})


def form_of(event, **fields):
    token = issue(event, timezone.now() - timedelta(minutes=1))
    given = {"name": "Zoë Kern", "email": "zoe@gruendung.example", "token": token}
    return {**given, **fields}


def test_answers_come_with_the_registration(client):
    event = with_questions()
    url = f"{event.get_absolute_url()}anmelden/"
    page = client.get(url).content.decode()
    assert "Womit kommen Sie?" in page
    answers = {"answer_q1": "vegan\x07", "answer_q2": "Rad", "answer_q4": "yes"}

    response = client.post(url, form_of(event, **answers))

    assert response.status_code == 302
    row = Registration.objects.get()
    assert answers_of(row) == [
        ("Was essen Sie?", "vegan"), ("Womit kommen Sie?", "Rad"), ("Zum ersten Mal?", "ja"),
    ]  # fmt: skip
    assert heads_of(event) == ["Was essen Sie?", "Womit kommen Sie?", "Zum ersten Mal?"]
    assert cells_of(event, row) == ["vegan", "Rad", "ja"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "answer_q1"),
        ({"answer_q1": "x" * 301}, "answer_q1"),
        ({"answer_q1": "x", "answer_q2": "Auto"}, "answer_q2"),
        ({"answer_q1": "x", "answer_q4": "vielleicht"}, "answer_q4"),
    ],
)
def test_bad_answers_are_told(client, fields, field):
    event = with_questions()

    response = client.post(f"{event.get_absolute_url()}anmelden/", form_of(event, **fields))

    assert (response.status_code, list(response.context["form"].errors)) == (422, [field])
    assert Registration.objects.count() == 0


def test_an_answer_outlives_its_question(client_of):
    event = with_questions()
    row = RegistrationFactory(event=event, answers=said("vegan") | said("Bahn", "q2", "Alt?"))
    Event.objects.filter(pk=event.pk).update(questions=event.questions[1:])
    row = Registration.objects.select_related("event").get(pk=row.pk)

    assert answers_of(row)[0] == ("Was essen Sie?", "vegan")
    assert cells_of(row.event, row) == ["Bahn", ""]
    page = client_of().get(f"{LIST}{event.slug}/anmeldungen/{row.pk}/").content.decode()
    assert "Was essen Sie?" in page
    assert "vegan" in page


def test_exports_have_a_column_for_each_question():
    event = with_questions()
    row = RegistrationFactory(event=event, answers=said("vegan"))

    assert head(event)[3:6] == heads_of(event)
    assert line(row)[3:6] == ["vegan", "", ""]


def filled(client, url, **fields):
    form = client.get(url).context["form"]
    data = {name: form[name].value() for name in form.fields} | fields
    return {name: value for name, value in data.items() if value not in (None, False)}


def test_organisers_ask_up_to_five_questions(client_of):
    event, client = EventFactory(), client_of()
    url = f"{LIST}{event.slug}/"
    data = filled(
        client, url, question_1_label="Essen?", question_1_required="on",
        question_3_label="Anreise?", question_3_kind="choice",
        question_3_options="Bahn\r\n  Rad \n\nBahn\n", question_5_label="Neu?",
        question_5_kind="yes_no",
    )  # fmt: skip

    client.post(url, data)

    event.refresh_from_db()
    assert event.questions == [
        asked("Essen?", "q1", required=True),
        asked("Anreise?", "q2", "choice", ["Bahn", "Rad"]),
        asked("Neu?", "q3", "yes_no"),
    ]
    again = filled(client, url, question_1_label="", question_4_label="Noch eine?")
    client.post(url, again)
    event.refresh_from_db()
    assert [(q["key"], q["label"]) for q in event.questions] == [
        ("q2", "Anreise?"), ("q3", "Neu?"), ("q4", "Noch eine?"),
    ]  # fmt: skip
    copy = actions.copy_event(event=event, day=NOW.date() + timedelta(days=30), by=actor(), at=NOW)
    assert copy.questions == event.questions


@pytest.mark.parametrize(
    "options", ["", "eine", "\n".join(f"{n}" for n in range(13)), "a\n" + "x" * 101]
)
def test_choices_need_answers_to_choose_from(client_of, options):
    event, client = EventFactory(), client_of()
    url = f"{LIST}{event.slug}/"
    fields = {"question_2_label": "Anreise?", "question_2_kind": "choice"}

    response = client.post(url, filled(client, url, **fields, question_2_options=options))

    assert list(response.context["form"].errors) == ["question_2_options"]


def test_hosts_together_are_named_and_colleagues_are_kept(client, client_of):
    event, partner = EventFactory(), PartnerFactory(name="IHK Lüneburg-Wolfsburg")
    advisor = client_of()
    colleague, gone = UserFactory(role="advisor"), UserFactory(role="advisor", is_active=False)
    url = f"{LIST}{event.slug}/"
    form = advisor.get(url).context["form"]
    assert gone not in form.fields["co_organisers"].queryset
    data = filled(advisor, url, co_hosts=[partner.pk], co_organisers=[colleague.pk])

    advisor.post(url, data)

    event.refresh_from_db()
    assert list(event.co_hosts.all()) == [partner]
    assert list(event.co_organisers.all()) == [colleague]
    change = changes_of(event).first().fields
    assert change["co_hosts"] == [[], [str(partner.pk)]]
    page = client.get(event.get_absolute_url()).content.decode()
    assert f"{event.host.name}, IHK Lüneburg-Wolfsburg" in page
    assert str(colleague) not in page
    copy = actions.copy_event(event=event, day=NOW.date() + timedelta(days=30), by=actor(), at=NOW)
    assert list(copy.co_hosts.all()) == [partner]
    assert list(copy.co_organisers.all()) == [colleague]


def test_a_conflict_names_lists_and_questions(client_of):
    event, client = EventFactory(), client_of()
    url = f"{LIST}{event.slug}/"
    partner = PartnerOrganisation.objects.exclude(pk=event.host_id).first() or PartnerFactory()
    mine = filled(client, url, co_hosts=[partner.pk], question_1_label="Meine?")
    client_of().post(url, filled(client, url, question_1_label="Ihre?"))

    rows = client.post(url, mine).context["conflict"]["rows"]

    assert [(row["mine"], row["theirs"]) for row in rows] == [
        (str(partner), ""), ("Meine?", "Ihre?"),
    ]  # fmt: skip


def test_notes_stay_inside(client, client_of):
    event = with_questions(notes=SECRET)
    row = ask(event, answers=said("vegan"), at=timezone.now())
    public = [
        event.get_absolute_url(), f"{event.get_absolute_url()}anmelden/",
        f"/veranstaltungen/{event.slug}.ics", "/veranstaltungen/", row.get_absolute_url(),
        "/veranstaltungen/kalender.ics",
    ]  # fmt: skip

    for url in public:
        assert SECRET not in client.get(url).content.decode()
    assert SECRET not in str([head(event), line(row)])
    assert SECRET in client_of().get(f"{LIST}{event.slug}/").content.decode()
    copy = actions.copy_event(
        event=event, day=timezone.localdate() + timedelta(days=30), by=actor(), at=NOW
    )
    assert copy.notes == ""
