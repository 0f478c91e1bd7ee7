"""Confidential notes: one way in, every reading logged, and not a word of them anywhere else."""

import logging

import pytest
from django.test import Client
from django.urls import get_resolver

from accounts.actors import Actor
from accounts.history import EditConflict
from accounts.models import Change, ReadLog
from consultations.actions import ReferralPlan, log_consultation
from consultations.errors import NoteNotReadableError, ReadingReasonMissingError
from consultations.models import ConfidentialNote
from consultations.notes import read_note, replace_note, write_note
from contacts.models import Topic
from dma_crm.models import new_id
from outbox.models import OutboundMail
from tests.factories import (
    NOW,
    ConfidentialNoteFactory,
    ConsultationFactory,
    PartnerFactory,
    UserFactory,
    actor,
)

pytestmark = pytest.mark.django_db
TOKEN = "kassandra7391"


def test_note_never_prints_its_words():
    note = ConfidentialNoteFactory(text=TOKEN)

    assert str(note) == str(note.consultation_id)


def author(note):
    return Actor.of(note.consultation.advisor)


def test_author_reads_without_a_reason_but_not_without_a_log():
    note = ConfidentialNoteFactory()

    text = read_note(consultation=note.consultation, by=author(note), at=NOW)

    log = ReadLog.objects.get()
    assert text == "Nur unter uns."
    assert (log.user, log.note_id, log.subject, log.at, log.reason) == (
        note.consultation.advisor,
        note.pk,
        note.consultation.reference,
        NOW,
        "",
    )


def test_manager_reads_with_a_reason():
    note = ConfidentialNoteFactory()
    reader = actor("manager")

    with pytest.raises(ReadingReasonMissingError):
        read_note(consultation=note.consultation, reason="  ", by=reader, at=NOW)
    assert not ReadLog.objects.exists()

    text = read_note(consultation=note.consultation, reason=" Vertretung ", by=reader, at=NOW)
    assert (text, ReadLog.objects.get().reason) == ("Nur unter uns.", "Vertretung")


@pytest.mark.parametrize("reader", ["advisor", "admin", "partner", "system", "link"])
def test_nobody_else_reads_whatever_the_reason(reader):
    note = ConfidentialNoteFactory()
    by = {
        "advisor": lambda: actor("advisor"),
        "admin": lambda: actor("admin"),
        "partner": lambda: Actor.of(UserFactory(partner=True)),
        "system": Actor.system,
        "link": lambda: Actor.of_link(organisation_id=new_id(), referral_id=new_id()),
    }[reader]()

    with pytest.raises(NoteNotReadableError):
        read_note(consultation=note.consultation, reason="Neugier", by=by, at=NOW)
    assert not ReadLog.objects.exists()


def test_manager_reads_no_note_of_a_draft():
    note = ConfidentialNoteFactory(consultation__open_draft=True)

    with pytest.raises(NoteNotReadableError):
        read_note(consultation=note.consultation, reason="?", by=actor("manager"), at=NOW)


def test_without_a_note_there_is_nothing_to_log():
    consultation = ConsultationFactory()

    assert read_note(consultation=consultation, by=Actor.of(consultation.advisor), at=NOW) == ""
    assert not ReadLog.objects.exists()


def test_no_log_no_note():
    """The log is written first and in the same transaction; where it cannot be, nothing is read."""
    note = ConfidentialNoteFactory()
    nobody = Actor(role="advisor", channel="screen", user_id=note.consultation.advisor_id)
    broken = Actor(role="manager", channel="screen", user_id=None)

    with pytest.raises(Exception, match="(?i)null"):
        read_note(consultation=note.consultation, reason="?", by=broken, at=NOW)
    assert read_note(consultation=note.consultation, by=nobody, at=NOW) == note.text


def test_note_is_written_by_its_advisor_alone():
    consultation = ConsultationFactory()

    for by in (actor("advisor"), actor("manager"), actor("admin")):
        with pytest.raises(NoteNotReadableError):
            write_note(consultation=consultation, text="Fremd", by=by, at=NOW)
    assert not ConfidentialNote.objects.exists()


def test_note_is_replaced_kept_and_removed():
    note = ConfidentialNoteFactory()
    given = {"consultation": note.consultation, "by": author(note), "at": NOW}

    write_note(text="Nur unter uns.", version=1, **given)
    note.refresh_from_db()
    assert note.version == 1

    write_note(text="Anders", version=1, **given)
    note.refresh_from_db()
    assert (note.text, note.version) == ("Anders", 2)

    with pytest.raises(EditConflict):
        write_note(text="Aus einem alten Fenster", version=1, **given)
    write_note(text="", version=2, **given)
    assert not ConfidentialNote.objects.exists()
    with pytest.raises(EditConflict):
        write_note(text="Noch eins", version=2, **given)
    write_note(text="", version=0, **given)
    assert not ConfidentialNote.objects.exists()


def test_of_two_who_replace_at_once_one_wins():
    note = ConfidentialNoteFactory()
    behind = ConfidentialNote.objects.get(pk=note.pk)
    replace_note(note, "Erste", by=author(note), at=NOW)

    with pytest.raises(EditConflict):
        replace_note(behind, "Zweite", by=author(note), at=NOW)

    assert ConfidentialNote.objects.get().text == "Erste"


