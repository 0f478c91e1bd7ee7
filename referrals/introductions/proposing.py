"""An advisor proposes an introduction: what must be true of it, and the rows it begins with."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.history import note_change
from accounts.models import Role
from contacts.models import Person, PersonState, SharedField
from dma_crm.models import new_id, next_reference
from dma_crm.workdays import add_working_days
from referrals.anonymity import MAIL, PHONE, says
from referrals.clock import end_of, local_day
from referrals.introductions import mails
from referrals.introductions.errors import (
    DuplicateIntroductionError,
    NamesInTextError,
    NotTheirsError,
    RefusedError,
)
from referrals.models import Introduction, IntroductionParty

EXPIRES_AFTER = 15  # working days
PURPOSE_LENGTH, ABOUT_LENGTH = 1000, 500
WAYS = frozenset({SharedField.EMAIL, SharedField.PHONE})  # by which one can be reached
SHORTEST_NAME = 2
PLACES = ("first", "second")


@dataclass(frozen=True)
class Side:
    """One of the two as the advisor describes them; `about` is for the eyes of the other."""

    person: Person
    about: str
    offered_fields: tuple[str, ...]


@transaction.atomic
def propose_introduction(
    *,
    sides: tuple[Side, Side],
    purpose: str,
    names_meant: bool = False,
    id: UUID | None = None,
    by: Actor,
    at: datetime,
) -> Introduction:
    """Both get a mail with a link of their own. Raises IntroductionError."""
    if by.role != Role.ADVISOR or by.user_id is None:
        raise NotTheirsError
    sides = (tidied(sides[0]), tidied(sides[1]))
    purpose = purpose.strip()
    check_people(sides)
    check_texts(sides, purpose, names_meant=names_meant)
    introduction = Introduction.objects.create(
        id=id or new_id(),
        reference=next_reference(Introduction, at=at),
        owner_id=by.user_id,
        purpose=purpose,
        status_since=at,
        created_at=at,
        modified_at=at,
    )
    note_change(introduction, {}, by=by, at=at)
    for party in add_parties(introduction, sides, at=at):
        mails.introduction_proposed(party, at=at)
    return introduction


def tidied(side: Side) -> Side:
    offered = tuple(field for field in SharedField.values if field in side.offered_fields)
    return Side(side.person, side.about.strip(), offered)


def add_parties(introduction, sides: Iterable[Side], *, at: datetime) -> list[IntroductionParty]:
    expires_at = end_of(add_working_days(local_day(at), EXPIRES_AFTER))
    rows = [
        IntroductionParty.bearing(
            introduction=introduction,
            person=side.person,
            about=side.about,
            offered_fields=list(side.offered_fields),
            expires_at=expires_at,
            at=at,
        )
        for side in sides
    ]
    return IntroductionParty.objects.bulk_create(rows)


def check_people(sides: tuple[Side, Side]) -> None:
    """Two different people whom we may write to, with no open introduction of the two.

    Their rows are locked in one order, so that two proposals of the same two take turns.
    """
    keys = [side.person.pk for side in sides]
    if keys[0] == keys[1]:
        raise RefusedError("second", _("Please choose two different people."))
    locked = Person.objects.select_for_update().filter(pk__in=keys).order_by("pk")
    usable = {person.pk for person in locked if person.state == PersonState.ACTIVE}
    for place, side in zip(PLACES, sides, strict=True):
        if side.person.pk not in usable:
            raise RefusedError(place, _("The data of this person is locked."))
        check_ways(place, side)
    double = open_between(keys)
    if double:
        raise DuplicateIntroductionError(double.reference)


def check_ways(place: str, side: Side) -> None:
    if not side.person.emails.exists():
        raise RefusedError(place, _("This person has no e-mail address. Please add one first."))
    if not WAYS & set(side.offered_fields):
        raise RefusedError(f"{place}_fields", _("Please choose e-mail or phone at least."))
    only_phone = SharedField.EMAIL not in side.offered_fields
    if only_phone and not side.person.phones.exists():
        raise RefusedError(f"{place}_fields", _("No phone number of this person is known."))


def open_between(keys: list[UUID]) -> Introduction | None:
    both = Count("parties", filter=Q(parties__person__in=keys))
    return Introduction.objects.open().annotate(known=both).filter(known=2).first()


def check_texts(sides: tuple[Side, Side], purpose: str, *, names_meant: bool) -> None:
    """Before both have agreed nobody may learn who the other is."""
    people = [side.person for side in sides]
    texts = {"purpose": (purpose, PURPOSE_LENGTH)}
    texts |= {
        f"{place}_about": (side.about, ABOUT_LENGTH)
        for place, side in zip(PLACES, sides, strict=True)
    }
    for field, (text, limit) in texts.items():
        if not text or len(text) > limit:
            raise RefusedError(field, _("Please write something here, not too long."))
        if MAIL.search(text) or PHONE.search(text):
            raise RefusedError(field, _("Please no e-mail addresses and no phone numbers here."))
        named = list(dict.fromkeys(name for name in names_of(people) if says(text, name)))
        if named and not names_meant:
            raise NamesInTextError(field, named)


def names_of(people: Iterable[Person]) -> list[str]:
    """Each word of a name; single letters stand in too many texts."""
    words = [f"{one.given_name} {one.family_name}".replace("-", " ").split() for one in people]
    return [word for each in words for word in each if len(word) >= SHORTEST_NAME]
