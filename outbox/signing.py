"""Who the agency is in its mails. The app that knows says so in `AppConfig.ready()`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Sender:
    """The name beside the address in From, and the lines under the text."""

    name: str = ""
    footer: str = ""


_source: list[Callable[[], Sender]] = []
_known: ContextVar[list[Sender] | None] = ContextVar("sender", default=None)


def register_sender(source: Callable[[], Sender]) -> None:
    """`source()` is asked for each mail or once a sweep, so that an edit shows at once."""
    _source[:] = [source]


def sender() -> Sender:
    known = _known.get()
    if known is None:
        return asked()
    if not known:
        known.append(asked())
    return known[0]


def asked() -> Sender:
    return _source[0]() if _source else Sender()


@contextmanager
def known_sender() -> Iterator[None]:
    """Inside, the source is asked once: a mail needs its answer four times."""
    token = _known.set([])
    try:
        yield
    finally:
        _known.reset(token)
