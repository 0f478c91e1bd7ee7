"""What contacts does by the clock."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import DateTimeField, Exists, OuterRef
from django.utils import timezone

from accounts.actors import MAIL_LINK_ROLE, Actor
from accounts.history import EditConflict
from accounts.models import Channel, User
from contacts import actions, mail_templates
from contacts.models import (
    Agency,
    ConsentPurpose,
    FollowUp,
    FollowUpKind,
    FollowUpState,
    LegalBasis,
    MailTemplate,
    Person,
    PersonEmail,
    PersonState,
    SeriesRun,
    Startup,
    objected,
)
from dma_crm.statements import Given, Statement
from outbox.actions import queue_mail
from outbox.messages import Message
from outbox.models import OutboundMail
from outbox.registry import gathered
from outbox.unsubscribing import unsubscribe_address

FOLLOW_UP_MAIL = "follow_up"
WORDING = "wording"  # of a mail's subjects: the version of the template it went with
MOST_AT_ONCE = 500
LETTERS = Statement(
    lambda: (
        FollowUp.objects.filter(pk__any_of=Given("follow_ups")).select_related("person").order_by()
    )
)
TEMPLATES = Statement(lambda: MailTemplate.objects.filter(pk__any_of=Given("pks")).order_by())
ASSIGNEES = Statement(
    lambda: User.objects.filter(pk__any_of=Given("pks")).select_related("deputy__deputy").order_by()
)
STARTUPS = Statement(lambda: Startup.objects.filter(pk__any_of=Given("pks")).order_by())
RUNS = Statement(lambda: SeriesRun.objects.filter(pk__any_of=Given("pks")).order_by())
ADDRESSES = Statement(
    lambda: (
        PersonEmail.objects.filter(person__any_of=Given("people"))
        .order_by()
        .values_list("person_id", "address")
    )
)
OBJECTING = Statement(
    lambda: (
        Person.objects.filter(
            objected(OuterRef("pk"), ConsentPurpose.FOLLOW_UP, Given("at", DateTimeField())),
            pk__any_of=Given("people"),
        )
        .order_by()
        .values_list("pk")
    )
)


def send_due_follow_ups(*, at: datetime) -> int:
    """Queue the mails that are due and close their follow-ups; tasks stay open for their owner.

    Whoever has no address, is restricted or wants no such mails keeps an open follow-up, which
    Heute shows as overdue.
    """
    return sum(queue_follow_up(follow_up, at=at) for follow_up in due_mails(at))


def stop_series_of_locked(*, at: datetime) -> int:
    return actions.stop_series_of_locked(by=Actor.system(), at=at)


def due_mails(at: datetime):
    reachable = PersonEmail.objects.filter(person=OuterRef("person_id"))
    return (
        FollowUp.objects.due(timezone.localdate(at))
        .filter(
            Exists(reachable),
            ~objected(OuterRef("person_id"), ConsentPurpose.FOLLOW_UP, at),
            kind=FollowUpKind.MAIL,
            person__state=PersonState.ACTIVE,
        )
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
        dedupe_key=follow_up.mail_key,
        recipient=follow_up.person.first_address,
        recipient_name=follow_up.person.display_name,
        subjects={"follow_up": follow_up.pk, "person": follow_up.person_id},
        purpose=ConsentPurpose.FOLLOW_UP,
        legal_basis=LegalBasis.PUBLIC_TASK,
        at=at,
    )
    return True


class Letter(NamedTuple):
    """What a follow-up mail is made of, and what may speak against it."""

    follow_up: FollowUp
    agency: Agency
    addresses: set[str]
    objected: bool


def gather_follow_ups(mails: list[OutboundMail], at: datetime) -> dict[UUID, Letter]:
    """One Letter for each mail whose follow-up still is there."""
    wanted = [mail.subjects["follow_up"] for mail in mails]
    rows = {row.pk: row for row in LETTERS.instances(follow_ups=wanted)}
    share(rows.values(), "template", TEMPLATES)
    share(rows.values(), "assignee", ASSIGNEES)
    share(rows.values(), "startup", STARTUPS)
    share(rows.values(), "run", RUNS)
    people = {row.person_id for row in rows.values()}
    addresses: dict[UUID, set[str]] = defaultdict(set)
    for person, address in ADDRESSES.rows(people=people):
        addresses[person].add(address)
    objecting = {pk for (pk,) in OBJECTING.rows(people=people, at=at)}
    agency = mail_templates.own_agency()
    return {
        mail.pk: Letter(row, agency, addresses[row.person_id], row.person_id in objecting)
        for mail in mails
        if (row := rows.get(UUID(mail.subjects["follow_up"])))
    }


def share(rows: Iterable[FollowUp], name: str, statement: Statement) -> None:
    """Many have the same one or none: it is made once, not with each row."""
    keys = {getattr(row, f"{name}_id") for row in rows} - {None}
    found = {one.pk: one for one in statement.instances(pks=keys)} if keys else {}
    for row in rows:
        setattr(row, name, found.get(getattr(row, f"{name}_id")))


def build_follow_up(mail: OutboundMail) -> Message:
    """In the present wording; one that has gone in the wording it went with."""
    letter: Letter = gathered(mail)
    follow_up = letter.follow_up
    wording = mail_templates.as_it_stood(follow_up.template, mail.subjects.get(WORDING, ""))
    return mail_templates.render(
        wording,
        person=follow_up.person,
        advisor=follow_up.assignee,
        startup=follow_up.startup,
        agency=letter.agency,
        unsubscribe=unsubscribe_address(mail),
        made_of={WORDING: str(follow_up.template.version)},
    )


def follow_up_may_go(mail: OutboundMail, at: datetime) -> str:
    """Asked again right before sending: much may have happened since it was queued."""
    letter: Letter | None = gathered(mail)
    if letter is None or letter.follow_up.state != FollowUpState.DONE:
        return "follow_up_reopened"
    row = letter.follow_up
    if row.run and row.run.is_stopped and row.closed_at <= row.run.ended_at:
        return "series_stopped"
    if row.person.state != PersonState.ACTIVE:
        return "person_locked"
    if mail.recipient not in letter.addresses:
        return "address_changed"
    return "consent_withdrawn" if letter.objected else ""


def stop_follow_ups(mail: OutboundMail, at: datetime) -> None:
    """Whoever holds the link of the mail wants no more of them: series stop.

    What was planned by hand stays open.
    """
    person = Person.objects.filter(pk=mail.subjects["person"]).first()
    if person:
        by = Actor(role=MAIL_LINK_ROLE, channel=Channel.MAIL_LINK)
        actions.object_to(person=person, purpose=ConsentPurpose.FOLLOW_UP, by=by, at=at)
