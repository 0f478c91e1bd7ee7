"""The mailbox in which mails come back, by IMAP (RFC 9051). Looking changes nothing in it."""

import contextlib
import imaplib
import ssl
from collections.abc import Iterator
from typing import Any

CONNECT_TIMEOUT = 20.0  # seconds, for each answer
READ_BYTES = 250_000  # of each mail; what a report says stands at its beginning


class MailboxError(Exception):
    """The mailbox cannot be read; the text is a code of reasons.py and names no secret."""


class Mailbox:
    """One folder, opened for as long as the block lasts."""

    def __init__(self, settings: dict[str, Any]):
        self.settings = settings
        self.server: imaplib.IMAP4

    @contextlib.contextmanager
    def opened(self) -> Iterator["Mailbox"]:
        """Raises MailboxError, also for what goes wrong inside."""
        with translated():
            self.server = self.connected()
            try:
                yield self
            finally:
                close(self.server)

    def connected(self) -> imaplib.IMAP4:
        """Logged in, the folder chosen. Certificates are checked."""
        there, context = self.settings, ssl.create_default_context()
        address: dict[str, Any] = {"host": there["host"], "port": there["port"]}
        address["timeout"] = CONNECT_TIMEOUT
        if there["use_ssl"]:
            server: imaplib.IMAP4 = imaplib.IMAP4_SSL(ssl_context=context, **address)
        else:
            server = imaplib.IMAP4(**address)
        try:
            if there["use_tls"]:
                server.starttls(ssl_context=context)
            server.login(there["username"], there["password"])
            name = there["folder"].replace("\\", "\\\\").replace('"', '\\"')
            expect_ok(server.select(f'"{name}"'))
        except BaseException:
            close(server)
            raise
        return server

    def validity(self) -> int:
        """While it stays the same, numbers of mails do (RFC 9051, 2.3.1.1)."""
        _name, values = self.server.response("UIDVALIDITY")
        return int(values[0]) if values and values[0] else 0

    def numbers_after(self, last: int) -> list[int]:
        """Ascending. `n:*` always names the last mail, also when its number is smaller."""
        found = expect_ok(self.server.uid("SEARCH", "UID", f"{last + 1}:*"))
        numbers = (int(number) for number in (found[0] or b"").split())
        return sorted(number for number in numbers if number > last)

    def read(self, number: int) -> bytes:
        """The beginning of a mail, which stays unread; empty if it is gone."""
        wanted = f"(BODY.PEEK[]<0.{READ_BYTES}>)"
        found = expect_ok(self.server.uid("FETCH", str(number), wanted))
        return next((bytes(each[1]) for each in found if isinstance(each, tuple)), b"")

    def mark_read(self, number: int) -> None:
        """So that people who look in here see what is left for them."""
        self.server.uid("STORE", str(number), "+FLAGS.SILENT", r"(\Seen)")


def close(server: imaplib.IMAP4) -> None:
    with contextlib.suppress(imaplib.IMAP4.error, OSError):
        server.logout()
    with contextlib.suppress(OSError):
        server.shutdown()


def expect_ok(answer: tuple[str, list[Any]]) -> list[Any]:
    if answer[0] != "OK":
        raise imaplib.IMAP4.error("refused")
    return answer[1]


@contextlib.contextmanager
def translated() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise MailboxError("mailbox_unreachable") from error
    except imaplib.IMAP4.error as error:
        raise MailboxError("mailbox_refused") from error
