"""What upper apps add to the case page, to Heute and to search; they register in `ready()`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from accounts.actors import Actor

TIMELINE_LENGTH = 100


@dataclass(frozen=True)
class TimelineItem:
    """One entry on the line. `kind` picks its shape: consultation, referral, event, mail, change.

    `on` orders; planned items stand above the past ones. `text` is plain and may be empty.
    `word` names it where the kind's own word would not do.
    """

    kind: str
    on: date | datetime
    title: str
    text: str = ""
    url: str = ""
    by: str = ""
    badge: str = ""
    planned: bool = False
    word: str = ""

    @property
    def day(self) -> date:
        return timezone.localdate(self.on) if isinstance(self.on, datetime) else self.on


@dataclass(frozen=True)
class Case:
    """What a case page is about: a venture with its people, or a person without one.

    `people` and `startup` are the rows themselves, where the page has read them.
    """

    person_ids: tuple
    startup_id: Any = None
    people: tuple = ()
    startup: Any = None


# source(case, actor, limit) -> newest `limit` items that the actor may see, in constant queries
TimelineSource = Callable[[Case, Actor, int], list[TimelineItem]]
timeline_sources: list[TimelineSource] = []


@dataclass(frozen=True)
class Panel:
    """A box on a page: `context(subject, actor)` answers its variables, None hides it."""

    template: str
    context: Callable[[Any, Actor], dict | None]
    order: int


case_panels: list[Panel] = []
# Above the case and before its phase or days change: what to look into first. Subject: a Case.
founding_panels: list[Panel] = []
person_panels: list[Panel] = []
partner_panels: list[Panel] = []
today_panels: list[Panel] = []

# hook(consent=…, by=…, at=…): what must follow at once, in the same transaction
consent_withdrawn_hooks: list[Callable[..., None]] = []
# hook(person=…, by=…, at=…): what upper apps keep on a person goes, in the same transaction
erasure_hooks: list[Callable[..., None]] = []
# hook(partner=…, before=…, by=…, at=…): its absence was entered, changed or deleted
absence_hooks: list[Callable[..., None]] = []


def register_timeline(source: TimelineSource) -> None:
    timeline_sources.append(source)


def register_panel(panels: list[Panel], template: str, context, *, order: int) -> None:
    panels.append(Panel(template, context, order))
    panels.sort(key=lambda panel: panel.order)


def on_consent_withdrawn(hook: Callable[..., None]) -> None:
    consent_withdrawn_hooks.append(hook)


def on_erasure(hook: Callable[..., None]) -> None:
    erasure_hooks.append(hook)


def on_absence_changed(hook: Callable[..., None]) -> None:
    absence_hooks.append(hook)
