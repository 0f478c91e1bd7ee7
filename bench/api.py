"""The partner API at 1,000 to 1,000,000 referrals, beside bare DRF views on the same database.

    python bench/api.py [--sizes 1000 100000 1000000] [--publish]

Starts a PostgreSQL of its own, seeds and multiplies, serves ours and the reference by gunicorn and
asks both in turn: one request after the other over kept connections, then eight at once over new
ones. `--publish` writes docs/performance.md.
"""

import argparse
import contextlib
import gzip
import json
import os
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "ops")]

from services import free_port, postgresql, wait_until_open  # noqa: E402 - found by the path above

from bench.measuring import Client, as_table, interleaved, keep, publish, rates  # noqa: E402

ROUNDS, WRITES, FAR = 60, 40, 1000
LIST = "/api/v1/referrals/?status=sent&status=completed"
EVERYTHING = "/api/v1/referrals/"  # as mixed on its last page as on its first
PARTNER = "IHK Lüneburg-Wolfsburg"


def main() -> int:
    told = arguments()
    figures = [measured(size) for size in told.sizes]
    keep("api", {"sizes": figures})
    table = as_table(HEAD, [row(name, figures) for name in figures[0] if name != "referrals"])
    print(table)
    if told.publish:
        sizes = " ".join(map(str, told.sizes))
        publish("api", f"python bench/api.py --sizes {sizes} --publish", table)
    return 0


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 100_000, 1_000_000])
    parser.add_argument("--publish", action="store_true", help="write docs/performance.md")
    return parser.parse_args()


HEAD = ["measure"]


def row(name: str, figures: list[dict]) -> list:
    HEAD[1:] = [f"{one['referrals']:,} referrals" for one in figures]
    return [name, *(one.get(name, "–") for one in figures)]


def measured(size: int) -> dict:
    with postgresql() as url, tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "DATABASE_URL": url,
            "DEMO": "1",
            "SECRET_KEY": "bench",
            "ENCRYPTION_KEYS": "YmVuY2hiZW5jaGJlbmNoYmVuY2hiZW5jaGJlbmNoYmU=",
            "PYTHONPATH": str(ROOT),
            "STATE": folder,
        }
        given = filled(size, environment)
        with (
            served("dma_crm.settings", environment) as ours,
            served("bench.reference_settings", environment) as bare,
        ):
            return figures_of(Asked(given, ours, bare))


def filled(size: int, environment: dict) -> dict:
    """A database with so many referrals; how many, keys to ask with, referrals to be accepted."""
    subprocess.run(
        [sys.executable, "-c", f"import psycopg; psycopg.connect({server_of(environment)!r},"
         " autocommit=True).execute('CREATE DATABASE dma_crm')"],
        check=True,
    )  # fmt: skip
    for command in (["migrate", "--verbosity", "0"], ["seed_demo"]):
        subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
    script = [sys.executable, str(ROOT / "bench" / "fill.py"), str(size)]
    done = subprocess.run(script, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout)


def server_of(environment: dict) -> str:
    return environment["DATABASE_URL"].rpartition("/")[0] + "/postgres"


@contextlib.contextmanager
def served(settings: str, environment: dict):
    port = free_port()
    command = [
        *(sys.executable, "-m", "gunicorn", "dma_crm.wsgi:application", "--no-control-socket"),
        *("--bind", f"127.0.0.1:{port}", "--worker-class", "gthread"),
        *("--workers", "2", "--threads", "4", "--keep-alive", "60", "--log-level", "error"),
    ]
    process = subprocess.Popen(
        command, cwd=ROOT, env={**environment, "DJANGO_SETTINGS_MODULE": settings}
    )
    try:
        wait_until_open(port, process, settings)
        yield port
    finally:
        process.terminate()
        process.wait()


