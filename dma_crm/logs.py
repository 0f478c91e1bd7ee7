"""One id follows a request through the log lines it causes; no key in a path does."""

import logging
import re
from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="-")


class RequestIdFilter(logging.Filter):
    def filter(self, record):
        record.request_id = request_id.get()
        return True


class SecretPathFilter(logging.Filter):
    """Django logs the path of what it refused or could not find; some paths are keys."""

    SECRET = re.compile(
        r"(/(?:antwort|abbestellen|rueckmeldung|wirkung|kontaktvermittlung|password/reset/key)/)"
        r"[^/\s]+"
    )

    def filter(self, record):
        record.msg = self.hidden(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(self.hidden(argument) for argument in record.args)
        return True

    def hidden(self, text):
        return self.SECRET.sub(r"\1…", text) if isinstance(text, str) else text
