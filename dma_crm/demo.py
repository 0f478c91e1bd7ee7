"""Demo data: the `demo` module of each app registers its parts, `seed_demo` runs them in order.

Everything that lies in the past happened on the last working day before today or earlier, so the
time of day at which the demo is loaded changes nothing. Only `Demo.moments_ago` is of today.
"""

import random
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from dma_crm.bulk import insert
from dma_crm.models import next_references

PASSWORD = "mutterboden"  # noqa: S105 - of every demo account; serving without DEMO refuses these
BATCH = 2_000
PAST_DAYS, COMING_DAYS = 470, 150  # fourteen months and a little, and half a year ahead
OPENS, CLOSES = 8 * 60 + 30, 17 * 60  # minutes of the day
FRESH = timedelta(minutes=10)


@dataclass
class Demo:
    """What the parts share: dice of one seed, today, how much, and what earlier parts made."""

    dice: random.Random
    now: datetime
    scale: int = 1
    made: dict[str, Any] = field(default_factory=dict)
    written: Callable[[int], object] = lambda rows: None

    @cached_property
    def today(self) -> date:
        return timezone.localdate(self.now)

    @cached_property
    def moments_ago(self) -> datetime:
        """One to eleven minutes ago, the same for everybody who loads within these ten."""
        at = self.now - timedelta(minutes=1)
        return at - (at - datetime.min.replace(tzinfo=at.tzinfo)) % FRESH

    @cached_property
    def workdays(self) -> list[date]:
        """Monday to Friday without public holidays, from fourteen months ago to half a year on."""
        free = holidays()
        days = (self.today + timedelta(days=n) for n in range(-PAST_DAYS, COMING_DAYS))
        return [day for day in days if day.weekday() < 5 and day not in free]

    @cached_property
    def last_workday(self) -> date:
        return self.workday(-1)

    def workday(self, offset: int) -> date:
        """-1 is the last working day before today, 1 the first one after it."""
        before = bisect_left(self.workdays, self.today)
        return self.workdays[before + offset - (offset > 0 and self.today not in self.workdays)]

    def workdays_after(self, day: date, n: int) -> date | None:
        """The n-th working day after `day`; None if that is not over yet."""
        at = bisect_left(self.workdays, day + timedelta(days=1)) + n - 1
        found = self.workdays[min(at, len(self.workdays) - 1)] if n else day
        return found if found <= self.last_workday else None

    def moment(self, day: date, *, earliest: int = OPENS, latest: int = CLOSES) -> datetime:
        """Somewhere within that day's working hours."""
        return local(
            day, minute=self.dice.randrange(earliest, latest), second=self.dice.randrange(60)
        )

    def later(self, at: datetime, least: int, most: int) -> datetime | None:
        """Between so many working days after `at`, and after it; None if that is not over yet."""
        start = timezone.localtime(at)
        day = self.workdays_after(start.date(), self.dice.randint(least, most))
        if day is None:
            return None
        earliest = start.hour * 60 + start.minute + 1 if day == start.date() else OPENS
        return self.moment(day, earliest=earliest, latest=max(CLOSES, earliest + 30))

    def new_id(self, at: datetime) -> UUID:
        """A UUIDv7 (RFC 9562) of that moment whose random bits come from the dice."""
        stamp = int(at.timestamp() * 1000) << 80
        high, low = self.dice.getrandbits(12) << 64, self.dice.getrandbits(62)
        return UUID(int=stamp | 0x7 << 76 | high | 0b10 << 62 | low)

    def chance(self, of_a_hundred: float) -> bool:
        return self.dice.random() * 100 < of_a_hundred

    def weighted(self, choices: dict[Any, float]) -> Any:
        return self.dice.choices(list(choices), weights=list(choices.values()))[0]

    def write(self, model: type[models.Model], rows: Sequence[Any]) -> None:
        for start in range(0, len(rows), BATCH):
            batch = rows[start : start + BATCH]
            insert(model, batch)
            self.written(len(batch))

    def link(self, through: type[models.Model], name: str, pairs: Iterable[tuple]) -> None:
        """Rows of a many-to-many table: a record, and what it is linked to as `name`."""
        fields = [field for field in through._meta.fields if field.is_relation]
        record = next(field.name for field in fields if field.name != name)
        self.write(through, [through(**{record: row, name: other}) for row, other in pairs])

    def number(self, prefix: str, rows: Iterable[Any]) -> None:
        """References in the order in which the rows were made, consecutive within each year."""
        by_year = defaultdict(list)
        for row in sorted(rows, key=lambda row: (row.created_at, row.pk)):
            by_year[timezone.localtime(row.created_at).year].append(row)
        for same_year in by_year.values():
            references = next_references(prefix, at=same_year[0].created_at, count=len(same_year))
            for row, reference in zip(same_year, references, strict=True):
                row.reference = reference


def local(day: date, *, minute: int = 0, second: int = 0) -> datetime:
    """That minute of the day, counted on the clock on the wall."""
    clock = time(minute // 60, minute % 60, second)
    return datetime.combine(day, clock, tzinfo=timezone.get_default_timezone()).astimezone(UTC)


def holidays() -> Any:
    import holidays as library  # noqa: PLC0415 - slow to import, only this command needs it here

    country, _dash, part = settings.WORKING_DAY_CALENDAR.partition("-")
    return library.country_holidays(country, subdiv=part or None)


parts: list[tuple[int, Callable[[Demo], None]]] = []


def register(part: Callable[[Demo], None], *, order: int) -> None:
    parts.append((order, part))
    parts.sort(key=lambda entry: entry[0])


@transaction.atomic
def load(demo: Demo) -> None:
    """All of it or nothing. The apps' `demo` modules are imported here: no server needs them."""
    autodiscover_modules("demo")
    for _order, part in parts:
        part(demo)
