"""Who the agency is in its mails. The app that knows says so in `AppConfig.ready()`."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Sender:
    """The name beside the address in From, and the lines under the text."""

    name: str = ""
    footer: str = ""


_source: list[Callable[[], Sender]] = []


def register_sender(source: Callable[[], Sender]) -> None:
    """`source()` is asked for each mail, so that an edit under Verwaltung shows at once."""
    _source[:] = [source]


def sender() -> Sender:
    return _source[0]() if _source else Sender()
