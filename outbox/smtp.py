"""Handing mails to the mail server: one connection per sweep, one total deadline per mail."""

import contextlib
import math
import re
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from outbox.addresses import own_domain
from outbox.suppression import says_no_mailbox

SEND_DEADLINE = 30.0  # seconds for one mail, from connecting to the server's last word
CONNECT_TIMEOUT = 10.0
ENHANCED_CODE = re.compile(rb"\b[245]\.\d{1,3}\.\d{1,3}\b")


class DeliveryError(Exception):
    """Why one mail did not go: a code of outbox.reasons.

    `permanent`: the server will never take it. `in_doubt`: it may have taken it, its word was
    not heard. `for_all`: no mail can be sent now. `no_mailbox`: nobody will ever read there.
    The server's text is left out, it may name the recipient.
    """

    def __init__(
        self,
        reason: str,
        *,
        permanent: bool = False,
        in_doubt: bool = False,
        for_all: bool = False,
        no_mailbox: bool = False,
    ):
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.in_doubt = in_doubt
        self.for_all = for_all
        self.no_mailbox = no_mailbox


class Session(smtplib.SMTP):
    """Opened in a step of its own, so that whoever watches over it knows it before it connects;

    knows whether the recipient was named, and whether the text was handed over and not answered.
    Addresses are those of `ascii_address`, which need no parser.
    """

    named = False
    in_doubt = False

    def open(self, host: str, port: int) -> None:
        self._host = host
        code, text = self.connect(host, port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, text)

    def mail(self, sender, options=()):
        self.putcmd("mail", " ".join([f"FROM:<{sender}>", *options]))
        return self.getreply()

    def rcpt(self, recip, options=()):
        self.named = True
        self.putcmd("rcpt", " ".join([f"TO:<{recip}>", *options]))
        return self.getreply()

    def data(self, msg):
        """The text ends its lines as the wire wants them and begins with a header."""
        self.putcmd("data")
        answer = self.getreply()
        if answer[0] != 354:
            raise smtplib.SMTPDataError(*answer)
        self.in_doubt = True
        self.send(msg.replace(b"\r\n.", b"\r\n..") + b".\r\n")
        answer = self.getreply()
        self.in_doubt = False
        return answer


class SecureSession(Session, smtplib.SMTP_SSL):
    pass


class Watch:
    """Calls `overdue`, from its own thread, when something takes longer than `deadline` seconds.

    One thread for all: it looks again after a deadline at the latest, and what has begun since
    then is not overdue before that.
    """

    def __init__(self, overdue: Callable[[], None], deadline: float):
        self.overdue = overdue
        self.deadline = deadline
        self.until = math.inf
        self.lock = threading.Lock()
        self.closed = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def begin(self) -> None:
        with self.lock:
            self.until = time.monotonic() + self.deadline
        if self.thread.ident is None:
            self.thread.start()

    def end(self) -> None:
        with self.lock:
            self.until = math.inf

    def close(self) -> None:
        self.closed.set()

    def run(self) -> None:
        pause = self.deadline
        while not self.closed.wait(pause):
            with self.lock:
                left = self.until - time.monotonic()
                if left <= 0:
                    self.overdue()
                    self.until = math.inf
            pause = left if 0 < left < self.deadline else self.deadline


class MailServer:
    """`settings.MAIL_SERVER` as something that sends; opens its connection when first needed."""

    def __init__(self, server: dict[str, Any], *, deadline: float = SEND_DEADLINE):
        self.server = server
        self.deadline = deadline
        self.own_name = own_domain()
        self.session: Session | None = None
        self.overdue = False
        self.watch = Watch(self.cut, deadline)

    def __enter__(self) -> "MailServer":
        return self

    def __exit__(self, *exception) -> None:
        if self.session:
            with self.watched(), contextlib.suppress(smtplib.SMTPException, OSError):
                self.session.quit()
        self.drop()
        self.watch.close()

    def send(self, text: bytes, *, sender: str, recipient: str) -> None:
        """Returns when the server has taken the mail, else raises DeliveryError.

        A connection that the server has ended since the last mail is opened again.
        """
        with self.watched():
            while True:
                is_new, session = self.session is None, self.connected()
                session.named = session.in_doubt = False
                try:
                    session.sendmail(sender, [recipient], text)
                    return
                except (smtplib.SMTPException, OSError) as error:
                    if is_new or session.named or self.overdue or not has_ended(error):
                        raise self.failure(session, error) from error
                    self.drop()

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        """Cut the connection at the deadline: a timeout per read never ends with a slow drip."""
        self.overdue = False
        self.watch.begin()
        try:
            yield
        finally:
            self.watch.end()

    def cut(self) -> None:
        self.overdue = True
        sock = getattr(self.session, "sock", None)
        if sock:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def connected(self) -> Session:
        """The connection of before, else a new one."""
        if self.session:
            return self.session
        if self.overdue:
            raise DeliveryError("no_answer")
        try:
            return self.opened()
        except (smtplib.SMTPException, OSError, ValueError) as error:
            self.drop()
            reason = smtp_reason(error) if has_code(error) else "unreachable"
            raise DeliveryError(reason, for_all=True) from error

    def opened(self) -> Session:
        self.session = self.unopened()
        self.introduce(self.session)
        return self.session

    def unopened(self) -> Session:
        """Certificates are checked, unlike in the standard library's default."""
        patience = min(CONNECT_TIMEOUT, self.deadline)
        options: dict[str, Any] = {"local_hostname": self.own_name, "timeout": patience}
        if self.server["use_ssl"]:
            return SecureSession(context=ssl.create_default_context(), **options)
        return Session(**options)

    def introduce(self, session: Session) -> None:
        session.open(self.server["host"], self.server["port"])
        if self.server["use_tls"]:
            session.starttls(context=ssl.create_default_context())
        if self.server["username"]:
            session.login(self.server["username"], self.server["password"])
        assert session.sock
        session.sock.settimeout(self.deadline)

    def drop(self) -> None:
        if self.session:
            self.session.close()
        self.session = None

    def failure(self, session: Session, error: Exception) -> DeliveryError:
        """Who says nothing before a recipient was named says nothing to any mail."""
        if has_code(error):
            return DeliveryError(
                smtp_reason(error), permanent=code_of(error) >= 500, no_mailbox=no_mailbox(error)
            )
        self.drop()
        return DeliveryError("no_answer", in_doubt=session.in_doubt, for_all=not session.named)


def has_code(error: Exception) -> bool:
    return isinstance(error, smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused)


def has_ended(error: Exception) -> bool:
    """Whether the server has closed the connection, with a word or without (RFC 5321, 3.8)."""
    return not has_code(error) or code_of(error) == 421


def answer_of(error: Any) -> tuple[int, bytes]:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return next(iter(error.recipients.values()))
    text = error.smtp_error
    return error.smtp_code, text if isinstance(text, bytes) else str(text).encode()


def code_of(error: Exception) -> int:
    return answer_of(error)[0]


def no_mailbox(error: Exception) -> bool:
    """Said of the recipient alone: what a server thinks of us or of the text says nothing of it."""
    refused = isinstance(error, smtplib.SMTPRecipientsRefused)
    return refused and says_no_mailbox(code_of(error), status_of(error))


def status_of(error: Exception) -> str:
    """The enhanced code of RFC 3463, where the server gave one."""
    found = ENHANCED_CODE.search(answer_of(error)[1])
    return found[0].decode() if found else ""


def smtp_reason(error: Exception) -> str:
    """`smtp: 550 5.1.1`"""
    return f"smtp: {code_of(error)} {status_of(error)}".rstrip()
