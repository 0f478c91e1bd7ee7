"""The SMTP server of a run: knows of each mail when it came, through which door, and how that

connection ended. It is also the clock of the faults: they strike while it takes a certain mail.
"""

import asyncio
import email
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.outbox.sink import Handler, Sink, SinkController, free_port


@dataclass
class Visit:
    """One connection. `ended_at` 0: still open. Who is killed says no QUIT."""

    door: int
    said_quit: bool = False
    ended_at: float = 0.0
    receipts: list["Receipt"] = field(default_factory=list)


@dataclass
class Receipt:
    """A mail whose text came whole, whatever was answered; `dropped` instead of an answer."""

    message_id: str
    recipient: str
    at: float
    visit: Visit
    dropped: bool = False


Moment = Callable[[str, int], None]


class CountingHandler(Handler):
    def __init__(self, door_of: Callable[[int], int]):
        super().__init__()
        self.door_of = door_of
        self.receipts: list[Receipt] = []
        self.strike: Moment = lambda moment, door: None

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802
        session.visit = Visit(self.door_of(session.peer[1]))
        return await super().handle_EHLO(server, session, envelope, hostname, responses)

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        self.strike("greeted", session.visit.door)
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        message_id = email.message_from_bytes(envelope.content)["Message-ID"]
        receipt = Receipt(message_id, envelope.rcpt_tos[0], time.time(), session.visit)
        receipt.dropped = envelope.word == "late"
        self.receipts.append(receipt)
        session.visit.receipts.append(receipt)
        self.strike("taken", session.visit.door)
        return await super().handle_DATA(server, session, envelope)


class CountingSink(Sink):
    async def smtp_QUIT(self, arg):  # noqa: N802 - the library's name
        self.session.visit.said_quit = True
        await super().smtp_QUIT(arg)

    def connection_lost(self, error):
        if visit := getattr(self.session, "visit", None):
            visit.ended_at = time.time()
        super().connection_lost(error)


class CountingController(SinkController):
    def factory(self):
        return CountingSink(self.handler, **self.SMTP_kwargs)


def started_counting_sink(door_of: Callable[[int], int]) -> CountingController:
    controller = CountingController(
        CountingHandler(door_of), hostname="127.0.0.1", port=free_port()
    )
    controller.start()
    return controller


def later(seconds: float, work: Callable[[], None]) -> None:
    """Called from within the sink."""
    asyncio.get_running_loop().call_later(seconds, work)
