"""A real webhook receiver for tests. What it does with a delivery stands in the path.

`/200`, `/500` … answer with that status; `/hang` never answers; `/drip` sends one byte after the
other for ever; `/endless` a body without an end; `/headers` headers without an end; `/redirect`
leads to `/200`; `/cut` hangs up; `/nonsense` speaks no HTTP. `/429?60` has a `Retry-After: 60`.
`/first-500` fails once for each delivery.
"""

import contextlib
import socket
import ssl
import threading
from collections import Counter
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

DOES = {
    "hang": "hang",
    "drip": "drip",
    "endless": "endless",
    "headers": "many_headers",
    "redirect": "redirect",
    "cut": "cut",
    "nonsense": "nonsense",
    "first-500": "first_500",
}


@dataclass(frozen=True)
class Received:
    path: str
    headers: dict
    body: str


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.received.append(Received(self.path, headers, body))
        word, _mark, self.query = self.path.strip("/").partition("?")
        with contextlib.suppress(OSError):
            getattr(self, DOES.get(word, ""), lambda: self.answer(int(word)))()

    def answer(self, status, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if self.query:
            self.send_header("Retry-After", unquote(self.query))
        self.end_headers()
        self.wfile.write(b"geheim: never kept")

    def hang(self):
        self.server.released.wait(30)

    def drip(self):
        while not self.server.released.wait(0.02):
            self.wfile.write(b"H")

    def endless(self):
        self.send_response(200)
        self.end_headers()
        self.pour(b"x" * 8192)

    def many_headers(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        self.pour(b"X-More: " + b"x" * 60 + b"\r\n")

    def pour(self, piece):
        while not self.server.released.is_set():
            self.wfile.write(piece)
            self.server.poured += len(piece)

    def redirect(self):
        self.answer(302, Location="/200")

    def cut(self):
        self.connection.shutdown(socket.SHUT_RDWR)

    def nonsense(self):
        self.wfile.write(b"220 mail.example ESMTP\r\n")

    def first_500(self):
        number = self.headers["webhook-id"]
        self.server.seen[number] += 1
        self.answer(500 if self.server.seen[number] == 1 else 204)

    def log_message(self, *arguments):
        """Nothing on the console."""


class Receiver(ThreadingHTTPServer):
    daemon_threads = True
    address_family = socket.AF_INET

    def __init__(self, context: ssl.SSLContext | None = None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.received: list[Received] = []
        self.released = threading.Event()
        self.seen: Counter[str] = Counter()
        self.poured = 0
        self.context = context

    def get_request(self):
        connection, address = super().get_request()
        if self.context:
            connection = self.context.wrap_socket(
                connection, server_side=True, do_handshake_on_connect=False
            )
        return connection, address

    def handle_error(self, request, client_address):
        """A client that hangs up is no error of ours."""

    @property
    def port(self):
        return self.server_address[1]

    @property
    def netloc(self):
        return f"127.0.0.1:{self.port}"

    def url(self, path="/200", scheme="http"):
        return f"{scheme}://{self.netloc}{path}"


@contextlib.contextmanager
def running_receiver(context=None):
    receiver = Receiver(context)
    thread = threading.Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield receiver
    finally:
        receiver.released.set()
        receiver.shutdown()
        receiver.server_close()
        thread.join()
