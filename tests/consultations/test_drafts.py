"""What is typed is kept, by its advisor alone, one window at a time."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Change, ReadLog
from consultations.drafts import forget_discarded
from consultations.models import ConfidentialNote, Consultation
from dma_crm.models import new_id
from tests.factories import ConfidentialNoteFactory, ConsultationFactory, PersonFactory, UserFactory

pytestmark = pytest.mark.django_db
DRAFT = "/beratungen/entwurf/"
NEW = "/beratungen/neu/"


@pytest.fixture
def advisor():
    return UserFactory()


@pytest.fixture
def web(client, advisor):
    client.force_login(advisor)
    return client


def typed(**fields):
    return {"token": new_id(), "version": 0, "window": "a", "summary": "Will", **fields}


def test_first_save_makes_the_draft(web, advisor):
    person = PersonFactory()
    data = typed(person=person.pk, topics=["1", "2"], csrfmiddlewaretoken="x", strange="y")

    response = web.post(DRAFT, data)

    draft = Consultation.objects.get()
    assert response.json() == {"fields": {"version": 2}}
    assert (draft.pk, draft.state, draft.advisor, draft.person) == (
        data["token"],
        "draft",
        advisor,
        person,
    )
    assert draft.draft == {
        "fields": {"person": [str(person.pk)], "topics": ["1", "2"], "summary": ["Will"]},
        "window": "a",
    }


def test_next_save_of_the_same_window_follows(web):
    data = typed()
    web.post(DRAFT, data)

    response = web.post(DRAFT, data | {"summary": "Will gründen"})  # its answer got lost: version 0

    assert response.json() == {"fields": {"version": 3}}
    assert Consultation.objects.get().draft["fields"]["summary"] == ["Will gründen"]


def test_another_window_must_know_the_version(web):
    data = typed()
    web.post(DRAFT, data)

    behind = web.post(DRAFT, data | {"window": "b", "summary": "Anders", "version": 1})
    level = web.post(DRAFT, data | {"window": "b", "summary": "Weiter", "version": 2})

    assert (behind.status_code, level.status_code) == (409, 200)
    assert Consultation.objects.get().draft["fields"]["summary"] == ["Weiter"]


def test_saved_consultation_takes_no_late_draft(web, advisor):
    done = ConsultationFactory(advisor=advisor)

    response = web.post(DRAFT, typed(token=done.pk, window="", version=1))

    assert response.status_code == 409
    done.refresh_from_db()
    assert (done.state, done.draft) == ("complete", {})


def test_draft_of_somebody_else_is_not_there(web):
    foreign = ConsultationFactory(open_draft=True)

    assert web.post(DRAFT, typed(token=foreign.pk)).status_code == 404
    foreign.refresh_from_db()
    assert foreign.draft == {}


@pytest.mark.parametrize(
    "wrong",
    [
        {"token": "x"},
        {"token": ""},
        {"version": "9" * 5000},
        {"version": "-1"},
        {"person": "1"},
        {"confidential": "x" * 10_001},
        {"summary": "x" * 100_001},
    ],
)
def test_draft_that_makes_no_sense_is_refused(web, wrong):
    assert web.post(DRAFT, typed(**wrong)).status_code == 400
    assert not Consultation.objects.exists()


def test_confidential_words_of_a_draft_are_in_their_own_table(web):
    data = typed(confidential="Insolvenz")
    web.post(DRAFT, data)

    assert "Insolvenz" not in str(Consultation.objects.values())
    assert "Insolvenz" not in str(Change.objects.values())
    assert ConfidentialNote.objects.get().text == "Insolvenz"

    web.post(DRAFT, data | {"confidential": "Insolvenz 2019"})
    assert ConfidentialNote.objects.get().text == "Insolvenz 2019"

    web.post(DRAFT, data | {"confidential": ""})
    assert not ConfidentialNote.objects.exists()


def test_reopened_draft_shows_everything_and_logs_the_note(web, advisor):
    person = PersonFactory()
    data = typed(
        person=person.pk, who=person.display_name, new_startup="Lastenrad",
        confidential="Insolvenz", follow_up="1w", channel="video",
    )  # fmt: skip
    web.post(DRAFT, data)

    page = web.get(NEW, {"entwurf": data["token"]}).content.decode()

    for words in (person.display_name, "Lastenrad", "Insolvenz", ">\nWill</textarea>"):
        assert words in page
    assert f'value="{data["token"]}"' in page
    assert '<input type="radio" name="follow_up" value="1w" checked>' in page
    log = ReadLog.objects.get()
    assert (log.user, log.subject) == (advisor, Consultation.objects.get().reference)


def test_foreign_draft_opens_as_an_empty_form(web):
    note = ConfidentialNoteFactory(
        consultation__open_draft=True, consultation__draft={"fields": {"summary": ["Geheim"]}}
    )

    response = web.get(NEW, {"entwurf": note.consultation_id})

    assert response.status_code == 200
    page = response.content.decode()
    assert "Geheim" not in page
    assert note.text not in page
    assert str(note.consultation_id) not in page
    assert not ReadLog.objects.exists()


@pytest.mark.parametrize("address", ["x", "", "00000000-0000-0000-0000-000000000000"])
def test_unknown_draft_opens_as_an_empty_form(web, address):
    assert web.get(NEW, {"entwurf": address}).status_code == 200


def test_today_lists_own_drafts_by_name(web, advisor):
    web.post(DRAFT, typed(given_name="Zoë", family_name="Brandes"))
    web.post(DRAFT, typed(who="Müll"))
    web.post(DRAFT, typed())
    ConsultationFactory(open_draft=True, draft={"fields": {"who": ["Fremd"]}})

    page = web.get("/").content.decode()

    for words in ("Zoë Brandes", "Müll", "Noch ohne Namen"):
        assert words in page
    assert "Fremd" not in page


def test_discarding_can_be_undone(web, advisor):
    draft = ConsultationFactory(open_draft=True, advisor=advisor)

    discarded = web.post(
        reverse("consultations:draft_discard", args=[draft.reference]), follow=True
    )
    draft.refresh_from_db()
    assert draft.state == "discarded"
    undo = reverse("consultations:draft_restore", args=[draft.reference])
    assert undo in discarded.content.decode()

    web.post(undo)
    draft.refresh_from_db()
    assert draft.state == "draft"


@pytest.mark.parametrize("name", ["draft_discard", "draft_restore"])
def test_draft_of_a_colleague_is_neither_discarded_nor_restored(web, name):
    state = "draft" if name == "draft_discard" else "discarded"
    foreign = ConsultationFactory(open_draft=True, state=state)

    response = web.post(reverse(f"consultations:{name}", args=[foreign.reference]))

    assert response.status_code == 404
    foreign.refresh_from_db()
    assert foreign.state == state


def test_discarded_drafts_are_forgotten_after_a_day(now):
    kept = ConsultationFactory(open_draft=True, state="discarded", modified_at=now)
    ConsultationFactory(open_draft=True, state="discarded", modified_at=now - timedelta(hours=25))
    ConsultationFactory(open_draft=True, modified_at=now - timedelta(days=99))

    forget_discarded(at=now)

    assert set(Consultation.objects.values_list("state", flat=True)) == {"discarded", "draft"}
    assert Consultation.objects.filter(state="discarded").get() == kept
