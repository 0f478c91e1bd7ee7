"""The one way to confidential notes: no log, no note.

Nothing else reads or writes `ConfidentialNote.text`; histories say that it changed, never what.
"""

from datetime import datetime

from django.db import transaction

from accounts.actors import Actor
from accounts.history import EditConflict, note_change
from accounts.models import ReadLog, Role
from consultations.errors import NoteNotReadableError, ReadingReasonMissingError
from consultations.models import ConfidentialNote, Consultation

REASON_LENGTH = 300
CHANGED = {"text": ["", "changed"]}


@transaction.atomic
def read_note(*, consultation: Consultation, reason: str = "", by: Actor, at: datetime) -> str:
    """The text, empty without a note. Its advisor needs no reason, a manager does; nobody else.

    Every reading of a note is logged in the same transaction. Raises NoteNotReadableError and
    ReadingReasonMissingError.
    """
    reason = reason.strip()[:REASON_LENGTH]
    check_reader(consultation, reason, by)
    note = ConfidentialNote.objects.filter(consultation=consultation).first()
    if note is None:
        return ""
    ReadLog.objects.create(
        user_id=by.user_id, note_id=note.pk, subject=consultation.reference, at=at, reason=reason
    )
    return note.text


def check_reader(consultation: Consultation, reason: str, by: Actor) -> None:
    if is_author(consultation, by):
        return
    if by.role != Role.MANAGER or consultation.state != "complete":
        raise NoteNotReadableError
    if not reason:
        raise ReadingReasonMissingError


def is_author(consultation: Consultation, by: Actor) -> bool:
    return by.role == Role.ADVISOR and consultation.advisor_id == by.user_id


@transaction.atomic
def write_note(
    *, consultation: Consultation, text: str, version: int | None = None, by: Actor, at: datetime
) -> None:
    """Keep, replace or (empty) remove the note. `version` 0 means there was none yet.

    Without `version` the last writer wins, as for drafts. Raises NoteNotReadableError for
    everybody but its advisor, EditConflict where the note was changed meanwhile.
    """
    if not is_author(consultation, by):
        raise NoteNotReadableError
    note = ConfidentialNote.objects.filter(consultation=consultation).first()
    if version is not None and version != (note.version if note else 0):
        raise EditConflict(note)
    if note is None:
        add_note(consultation, text, by=by, at=at)
    elif not text:
        note.delete()
    elif note.text != text:
        replace_note(note, text, by=by, at=at)


def add_note(consultation: Consultation, text: str, *, by: Actor, at: datetime) -> None:
    if not text:
        return
    note = ConfidentialNote.objects.create(
        consultation=consultation, text=text, created_at=at, modified_at=at
    )
    note_change(note, CHANGED, by=by, at=at)


def replace_note(note: ConfidentialNote, text: str, *, by: Actor, at: datetime) -> None:
    rows = ConfidentialNote.objects.filter(pk=note.pk, version=note.version)
    if not rows.update(text=text, version=note.version + 1, modified_at=at):
        raise EditConflict(ConfidentialNote.objects.filter(pk=note.pk).first())
    note.version += 1
    note_change(note, CHANGED, by=by, at=at)
