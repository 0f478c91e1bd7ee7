"""Name badges: ten on a sheet of A4, for whoever has a seat."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dma_crm.typesetting import typeset
from events.models import Event
from events.wording import day_in_words

TEMPLATE = Path(__file__).resolve().parent / "typst" / "badges.typ"


def badges(event: Event, names: Iterable[str], *, agency: str) -> bytes:
    """A tagged PDF (PDF/UA-1); with letters that no font of ours has a plain one, in any font."""
    words = words_of(event, names, agency)
    from typst import TypstError  # noqa: PLC0415 - slow to import, few requests need it

    try:
        return typeset(TEMPLATE, words, pdf_standards=["ua-1"])
    except TypstError:
        return typeset(TEMPLATE, words, ignore_system_fonts=False)


def words_of(event: Event, names: Iterable[str], agency: str) -> dict[str, Any]:
    return {
        "language": get_language(),
        "title": _("Name badges: %(event)s") % {"event": event.title},
        "event": event.title,
        "day": day_in_words(event.starts_at),
        "agency": agency,
        "names": list(names),
    }
