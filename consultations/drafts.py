"""What is typed is kept while one types: one draft row per form, named by the form's own id.

The id (`token`) is made with the empty form. It makes saving idempotent: whatever is sent twice
meets the same row.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.actors import Actor
from consultations import notes
from consultations.errors import AlreadyLoggedError, DraftChangedError
from consultations.models import Consultation, ConsultationState
from contacts.models import Person
from dma_crm.models import next_reference

KEPT_AFTER_DISCARDING = timedelta(days=1)


@dataclass(frozen=True)
class Typed:
    """The form as it stands: its fields, the confidential note apart, and who wrote it.

    `window` names the browser window: its own saves follow each other in order, so only another
    window's save needs the version.
    """

    fields: dict[str, list[str]]
    confidential: str = ""
    person: Person | None = None
    window: str = ""


@transaction.atomic
def save_draft(*, token: UUID, typed: Typed, version: int, by: Actor, at: datetime) -> Consultation:
    """Raises AlreadyLoggedError, DraftChangedError, DoesNotExist (somebody else's)."""
    draft = draft_row(token, by=by, at=at)
    if draft.state != ConsultationState.DRAFT:
        raise AlreadyLoggedError
    unmoved = Q(version=version) | Q(draft__window=typed.window) | Q(draft={})
    written: dict[str, Any] = {
        "draft": {"fields": typed.fields, "window": typed.window},
        "person_id": typed.person.pk if typed.person else None,
        "version": draft.version + 1,
        "modified_at": at,
    }
    if not Consultation.objects.filter(unmoved, pk=token, version=draft.version).update(**written):
        raise DraftChangedError
    for name, value in written.items():
        setattr(draft, name, value)
    notes.write_note(consultation=draft, text=typed.confidential, by=by, at=at)
    return draft


def draft_row(token: UUID, *, by: Actor, at: datetime) -> Consultation:
    """The row of this form, locked; made if this is the first that is heard of it.

    Raises DoesNotExist where the id belongs to somebody else.
    """
    if not Consultation.objects.filter(pk=token).exists():
        Consultation.objects.get_or_create(
            pk=token,
            defaults={
                "reference": next_reference(Consultation, at=at),
                "advisor_id": by.user_id,
                "held_on": timezone.localdate(at),
                "created_at": at,
                "modified_at": at,
            },
        )
    return Consultation.objects.select_for_update().get(pk=token, advisor_id=by.user_id)


@transaction.atomic
def discard_draft(*, draft: Consultation, by: Actor, at: datetime) -> None:
    """Put it away; it can be taken back for a day. Discarded or logged meanwhile: nothing."""
    change_state(draft, ConsultationState.DRAFT, ConsultationState.DISCARDED, at=at)


@transaction.atomic
def restore_draft(*, draft: Consultation, by: Actor, at: datetime) -> None:
    change_state(draft, ConsultationState.DISCARDED, ConsultationState.DRAFT, at=at)


def change_state(draft: Consultation, before: str, after: str, *, at: datetime) -> None:
    Consultation.objects.filter(pk=draft.pk, state=before).update(
        state=after, modified_at=at, version=draft.version + 1
    )


def forget_discarded(*, at: datetime) -> int:
    """The sweep behind discarding: what nobody took back within a day is deleted."""
    old = Consultation.objects.filter(
        state=ConsultationState.DISCARDED, modified_at__lt=at - KEPT_AFTER_DISCARDING
    )
    return old.delete()[0]
