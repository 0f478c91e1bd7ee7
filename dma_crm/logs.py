"""One id follows a request through the log lines that it causes; no key and no name does."""

import json
import logging
import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

NONE = "-"
request_id: ContextVar[str] = ContextVar("request_id", default=NONE)


def current_request_id() -> str:
    """For a row that remembers what caused it; empty outside of requests and jobs."""
    known = request_id.get()
    return "" if known == NONE else known


@contextmanager
def following(cause: str) -> Iterator[None]:
    """Log lines and rows in here carry the id of what caused this work, if that is known."""
    token = request_id.set(cause or request_id.get())
    try:
        yield
    finally:
        request_id.reset(token)


class RequestIdFilter(logging.Filter):
    def filter(self, record):
        record.request_id = request_id.get()
        return True


class SecretPathFilter(logging.Filter):
    """Django logs the path of what it refused or could not find; some paths are keys."""

    SECRET = re.compile(
        r"(/(?:antwort|abbestellen|rueckmeldung|wirkung|kontaktvermittlung|kalender|anmeldung"
        r"|password/reset/key)/)[^/\s]+"
    )

    def filter(self, record):
        record.msg = self.hidden(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(self.hidden(argument) for argument in record.args)
        return True

    def hidden(self, text):
        return self.SECRET.sub(r"\1…", text) if isinstance(text, str) else text


class DiscreetFormatter(logging.Formatter):
    """Tells where something broke, but not in the error's own words.

    They may name people: a broken constraint quotes the row.
    """

    def formatException(self, ei):  # noqa: N802 - the library's name
        return "".join(frames_of(ei[1])).rstrip("\n")


def frames_of(error: BaseException) -> list[str]:
    """Kind and place of the error, after those of the errors that led to it."""
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    own = [*traceback.format_tb(error.__traceback__), f"{type(error).__name__}\n"]
    return [*frames_of(earlier), *own] if earlier else own


class JsonFormatter(DiscreetFormatter):
    """One object per line, for whatever collects the logs."""

    def format(self, record):
        moment = datetime.fromtimestamp(record.created, UTC)
        line = {
            "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "request_id": getattr(record, "request_id", NONE),
            "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[1]:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
