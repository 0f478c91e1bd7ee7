"""Guests' answers as numbers."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Q, QuerySet

from dma_crm.small_cells import HIDDEN, SMALLEST_SHOWN, hidden
from events.models import Event, Feedback, Registration
from events.models.feedback import BEST, WORST

RATINGS = range(WORST, BEST + 1)


@dataclass(frozen=True)
class EventVoices:
    """So many came, of whom so many gave each rating, and so many recommend it."""

    came: int = 0
    ratings: dict[int, int] = field(default_factory=dict)
    recommend: int = 0

    @property
    def answered(self) -> int:
        return sum(self.ratings.values())

    @property
    def mean(self) -> float | None:
        points = sum(rating * often for rating, often in self.ratings.items())
        return round(points / self.answered, 1) if self.answered else None

    def plain(self) -> list:
        return [self.came, self.answered, self.mean, self.recommend]

    def shown(self) -> list:
        """Fit for everybody: of fewer than five answers nothing is told of what they say."""
        few = 0 < self.answered < SMALLEST_SHOWN
        said = [HIDDEN, HIDDEN] if few else [self.mean, hidden(self.recommend)]
        return [hidden(self.came), hidden(self.answered), *said]


COUNTS = {f"of_{rating}": Count("pk", filter=Q(helped=rating)) for rating in RATINGS}


def voices_of(event: Event) -> EventVoices:
    came = event.registrations.filter(checked_in_at__isnull=False).count()
    counted = event.feedback.aggregate(**COUNTS, recommend=Count("pk", filter=Q(recommends=True)))
    return EventVoices(came, ratings_of(counted), counted["recommend"])


def voices_by_format(events: QuerySet[Event]) -> dict[str, EventVoices]:
    """In two queries; only of formats somebody came to."""
    came = Registration.objects.filter(event__in=events, checked_in_at__isnull=False)
    guests = dict(came.order_by().values_list("event__format").annotate(n=Count("pk")))
    said = Feedback.objects.filter(event__in=events).order_by().values("event__format")
    said = said.annotate(**COUNTS, recommend=Count("pk", filter=Q(recommends=True)))
    answers = {row["event__format"]: (ratings_of(row), row["recommend"]) for row in said}
    formats = guests.keys() | answers.keys()
    return {f: EventVoices(guests.get(f, 0), *answers.get(f, ({}, 0))) for f in formats}


def ratings_of(row: dict) -> dict[int, int]:
    return {rating: row[f"of_{rating}"] for rating in RATINGS}


def together(voices: Iterable[EventVoices]) -> EventVoices:
    rows = list(voices)
    ratings = {rating: sum(one.ratings.get(rating, 0) for one in rows) for rating in RATINGS}
    return EventVoices(sum(one.came for one in rows), ratings, sum(one.recommend for one in rows))
