"""One call to somebody else's server, which may be slow, broken or hostile.

Every address a name leads to is checked, and the connection goes to a checked one, so that a
second look-up cannot lead elsewhere. No redirects, no proxies; the deadline counts for all of it,
because a timeout per read never ends with a slow drip. What the receiver says is read and
forgotten, but for its status and Retry-After.
"""

import contextlib
import io
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from http.client import HTTPException, HTTPResponse
from ipaddress import ip_address
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

from outbox.webhooks.errors import WebhookError
from outbox.webhooks.targets import Target, is_public, target_of

DEADLINE_SECONDS = 10.0
READ_BYTES = 64 * 1024
USER_AGENT = "DMA-CRM-Webhooks/1"
Address = tuple[int, tuple]  # family and socket address


@dataclass(frozen=True)
class Answer:
    """`error` is a code of outbox/webhooks/reasons.py, empty for a 2xx."""

    status_code: int | None = None
    error: str = ""
    retry_after: str = ""
    duration_ms: int = 0


class Deadline:
    def __init__(self, seconds: float):
        self.started = time.monotonic()
        self.end = self.started + seconds

    def left(self) -> float:
        """Raises TimeoutError when there is nothing left."""
        if (left := self.end - time.monotonic()) <= 0:
            raise TimeoutError
        return left

    def passed_ms(self) -> int:
        return round((time.monotonic() - self.started) * 1000)


def post(
    url: str, body: bytes, headers: Mapping[str, str], *, seconds: float = DEADLINE_SECONDS
) -> Answer:
    """Never raises for anything the receiver or the network does."""
    deadline = Deadline(seconds)
    status, retry_after, error = None, "", ""
    try:
        status, retry_after = answered(target_of(url), body, headers, deadline)
        error = error_of(status)
    except WebhookError as refusal:
        error = refusal.code
    except TimeoutError:
        error = "timeout"
    except socket.gaierror:
        error = "not_resolved"
    except ssl.SSLError:
        error = "tls"
    except OSError:
        error = "unreachable"
    except (HTTPException, ValueError):
        error = "bad_answer"
    return Answer(status, error, retry_after, deadline.passed_ms())


def error_of(status: int) -> str:
    if 200 <= status < 300:
        return ""
    return {3: "redirect"}.get(status // 100, "gone" if status == 410 else "status")


def answered(
    target: Target, body: bytes, headers: Mapping[str, str], deadline: Deadline
) -> tuple[int, str]:
    with contextlib.closing(connected(target, deadline)) as connection:
        connection.settimeout(deadline.left())
        connection.sendall(request(target, body, headers))
        response = HTTPResponse(Reading(connection, deadline), method="POST")  # type: ignore[arg-type]  # it only asks for makefile
        response.begin()
        with contextlib.suppress(OSError, HTTPException, ValueError):
            while response.read(8192):
                pass
        return response.status, response.headers.get("Retry-After", "")


def request(target: Target, body: bytes, headers: Mapping[str, str]) -> bytes:
    """Nothing in it can break a line: `target_of` has seen the path, the rest is ours."""
    lines = {
        "Host": target.netloc,
        "User-Agent": USER_AGENT,
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Connection": "close",
        **headers,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST {target.path} HTTP/1.1\r\n{head}\r\n".encode("ascii") + body


class Reading:
    """A connection as `HTTPResponse` wants it, which ends at the deadline or after READ_BYTES."""

    def __init__(self, connection: socket.socket, deadline: Deadline):
        self.raw = Limited(connection, deadline)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self.raw)


class Limited(io.RawIOBase):
    def __init__(self, connection: socket.socket, deadline: Deadline):
        self.connection = connection
        self.deadline = deadline
        self.allowed = READ_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.connection.settimeout(self.deadline.left())
        room = memoryview(buffer)[: self.allowed]
        count = self.connection.recv_into(room) if len(room) else 0
        self.allowed -= count
        return count


def connected(target: Target, deadline: Deadline) -> socket.socket:
    """To the first address that takes us; each gets its share of the time that is left."""
    addresses = allowed_addresses(target, deadline)
    for number, address in enumerate(addresses, start=1):
        patience = deadline.left() / (len(addresses) - number + 1)
        try:
            return secured(opened(address, patience), target, deadline)
        except ssl.SSLError:
            raise
        except OSError:
            if number == len(addresses):
                raise
    raise socket.gaierror("a name without an address")


def opened(address: Address, seconds: float) -> socket.socket:
    family, where = address
    connection = socket.socket(family, socket.SOCK_STREAM)
    try:
        connection.settimeout(seconds)
        connection.connect(where)
    except BaseException:
        connection.close()
        raise
    return connection


def secured(connection: socket.socket, target: Target, deadline: Deadline) -> socket.socket:
    """With the name in the handshake, against which the certificate is checked."""
    if target.scheme == "http":  # only receivers of tests get here
        return connection
    try:
        connection.settimeout(deadline.left())
        return tls().wrap_socket(connection, server_hostname=target.host)
    except BaseException:
        connection.close()
        raise


@cache
def tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def allowed_addresses(target: Target, deadline: Deadline) -> list[Address]:
    """Raises WebhookError if any address of the name is not public."""
    addresses = looked_up(target.host, target.port, deadline.left())
    if not target.exempt and not all(is_public(ip_address(where[0])) for _, where in addresses):
        raise WebhookError("not_public", field="url")
    return addresses


def looked_up(host: str, port: int, seconds: float) -> list[Address]:
    """In a thread of its own: the system's resolver knows no deadline."""
    answers: SimpleQueue[list[Address] | Exception] = SimpleQueue()
    Thread(target=look_up, args=(host, port, answers), daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except Empty:
        raise TimeoutError from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def look_up(host: str, port: int, answers: SimpleQueue) -> None:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        answers.put([(family, where) for family, _type, _protocol, _name, where in found])
    except Exception as error:  # told to whoever waits for it
        answers.put(error)
