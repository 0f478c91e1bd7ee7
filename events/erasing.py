"""What is kept of a guest who is erased (Art. 17 DSGVO)."""

from datetime import datetime

from django.db.models import F, Q

from accounts.actors import Actor
from accounts.history import forget_values
from contacts.models import Person
from events.actions import cancel_registration
from events.models import Feedback, Registration
from outbox.suppression import key_of


def erase(*, person: Person, by: Actor, at: datetime) -> None:
    """That somebody came, and how it was rated, stays for the figures, not what was written.

    A seat that is still ahead goes to the next.

    Also where nobody has linked the registration, but the address is the person's. Without an
    address nobody is written to.
    """
    addresses = [key_of(email.address) for email in person.emails.all()]
    own = Q(person=person) | Q(person=None, email__in=addresses)
    ids = list(Registration.objects.filter(own).values_list("pk", flat=True))
    rows = Registration.objects.filter(pk__in=ids)
    said = {"name": person.reference, **dict.fromkeys(("email", "search"), ""), "answers": {}}
    rows.update(**said, wants_contact=False, version=F("version") + 1, modified_at=at)
    ahead = rows.active().filter(event__ends_at__gt=at, checked_in_at=None)
    # In the order in which events are locked, see seating.LOCK_ORDER.
    for row in ahead.order_by(F("event__parent_id").asc(nulls_first=True), "event_id"):
        cancel_registration(registration=row, by=by, at=at)
    voices = [Feedback.voice_of(pk) for pk in ids]
    Feedback.objects.filter(voice__in=voices).update(comment="", modified_at=at)
    forget_values(Registration, ids)
