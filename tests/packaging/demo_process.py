"""A running `make demo`, as its person sees it: output, address, processes."""

import contextlib
import http.client
import socket
import subprocess
import sys
import time
from pathlib import Path

STARTS_WITHIN = 90  # seconds, the first start on a busy machine


class DemoProcess:
    def __init__(self, checkout, environment, command=(sys.executable, "ops/demo.py")):
        self.port = free_port()
        self.log = checkout.parent / f"output-{self.port}"
        with self.log.open("w") as output:
            self.process = subprocess.Popen(
                command,
                cwd=checkout,
                env=environment | {"PORT": str(self.port)},
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    @property
    def output(self):
        return self.log.read_text()

    @property
    def ended(self):
        return self.process.poll() is not None

    def wait_until_serving(self):
        wait_until(lambda: "Ctrl-C" in self.output or self.ended, STARTS_WITHIN)
        assert not self.ended, self.output

    def get(self, path, **headers):
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port)) as connection:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    def part(self, word):
        """The child of ours whose command line has this word."""
        found = [pid for pid in children_of(self.process.pid) if word in command_of(pid)]
        return found[0] if found else None


@contextlib.contextmanager
def demo(checkout, environment, **options):
    """Serving inside the block; nothing is left after it, however the test ended."""
    running = DemoProcess(checkout, environment, **options)
    try:
        running.wait_until_serving()
        yield running
    finally:
        left = descendants(running.process.pid)
        if not running.ended:
            running.process.terminate()
            running.process.wait(10)
        wait_until(lambda: not any(map(is_alive, left)), 15)


def descendants(pid):
    found = children_of(pid)
    return found + [deeper for child in found for deeper in descendants(child)]


def children_of(pid):
    return [child for child in all_pids() if parent_of(child) == pid]


def all_pids():
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def parent_of(pid):
    return int(stat_of(pid)[1])


def is_alive(pid):
    return stat_of(pid)[0] not in {"X", "Z"}


def stat_of(pid):
    """State and parent, which follow the command's name in brackets."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return ["X", "0"]


def command_of(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return []


def wait_until(condition, seconds):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.05)


def is_taken(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
