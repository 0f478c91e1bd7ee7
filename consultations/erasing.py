"""What is kept of talks with a person who is erased (Art. 17 DSGVO)."""

from datetime import datetime

from accounts.actors import Actor
from accounts.history import forget_values
from accounts.models import ReadLog
from consultations.models import Appointment, ConfidentialNote, Consultation
from contacts.models import Person


def erase(*, person: Person, by: Actor, at: datetime) -> None:
    """That somebody was advised, when and for how long stays for the figures; what was agreed goes.

    The log of who read a note stays too, without the reasons, which speak of the person.
    """
    talks = Consultation.objects.filter(person=person)
    notes = ConfidentialNote.objects.filter(consultation__in=talks)
    note_ids = list(notes.values_list("pk", flat=True))
    forget_values(Consultation, list(talks.values_list("pk", flat=True)))
    forget_values(ConfidentialNote, note_ids)
    ReadLog.objects.filter(note_id__in=note_ids).update(reason="")
    notes.delete()
    talks.filter(completed_at=None).delete()
    talks.update(summary="", draft={}, modified_at=at)
    Consultation.others.through.objects.filter(person=person).delete()
    appointments = Appointment.objects.filter(person=person)
    forget_values(Appointment, list(appointments.values_list("pk", flat=True)))
    appointments.delete()