class Asked:
    """Both servers, the keys and the rows; a key asks 400 times, its limit is 600 a minute."""

    def __init__(self, given: dict, ours: int, bare: int):
        self.given, self.ours, self.bare = given, ours, bare
        self.keys, self.used = list(given["keys"]), 0
        self.client, self.reference = self.one(), Client(bare)

    def one(self) -> Client:
        return Client(self.ours, {"Authorization": f"Bearer {self.keys.pop()}"})

    def get(self, path: str):
        self.used += 1
        if self.used % 400 == 0:
            self.client = self.one()
        return self.client.call("GET", path)

    def accept(self):
        self.client.call("POST", f"/api/v1/referrals/{self.given['sent'].pop()}/accept/", {})

    def refer(self):
        name = uuid.uuid4().hex[:12]
        body = {
            "founder": {
                "given_name": "Bench",
                "family_name": f"Messung {name}",
                "emails": [f"{name}@post.example"],
            },
            "topics": ["funding"],
            "question": "Welche Förderung passt?",
            "consent": {
                "given_at": "2026-01-05T10:00:00+01:00",
                "text": "Ich bin einverstanden.",
                "evidence": "Formular 7",
            },
        }
        self.client.call("POST", "/api/v1/referrals/", body, expect=201)

    def bare_create(self):
        body = {"code": f"bench-{uuid.uuid4().hex[:20]}", "position": 99, "names": {"de": "x"}}
        self.reference.call("POST", "/create/", body, expect=201)


def figures_of(asked: Asked) -> dict:
    first = asked.get(LIST)
    listed = first["results"]
    rows, text = max(len(listed), 1), json.dumps(first, ensure_ascii=False).encode()
    everything = asked.get(EVERYTHING)["results"]
    far = far_page(asked)
    detail = f"/api/v1/referrals/{listed[0]['id']}/"
    works = {
        "list": lambda: asked.get(LIST),
        "bare": lambda: asked.reference.call("GET", "/list/"),
        "detail": lambda: asked.get(detail),
        "first": lambda: asked.get(EVERYTHING),
        "far": lambda: asked.get(far),
    }
    interleaved(5, **works)
    reads = interleaved(ROUNDS, **works)
    reached = rates(
        ours=lambda: caller(asked.one(), LIST),
        mixed=lambda: caller(asked.one(), EVERYTHING),
        bare=lambda: caller(Client(asked.bare), "/list/"),
    )
    ours, mixed, bare = reached["ours"], reached["mixed"], reached["bare"]
    writes = interleaved(WRITES, accept=asked.accept, refer=asked.refer, bare=asked.bare_create)
    return {
        "referrals": asked.given["referrals"],
        "of the 50 listed, with a founder's data": with_founder(listed),
        "of the first 50 of all states, with a founder's data": with_founder(everything),
        "list of 50, p50 ms": reads["list"],
        "bare DRF list of 50 flat rows, p50 ms": reads["bare"],
        "all states, page 1, p50 ms": reads["first"],
        f"all states, page {FAR} or the last whole one, p50 ms": reads["far"],
        "far page against page 1": f"{reads['far'] / reads['first']:.2f} x",
        "detail, p50 ms": reads["detail"],
        "list, requests a second at 8": ours,
        "bare list, requests a second at 8": bare,
        "list against bare, requests a second": f"{ours / bare:.0%}",
        "all states against bare, requests a second": f"{mixed / bare:.0%}",
        "accept, p50 ms": writes["accept"],
        "POST a referral, p50 ms": writes["refer"],
        "bare DRF create, p50 ms": writes["bare"],
        "accept against bare create": f"{writes['accept'] / writes['bare']:.1f} x",
        "POST against bare create": f"{writes['refer'] / writes['bare']:.1f} x",
        "bytes a row": len(text) // rows,
        "bytes a row, gzip": len(gzip.compress(text, 6)) // rows,
        **asked.given["queries"],
    }


def with_founder(rows: list[dict]) -> int:
    return sum(bool(row["founder"]) for row in rows)


def caller(client: Client, path: str):
    def call():
        client.text("GET", path)
        client.connection.close()

    return call


def far_page(asked: Asked) -> str:
    path = whole = EVERYTHING
    for _ in range(FAR - 1):
        following = asked.get(path)["next"]
        if following is None:
            return whole
        whole, path = path, following[following.index("/api/") :]
    return path


if __name__ == "__main__":
    sys.exit(main())
