"""A real SMTP server for tests. What it does with a mail stands in the recipient's address.

`4xx-…` and `5xx-…` are refused with that code, `full-…` before the text, `hang-…` is never
answered, `early-…` loses the connection at the recipient, `gone-…` before the text, `cut-…` in the
middle of it, `late-…` after it was taken. `first-450-…` and the like do so the first time, and are
welcome afterwards.
"""

import asyncio
import contextlib
import email
import email.policy
import socket
import threading
import time
from collections import Counter

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP


class Sink(SMTP):
    async def smtp_DATA(self, arg):  # noqa: N802 - the library's name
        if self.envelope.word == "full":
            await self.push("452 4.3.1 no room for any text")
            return
        if self.envelope.word == "gone":
            self.transport.abort()
            return
        if self.envelope.word == "cut":
            await self.push("354 go on")
            await self._reader.readline()
            self.transport.abort()
            return
        await super().smtp_DATA(arg)

    async def smtp_MAIL(self, arg):  # noqa: N802 - as above
        if self.event_handler.silent and self.event_handler.received:
            self.event_handler.silent = False
            await asyncio.sleep(3600)
        if self.event_handler.one_each and self.session.mails:
            await self.push("421 4.7.0 one mail for each connection")
            self.transport.close()
            return
        self.session.mails += 1
        await super().smtp_MAIL(arg)


class Handler:
    def __init__(self):
        self.silent = False  # says nothing to the next mail
        self.received = []
        self.one_each = False  # ends each connection when a second mail begins
        self.connections = 0
        self.seen = Counter()
        self.before_answer = None  # called with each mail that was taken, before the 250

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802
        self.connections += 1
        session.host_name = hostname
        session.mails = 0
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        word = envelope.word = self.word_of(address)
        if word.isdigit():
            return f"{word} {word[0]}.1.1 {address} is not welcome"
        if word == "hang":
            await asyncio.sleep(3600)
        if word == "early":
            server.transport.abort()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    def word_of(self, address):
        word, _dash, rest = address.partition("-")
        if word != "first":
            return word
        self.seen[address] += 1
        return rest.partition("-")[0] if self.seen[address] == 1 else ""

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.received.append(envelope)
        if self.before_answer:
            self.before_answer(envelope)
        if envelope.word == "late":
            server.transport.abort()
        return "250 taken"


class SinkController(Controller):
    def factory(self):
        return Sink(self.handler, **self.SMTP_kwargs)

    @property
    def received(self):
        return self.handler.received

    def to(self):
        return sorted(self.to_in_order())

    def to_in_order(self):
        return [envelope.rcpt_tos[0] for envelope in self.received]

    def messages(self):
        return [
            email.message_from_bytes(envelope.content, policy=email.policy.default)
            for envelope in self.received
        ]

    def settings(self, **changes):
        """As settings.MAIL_SERVER holds it."""
        plain = {"username": "", "password": "", "use_tls": False, "use_ssl": False}
        return {"host": "127.0.0.1", "port": self.port, **plain, **changes}


def started_sink(**options):
    """`ssl_context`, `tls_context`, `authenticator` … as the library's controller takes them."""
    controller = SinkController(Handler(), hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    return controller


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def talking_server(*lines, pause=0.0):
    """Says the lines to whoever connects, whatever they say; yields settings.MAIL_SERVER."""
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=talk, args=(listener, lines, pause))
    thread.start()
    plain = {"username": "", "password": "", "use_tls": False, "use_ssl": False}
    yield {"host": "127.0.0.1", "port": listener.getsockname()[1], **plain}
    thread.join()
    listener.close()


def talk(listener, lines, pause):
    visitor, _address = listener.accept()
    with visitor, contextlib.suppress(OSError):
        for line in lines:
            visitor.sendall(line)
            time.sleep(pause)
