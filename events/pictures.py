"""The picture that other sites show beside a link to an event: 1200 × 630, set by typst."""

import hashlib
import json
from functools import lru_cache
from pathlib import Path

from django.urls import reverse
from django.utils.translation import get_language

from dma_crm.typesetting import typeset
from events.models import Event, EventState
from events.wording import place_in_words, when_in_words

TEMPLATE = Path(__file__).resolve().parent / "typst" / "picture.typ"
LONGEST_WORD = 30
KEPT = 64


def words_of(event: Event, *, agency: str) -> dict[str, str]:
    """All that the picture shows."""
    return {
        "language": get_language(),
        "agency": agency,
        "format": event.get_format_display(),
        "title": breakable(event.title),
        "when": when_in_words(event),
        "place": place_in_words(event),
        "called_off": event.get_state_display() if event.state == EventState.CANCELLED else "",
    }


def breakable(title: str) -> str:
    """What no dictionary parts may break anywhere: a zero-width space between its letters."""
    words = title.split(" ")
    return " ".join("\u200b".join(w) if len(w) > LONGEST_WORD else w for w in words)


def digest_of(words: dict[str, str]) -> str:
    """Changes with what is shown, whoever has changed it: the event, the venue or the agency."""
    drawn = TEMPLATE.read_text(encoding="utf-8") + json.dumps(words, sort_keys=True)
    return hashlib.sha256(drawn.encode()).hexdigest()[:16]


def picture_url(event: Event, *, agency: str) -> str:
    """With the digest in it, so that it may be kept for ever."""
    english = "&lang=en" if get_language() == "en" else ""
    address = reverse("events:picture", args=[event.slug])
    return f"{address}?v={digest_of(words_of(event, agency=agency))}{english}"


def draw(words: dict[str, str]) -> bytes:
    return drawn(json.dumps(words))


@lru_cache(maxsize=KEPT)
def drawn(words: str) -> bytes:
    return typeset(TEMPLATE, json.loads(words), format="png", ppi=72.0)
