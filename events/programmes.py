"""A programme as its guests and its makers see it: part by part, with what each has left."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.models import SEATED, Event, EventState, Registration, RegistrationState
from events.wording import day_in_words, hours_in_words, place_in_words

MOST_PARTS = 200


@dataclass(frozen=True)
class Tally:
    """How many of each; `held` is part of `seated`, `proven` of `waiting`."""

    seated: int = 0
    held: int = 0
    waiting: int = 0
    proven: int = 0


@dataclass(frozen=True)
class Offer:
    """One part; `seats` (None: no limit) and `waiting` as everybody may read them, see seats.py."""

    part: Event
    tally: Tally
    open: bool

    @property
    def seats(self) -> int | None:
        if self.part.capacity is None:
            return None
        return max(0, self.part.capacity - self.tally.seated + self.tally.held)

    @property
    def free(self) -> int | None:
        capacity = self.part.capacity
        return None if capacity is None else max(0, capacity - self.tally.seated)

    @property
    def turns_away(self) -> bool:
        has_seat = self.free != 0 and not self.tally.waiting
        return not self.part.has_waiting_list and not has_seat

    @property
    def hours(self) -> str:
        return hours_in_words(self.part)

    @property
    def place(self) -> str:
        return place_in_words(self.part)

    @property
    def words(self) -> str:
        if self.part.state == EventState.CANCELLED:
            return self.part.get_state_display()
        if not self.part.takes_registrations:
            return _("Without registration")
        if self.turns_away:
            return _("All seats are taken.")
        if not self.open:
            return _("Registration is closed.")
        if self.seats == 0:
            waiting = _("All seats are taken, %(n)s on the waiting list")
            return waiting % {"n": self.tally.proven}
        if self.seats is None:
            return _("Seats are free")
        return ngettext("%(n)s seat free", "%(n)s seats free", self.seats) % {"n": self.seats}


def offers_of(programme: Event, parts, *, at: datetime) -> list[Offer]:
    """`parts`: those of its parts that whoever asks may see."""
    rows = list(parts.filter(parent=programme).select_related("venue", "room")[:MOST_PARTS])
    tallies = tallies_of(programme) if programme.by_parts else {}
    offers = []
    for part in rows:
        part.parent = programme
        tally = tallies.get(part.pk, Tally())
        offer = Offer(part, tally, part.takes_guests(at))
        offers.append(Offer(part, tally, offer.open and not offer.turns_away))
    return offers


def tallies_of(programme: Event) -> dict:
    waiting = Q(state=RegistrationState.WAITING)
    rows = Registration.objects.filter(event__parent=programme).order_by().values("event")
    rows = rows.annotate(
        seated=Count("pk", filter=Q(state__in=SEATED)),
        held=Count("pk", filter=Q(state=RegistrationState.HELD)),
        waiting=Count("pk", filter=waiting),
        proven=Count("pk", filter=waiting & Q(confirmed_at__isnull=False)),
    )
    return {row.pop("event"): Tally(**row) for row in rows}


def by_day(offers: list[Offer]) -> list[dict]:
    """For each day its heading and its parts."""
    days: dict[str, list[Offer]] = {}
    for offer in offers:
        days.setdefault(day_in_words(offer.part.starts_at), []).append(offer)
    return [{"title": title, "offers": rows} for title, rows in days.items()]
