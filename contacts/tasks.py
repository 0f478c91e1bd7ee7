"""What contacts does by the clock."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.actors import Actor
from accounts.history import EditConflict
from contacts import actions, mail_templates
from contacts.models import (
    Consent,
    ConsentPurpose,
    FollowUp,
    FollowUpKind,
    FollowUpState,
    LegalBasis,
    PersonEmail,
    PersonState,
)
from outbox.actions import queue_mail
from outbox.messages import Message
from outbox.models import OutboundMail

FOLLOW_UP_MAIL = "follow_up"
MOST_AT_ONCE = 500


def send_due_follow_ups(*, at: datetime) -> int:
    """Queue the mails that are due and close their follow-ups; tasks stay open for their owner.

    Whoever has no address or is restricted keeps an open follow-up, which Heute shows as overdue.
    """
    return sum(queue_follow_up(follow_up, at=at) for follow_up in due_mails(at))


def due_mails(at: datetime):
    reachable = PersonEmail.objects.filter(person=OuterRef("person_id"))
    return (
        FollowUp.objects.due(timezone.localdate(at))
        .filter(Exists(reachable), kind=FollowUpKind.MAIL, person__state=PersonState.ACTIVE)
        .select_related("person")
        .order_by("due_on", "id")[:MOST_AT_ONCE]
    )


@transaction.atomic
def queue_follow_up(follow_up: FollowUp, *, at: datetime) -> bool:
    """False where somebody closed it meanwhile, or what was permitted was withdrawn."""
    try:
        actions.complete_follow_up(follow_up=follow_up, by=Actor.system(), at=at)
    except EditConflict:
        return False
    queue_mail(
        kind=FOLLOW_UP_MAIL,
        dedupe_key=f"follow_up:{follow_up.pk}:{follow_up.version}",
        recipient=follow_up.person.emails.first().address,
        recipient_name=follow_up.person.display_name,
        subjects={"follow_up": follow_up.pk, "person": follow_up.person_id},
        purpose=ConsentPurpose.FOLLOW_UP,
        legal_basis=LegalBasis.PUBLIC_TASK,
        at=at,
    )
    return True


def build_follow_up(mail: OutboundMail) -> Message:
    follow_up = FollowUp.objects.select_related("person", "template", "assignee").get(
        pk=mail.subjects["follow_up"]
    )
    return mail_templates.render(
        follow_up.template, person=follow_up.person, advisor=follow_up.assignee
    )


def follow_up_may_go(mail: OutboundMail, at: datetime) -> str:
    """Asked again right before sending: much may have happened since it was queued."""
    follow_up = FollowUp.objects.select_related("person").filter(pk=mail.subjects["follow_up"])
    row = follow_up.first()
    if row is None or row.state != FollowUpState.DONE:
        return "follow_up_reopened"
    if row.person.state != PersonState.ACTIVE:
        return "person_locked"
    if not row.person.emails.filter(address=mail.recipient).exists():
        return "address_changed"
    return "consent_withdrawn" if objected(row.person_id, at) else ""


def objected(person_id, at: datetime) -> bool:
    """Somebody who took the permission for follow-up mails back and gave no new one."""
    given = Consent.objects.filter(person_id=person_id, purpose=ConsentPurpose.FOLLOW_UP)
    return given.exists() and not given.active(at).exists()
