"""What a series will do for somebody, before it is started."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from contacts import mail_templates
from contacts.models import (
    ConsentPurpose,
    FollowUpKind,
    FollowUpSeries,
    Person,
    SeriesStep,
    objected,
)
from outbox.messages import Message


@dataclass(frozen=True)
class PlannedStep:
    """`moved`: its day is not worked on, so it comes on the next one that is."""

    step: SeriesStep
    due_on: date
    moved: bool
    message: Message | None


@dataclass(frozen=True)
class Preview:
    """`refusal` says why it cannot be started, or is empty."""

    series: FollowUpSeries
    steps: list[PlannedStep]
    refusal: str
    sender: User


def preview_of(
    series: FollowUpSeries, *, person: Person, sender: User, address: str = "", at: datetime
) -> Preview:
    """With the data of this person, who may be one still to be made with this `address`."""
    steps, start = steps_of(series), timezone.localdate(at)
    planned = [planned_step(step, start, person=person, advisor=sender) for step in steps]
    return Preview(series, planned, why_not(steps, person=person, address=address, at=at), sender)


def planned_step(step: SeriesStep, start: date, **letter: Any) -> PlannedStep:
    due_on, message = step.due_on(start), None
    if step.template:
        message = mail_templates.render(step.template, **letter)
    return PlannedStep(step, due_on, due_on != step.calendar_day(start), message)


def steps_of(series: FollowUpSeries) -> list[SeriesStep]:
    return list(series.steps.select_related("template"))


def why_not(steps, *, person: Person, address: str = "", at: datetime) -> str:
    """What forbids these steps or follow-ups; empty where nothing does."""
    if not steps:
        return _("This series has no steps yet.")
    if all(step.kind != FollowUpKind.MAIL for step in steps):
        return ""
    if not (address or person.emails.exists()):
        return _("No e-mail address of this person is known, and this series sends mails.")
    objecting = objected(OuterRef("pk"), ConsentPurpose.FOLLOW_UP, at)
    if Person.objects.filter(objecting, pk=person.pk).exists():
        return _("This person wants no follow-up mails.")
    return ""
