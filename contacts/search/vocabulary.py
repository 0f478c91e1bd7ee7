"""Every word that names somebody, kept in this process, to expand what is typed.

A process learns the words that others wrote by reading rows behind its last one. Three things
must not make it lie: a transaction that commits late with early numbers (gaps are looked at
again for a while), numbers that a rollback on SQLite gives out twice (the last row must still
hold the word we know), and words nobody bears any more (they find nothing).
"""

import bisect
import threading
import time
from collections import defaultdict
from functools import reduce
from operator import or_

from django.db import connections
from django.db.models import Q
from rapidfuzz import process
from rapidfuzz.distance import OSA

from contacts.models import SearchWord
from contacts.phonetics import cologne

PREFIXES, ALIKE, SOUNDING = 30, 50, 20
SHORT_WORD = 5
# How well a word of the vocabulary answers the typed one.
EXACT, PREFIX, SLIP, SOUND = 1.0, 0.9, (1.0, 0.75, 0.55), 0.7
SECONDS_TO_WAIT_FOR_A_GAP = 15 * 60
WATCHED_GAPS = 20


class Vocabulary:
    """The words of one database."""

    def __init__(self):
        self.lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        self.last: tuple[int, str] = (0, "")
        self.known: set[str] = set()
        self.ordered: list[str] = []
        self.by_length: dict[int, list[str]] = defaultdict(list)
        self.by_sound: dict[str, list[str]] = defaultdict(list)
        self.gaps: list[tuple[int, int, float]] = []

    def refresh(self, *, now: float) -> None:
        """One query for what is new; the whole table again when the last row is not ours."""
        with self.lock:
            news = self._news()
            if self.last[0] and self.last not in {(pk, word) for pk, word, _sound in news}:
                self.clear()
                news = self._news()
            self._watch_gaps([pk for pk, _word, _sound in news], now)
            self._learn([(word, sound) for _pk, word, sound in news if word not in self.known])
            if news:
                self.last = max(self.last, news[-1][:2])

    def _news(self) -> list[tuple[int, str, str]]:
        gaps = [Q(pk__range=(low, high)) for low, high, _seen in self.gaps]
        rows = SearchWord.objects.filter(reduce(or_, gaps, Q(pk__gte=self.last[0])))
        return list(rows.order_by("pk").values_list("pk", "word", "phonetic"))

    def _watch_gaps(self, numbers: list[int], now: float) -> None:
        """Ranges of numbers not seen yet, the newest ones; what is in flight lies among them."""
        spans = [*self.gaps, (self.last[0] + 1, max(numbers, default=0), now)]
        left = [
            (low, high, seen)
            for start, end, seen in spans
            if now - seen < SECONDS_TO_WAIT_FOR_A_GAP
            for low, high in _missing(start, end, numbers)
        ]
        self.gaps = sorted(left)[-WATCHED_GAPS:]

    def _learn(self, words: list[tuple[str, str]]) -> None:
        for word, sound in words:
            self.known.add(word)
            self.by_length[len(word)].append(word)
            if sound:
                self.by_sound[sound].append(word)
        self.ordered.extend(word for word, _sound in words)
        self.ordered.sort()

    def expand(self, typed: str) -> dict[str, float]:
        """Words that may be meant, with how well they answer; the typed one is always there."""
        with self.lock:
            found = dict.fromkeys(self._sounding(typed), SOUND)
            for word, score in (*self._alike(typed), *self._beginning(typed)):
                found[word] = max(found.get(word, 0), score)
        return {**found, typed: EXACT}

    def _beginning(self, typed: str) -> list[tuple[str, float]]:
        """Short words first: they are the common names among many."""
        low = bisect.bisect_left(self.ordered, typed)
        high = bisect.bisect_left(self.ordered, typed + "\U0010ffff")
        words = sorted(self.ordered[low:high], key=len)[:PREFIXES]
        return [(word, PREFIX - 0.1 * (1 - len(typed) / len(word))) for word in words]

    def _alike(self, typed: str) -> list[tuple[str, float]]:
        slips = 1 if len(typed) < SHORT_WORD else 2
        lengths = range(len(typed) - slips, len(typed) + slips + 1)
        near = [word for length in lengths for word in self.by_length.get(length, ())]
        found = process.extract(typed, near, scorer=OSA.distance, score_cutoff=slips, limit=ALIKE)
        return [(word, SLIP[int(distance)]) for word, distance, _at in found]

    def _sounding(self, typed: str) -> list[str]:
        """A single digit (Zoë, Jo, Uwe) is too little to be called the same sound."""
        sound = cologne(typed)
        return self.by_sound.get(sound, [])[:SOUNDING] if len(sound) > 1 else []


def _missing(low: int, high: int, numbers: list[int]) -> list[tuple[int, int]]:
    """The ranges of low..high without these numbers, which are sorted."""
    inside = [low - 1, *(number for number in numbers if low <= number <= high), high + 1]
    pairs = zip(inside, inside[1:], strict=False)
    return [(one + 1, next_ - 1) for one, next_ in pairs if next_ - one > 1]


_vocabularies: dict[tuple[str, str], Vocabulary] = defaultdict(Vocabulary)


def vocabulary() -> Vocabulary:
    """The words as this connection may see them now; each database has its own."""
    connection = connections[SearchWord.objects.db]
    held = _vocabularies[connection.vendor, str(connection.settings_dict["NAME"])]
    held.refresh(now=time.monotonic())
    return held
