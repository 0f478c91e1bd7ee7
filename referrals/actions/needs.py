"""What a founder needs, and how far its referrals have come with it."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import UUIDField
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.history import save_changes
from accounts.models import Role, User
from contacts.models import Person, Stage, Startup, Topic
from dma_crm.models import next_reference
from dma_crm.statements import Given, Statement
from referrals.actions.values import text_of
from referrals.errors import InvalidValueError, WrongSideError
from referrals.models import Need, NeedStatus, Outcome, Referral, ReferralStatus

CREATING_ROLES = frozenset({Role.ADVISOR, Role.PARTNER})
HELPING = {ReferralStatus.ACCEPTED, ReferralStatus.IN_PROGRESS, ReferralStatus.ON_HOLD}
WAITING = {ReferralStatus.SENT, ReferralStatus.QUERY}
UNANSWERED = {ReferralStatus.DRAFT, ReferralStatus.WITHDRAWN, ReferralStatus.FORWARDED}
HELPFUL = {Outcome.HELPED, Outcome.PARTLY_HELPED}
NEED = Given("need", UUIDField())
LOCKED = Statement(
    lambda: Need.objects.select_for_update().order_by().filter(pk=NEED).values_list("status")
)
ITS_REFERRALS = Statement(
    lambda: Referral.objects.order_by().filter(need_id=NEED).values_list("status", "outcome")
)


@transaction.atomic
def create_need(
    *,
    person: Person,
    topics: Iterable[Topic],
    question: str,
    startup: Startup | None = None,
    owner: User | None = None,
    stage: Stage | None = None,
    postcode: str = "",
    fill_in: bool = True,
    by: Actor,
    at: datetime,
) -> Need:
    """Stage and postcode are kept as they are now; without them those of venture and person.

    Without `fill_in` they stay empty: a partner who sends somebody learns nothing of what we know.
    """
    if by.role not in CREATING_ROLES:
        raise WrongSideError
    topics = list(topics)
    if not topics:
        raise InvalidValueError("topics", _("Please choose at least one topic."))
    need = Need.objects.create(
        reference=next_reference(Need, at=at),
        person=person,
        startup=startup,
        question=text_of("question", question, required=True),
        stage=stage or (startup.stage if startup and fill_in else None),
        postcode=text_of("postcode", postcode, limit=10)
        or (known_postcode(person, startup) if fill_in else ""),
        owner=owner,
        created_at=at,
        modified_at=at,
    )
    need.topics.set(topics)
    return need


def known_postcode(person: Person, startup: Startup | None) -> str:
    return (startup.postcode if startup else "") or person.postcode


@transaction.atomic
def reassign_need(*, need: Need, owner: User, by: Actor, at: datetime) -> Need:
    """Managers give a need and its referrals to another advisor."""
    if by.role != Role.MANAGER:
        raise WrongSideError
    if not owner.is_active or owner.role != Role.ADVISOR:
        raise InvalidValueError("owner", _("Please choose an advisor."))
    save_changes(need, {"owner": owner}, by=by, at=at)
    return need


def roll_up(need_id: UUID) -> str:
    """Lock the need, then read: of two referrals that move at once the later one sees both."""
    [(before,)] = LOCKED.rows(need=need_id)
    status = status_from(set(ITS_REFERRALS.rows(need=need_id)))
    if before == NeedStatus.SETTLED and status in {NeedStatus.OPEN, NeedStatus.UNMET}:
        return before  # nobody is asked any more, until somebody is asked again
    if status != before:
        Need.objects.filter(pk=need_id).update(status=status)
    return status


def status_from(rows: set[tuple[str, str]]) -> str:
    """The best that any referral promises: somebody helping outranks one who was unreachable."""
    states = {state for state, _outcome in rows}
    if states & HELPING:
        return NeedStatus.HELPING
    if {outcome for _state, outcome in rows} & HELPFUL:
        return NeedStatus.HELPED
    if states & WAITING:
        return NeedStatus.WAITING
    return NeedStatus.UNMET if states - UNANSWERED else NeedStatus.OPEN
