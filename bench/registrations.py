"""Registering for an event under 50 users at once, beside a bare Django form view.

    python bench/registrations.py [--users 50] [--rounds 8] [--publish]

Starts a PostgreSQL of its own, seeds the demo, serves ours and the reference by gunicorn. In each
round all users open the page at once, wait until a person would have filled it in, and all send it
at once, for one event with a hundred seats. `--publish` writes docs/performance.md.
"""

import argparse
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import uuid
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "ops")]

from services import postgresql  # noqa: E402 - found by the path above

from bench.api import served, server_of  # noqa: E402
from bench.measuring import as_table, interleaved, keep, milliseconds, publish  # noqa: E402

ALONE = 40
FILLED_IN = 2.1  # seconds; whoever is faster is taken for a robot
MARK = 'name="token" value="'


def main() -> int:
    told = arguments()
    figures = measured(told.users, told.rounds)
    keep("events", {"users": told.users, **figures})
    table = as_table(["measure", "ours", "bare form view"], [list(row) for row in rows(figures)])
    print(table)
    if told.publish:
        command = (
            f"python bench/registrations.py --users {told.users} --rounds {told.rounds} --publish"
        )
        publish("events", command, table)
    return 0


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--publish", action="store_true", help="write docs/performance.md")
    return parser.parse_args()


def rows(figures: dict):
    for name, (ours, bare) in figures["compared"].items():
        yield name, ours, bare
    for name, value in figures["ours"].items():
        yield name, value, "–"


def measured(users: int, rounds: int) -> dict:
    with postgresql() as url, tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "DATABASE_URL": url,
            "DEMO": "1",
            "SECRET_KEY": "bench",
            "ENCRYPTION_KEYS": "YmVuY2hiZW5jaGJlbmNoYmVuY2hiZW5jaGJlbmNoYmU=",
            "PYTHONPATH": str(ROOT),
            "REGISTRATIONS_PER_HOUR": "0",  # all users come from one address here
            "STATE": folder,
        }
        given = prepared(environment)
        with (
            served("dma_crm.settings", environment) as ours,
            served("bench.reference_settings", environment) as bare,
        ):
            figures = figures_of(given, ours, bare, users, rounds)
        counted = asked(environment, "-m", "bench.fill_registrations", given["crowded"])
        figures["ours"] |= {
            "registrations sent": users * rounds,
            "of them with a seat": counted["seated"],
            "of them on the waiting list": counted["waiting"],
        }
        return figures


def prepared(environment: dict) -> dict:
    script = (
        f"import psycopg; psycopg.connect({server_of(environment)!r}, autocommit=True)"
        ".execute('CREATE DATABASE dma_crm')"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
    for command in (["migrate", "--verbosity", "0"], ["seed_demo"]):
        subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
    return asked(environment, "-m", "bench.fill_registrations")


def asked(environment: dict, *script: str) -> dict:
    done = subprocess.run(
        [sys.executable, *script], cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE
    )
    return json.loads(done.stdout)


class Visitor:
    """One kept connection that opens a form and sends it."""

    def __init__(self, port: int, path: str):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.path, self.token = path, ""

    def open(self) -> None:
        page = self.call("GET", expect=200)
        self.token = page.partition(MARK)[2].partition('"')[0]

    def send(self) -> None:
        name = uuid.uuid4().hex[:16]
        said = {"name": f"Messung {name}", "email": f"{name}@post.example", "token": self.token}
        self.call("POST", urllib.parse.urlencode(said), expect=302)

    def call(self, method: str, body: str | None = None, *, expect: int) -> str:
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        self.connection.request(method, self.path, body, headers)
        response = self.connection.getresponse()
        text = response.read().decode()
        if response.status != expect:
            raise RuntimeError(f"{method} {self.path}: {response.status} {text[:300]}")
        return text


def figures_of(given: dict, ours: int, bare: int, users: int, rounds: int) -> dict:
    alone = one_user(Visitor(ours, page_of(given["calm"])), Visitor(bare, "/form/"))
    crowd = {
        "ours": crowded(lambda: Visitor(ours, page_of(given["crowded"])), users, rounds),
        "bare": crowded(lambda: Visitor(bare, "/form/"), users, rounds),
    }
    compared = {
        "page, one user, p50 ms": (alone["page"], alone["bare page"]),
        "POST, one user, p50 ms": (alone["send"], alone["bare send"]),
    }
    for what, label in (("open", "page"), ("send", "POST")):
        for measure in ("p50 ms", "p95 ms", "a second"):
            name = f"{label}, {users} users at once, {measure}"
            compared[name] = tuple(crowd[side][what][measure] for side in ("ours", "bare"))
    return {"compared": compared, "ours": given["queries"]}


def page_of(slug: str) -> str:
    return f"/veranstaltungen/{slug}/anmelden/"


def one_user(ours: Visitor, bare: Visitor) -> dict:
    """A form opened long enough ago may be sent again and again, with another address."""
    ours.open()
    time.sleep(FILLED_IN)
    token = ours.token

    def send() -> None:
        ours.token = token
        ours.send()

    works = {"page": ours.open, "send": send, "bare page": bare.open, "bare send": bare.send}
    interleaved(3, **works)
    return interleaved(ALONE, **works)


def crowded(make: Callable[[], Visitor], users: int, rounds: int) -> dict:
    visitors = [make() for _ in range(users)]
    taken: dict[str, list[float]] = {"open": [], "send": []}
    spent = dict.fromkeys(taken, 0.0)
    for _ in range(rounds):
        for what in taken:
            if what == "send":
                time.sleep(FILLED_IN)
            began = time.perf_counter()
            taken[what] += at_once([getattr(visitor, what) for visitor in visitors])
            spent[what] += time.perf_counter() - began
    return {what: summary(times, spent[what]) for what, times in taken.items()}


def at_once(works: list[Callable[[], None]]) -> list[float]:
    """Milliseconds of each; raises what any of them raised."""
    times: list[float] = []
    failed: list[BaseException] = []

    def work(one: Callable[[], None]) -> None:
        try:
            times.append(milliseconds(one))
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(one,)) for one in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return times


def summary(times: list[float], seconds: float) -> dict:
    ordered = sorted(times)
    return {
        "p50 ms": round(statistics.median(ordered), 1),
        "p95 ms": round(ordered[int(len(ordered) * 0.95)], 1),
        "a second": round(len(ordered) / seconds, 1),
    }


if __name__ == "__main__":
    sys.exit(main())
