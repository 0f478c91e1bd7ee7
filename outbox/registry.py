"""What the outbox must ask the apps above it; they register in `AppConfig.ready()`."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.utils import timezone
from django.utils.functional import Promise

from outbox.messages import Message
from outbox.models import OutboundMail

Policy = Literal["resend", "hold"]
Gather = Callable[[list[OutboundMail], datetime], Mapping[UUID, Any]]


@dataclass(frozen=True)
class MailKind:
    """How one kind of mail is built, and what holds for it; see `register_kind`."""

    name: str
    label: str | Promise
    build: Callable[[OutboundMail], Message]
    may_go: Callable[[OutboundMail, datetime], str] | None
    gather: Gather | None
    policy: Policy
    body_visible: bool
    essential: bool
    transactional: bool
    stop: Callable[[OutboundMail, datetime], None] | None
    stopping: str | Promise


_kinds: dict[str, MailKind] = {}


def register_kind(
    name: str,
    *,
    build: Callable[[OutboundMail], Message],
    may_go: Callable[[OutboundMail, datetime], str] | None = None,
    gather: Gather | None = None,
    policy: Policy = "resend",
    body_visible: bool = True,
    essential: bool = False,
    transactional: bool = True,
    stop: Callable[[OutboundMail, datetime], None] | None = None,
    stopping: str | Promise = "",
    label: str | Promise = "",
) -> None:
    """Make `name` a kind that can be queued.

    `build(mail)` runs when the mail is sent and each time it is looked at, never in a
    transaction; an error in it makes the mail dead. `may_go(mail, at)` answers "" or why the mail
    must not go any more (consent gone, record restricted), which cancels it. Where many go at once,
    `gather(mails, at)` asks for what both need of all of them, by the mail's id; they get it by
    `gathered(mail)`. `policy` says what
    happens when nobody knows whether a mail went out: `resend` sends it again under the same
    Message-ID, `hold` waits for a person. `body_visible=False` keeps its text out of the outbox
    pages. `essential` mails go also to suppressed addresses: without them somebody cannot get in.
    `transactional=False`: nobody has to get it, so it goes only with `Message.unsubscribe`. Its
    builder takes that from outbox.unsubscribing, and `stop(mail, at)` is what happens there, or
    names a page of its own; `stopping` says on that page what will end. `label` is what the outbox
    pages call the kind.
    """
    _kinds[name] = MailKind(
        name=name,
        label=label or name,
        build=build,
        may_go=may_go,
        gather=gather,
        policy=policy,
        body_visible=body_visible,
        essential=essential,
        transactional=transactional,
        stop=stop,
        stopping=stopping,
    )


def kind_of(mail: OutboundMail) -> MailKind:
    """Raises KeyError for a kind nobody registered."""
    return _kinds[mail.kind]


def gather(mails: Iterable[OutboundMail], *, at: datetime) -> None:
    """Ask for what the mails of each kind need, once for all of them."""
    by_kind: dict[str, list[OutboundMail]] = defaultdict(list)
    for mail in mails:
        by_kind[mail.kind].append(mail)
    for name, same in by_kind.items():
        asked = _kinds[name].gather if name in _kinds else None
        found = asked(same, at) if asked else {}
        for mail in same:
            mail.gathered = found.get(mail.pk)


def gathered(mail: OutboundMail) -> Any:
    """What its kind's `gather` found for this mail; None where there is nothing any more."""
    if not hasattr(mail, "gathered"):
        gather([mail], at=timezone.now())
    return mail.gathered


def transactional_kinds() -> list[str]:
    return [name for name, kind in _kinds.items() if kind.transactional]


def is_held(mail: OutboundMail) -> bool:
    """Whether a mail of which nobody knows if it went out waits for a person."""
    return mail.kind in _kinds and _kinds[mail.kind].policy == "hold"


def body_is_visible(mail: OutboundMail) -> bool:
    return mail.kind in _kinds and _kinds[mail.kind].body_visible


def label_of(name: str) -> str:
    return str(_kinds[name].label) if name in _kinds else name


def kind_choices() -> list[tuple[str, str]]:
    return sorted(((name, label_of(name)) for name in _kinds), key=lambda kind: kind[1].lower())