def logged_in(user):
    web = Client()
    web.force_login(user)
    return web


def test_page_shows_the_note_only_after_asking():
    note = ConfidentialNoteFactory(text=TOKEN)
    web = logged_in(note.consultation.advisor)
    url = note.consultation.get_absolute_url()

    before = web.get(url).content.decode()
    shown = web.post(f"{url}notiz/")

    assert TOKEN not in before
    assert "Vertrauliche Notiz anzeigen" in before
    assert TOKEN in shown.content.decode()
    assert shown.headers["Cache-Control"] == "no-store"
    assert web.get(f"{url}notiz/").status_code == 405
    assert ReadLog.objects.count() == 1


def test_manager_is_asked_for_a_reason():
    note = ConfidentialNoteFactory(text=TOKEN)
    web = logged_in(UserFactory(manager=True))
    url = note.consultation.get_absolute_url()

    without = web.post(f"{url}notiz/", {"reason": ""})
    overlong = web.post(f"{url}notiz/", {"reason": "x" * 301})
    shown = web.post(f"{url}notiz/", {"reason": "Vertretung"})

    assert (without.status_code, overlong.status_code, shown.status_code) == (422, 422, 200)
    assert TOKEN not in without.content.decode() + overlong.content.decode()
    assert "Bitte sagen Sie, warum" in without.content.decode()
    assert TOKEN in shown.content.decode()
    assert "<textarea" not in shown.content.decode()


def test_colleague_learns_not_even_that_there_is_a_note():
    note = ConfidentialNoteFactory(text=TOKEN)
    other = ConsultationFactory()
    web = logged_in(UserFactory())

    pages = [web.get(row.get_absolute_url()).content.decode() for row in (note.consultation, other)]
    refused = web.post(f"{note.consultation.get_absolute_url()}notiz/", {"reason": "?"})

    assert all("ertrauliche Notiz" not in page for page in pages)
    assert refused.status_code == 422
    assert TOKEN not in refused.content.decode()
    assert web.post(f"{note.consultation.get_absolute_url()}notiz/speichern/").status_code == 404


def test_note_is_added_and_changed_on_the_page():
    consultation = ConsultationFactory()
    web, url = logged_in(consultation.advisor), consultation.get_absolute_url()

    form = web.post(f"{url}notiz/").content.decode()
    assert 'name="version" value="0"' in form
    saved = web.post(f"{url}notiz/speichern/", {"text": "Neu", "version": 0})
    behind = web.post(f"{url}notiz/speichern/", {"text": "Veraltet", "version": 0})
    wrong = web.post(f"{url}notiz/speichern/", {"text": "x" * 10_001, "version": 1})

    assert saved.status_code == 302
    assert (behind.status_code, wrong.status_code) == (422, 422)
    assert "Veraltet" in behind.content.decode()
    assert ConfidentialNote.objects.get().text == "Neu"


def pages_of(patterns, consultation):
    """Every address of the product that needs no argument, and those of this case."""
    plain = [
        f"/{pattern.pattern}"
        for pattern in patterns
        if not getattr(pattern, "url_patterns", None) and "<" not in str(pattern.pattern)
    ]
    nested = [
        f"/{outer.pattern}{inner.pattern}"
        for outer in patterns
        for inner in getattr(outer, "url_patterns", [])
        if "<" not in f"{outer.pattern}{inner.pattern}" and "^" not in f"{inner.pattern}"
    ]
    url = consultation.get_absolute_url()
    case = [consultation.person.get_absolute_url(), url, f"{url}korrigieren/"]
    return [*plain, *nested, *case, f"/suche/?q={TOKEN}", f"/suche/vorschlaege/?q={TOKEN}"]


def test_not_a_word_of_it_anywhere_else(caplog):
    """One founder with everything: consultation, note, draft, mail; every page of every role."""
    caplog.set_level(logging.DEBUG)
    advisor, partner = UserFactory(), PartnerFactory()
    by = Actor.of(advisor)
    plan = ReferralPlan(question="Was?", partners=(partner,), consented={partner.pk})
    logged = log_consultation(
        token=new_id(), person=ConsultationFactory().person, summary="Offen", confidential=TOKEN,
        topics=[Topic.objects.get(code="funding")], referral=plan, by=by, at=NOW,
    )  # fmt: skip
    write_note(consultation=logged.consultation, text=f"{TOKEN} neu", by=by, at=NOW)
    readers = [
        advisor, UserFactory(), UserFactory(manager=True), UserFactory(admin=True),
        UserFactory(role="partner", organisation=partner),
    ]  # fmt: skip

    answers = {}
    for reader in readers:
        web = logged_in(reader)
        for address in pages_of(get_resolver().url_patterns, logged.consultation):
            answers[reader.role, address] = web.get(address).getvalue().decode(errors="replace")

    assert len(answers) > 100
    assert [
        key for key, text in answers.items() if TOKEN in text and f"?q={TOKEN}" not in key[1]
    ] == []
    assert TOKEN not in str(list(Change.objects.values()))
    assert TOKEN not in str(list(OutboundMail.objects.values()))
    assert TOKEN not in str(list(ReadLog.objects.values()))
    assert TOKEN not in caplog.text
    assert TOKEN in ConfidentialNote.objects.get().text  # it was there to leak
