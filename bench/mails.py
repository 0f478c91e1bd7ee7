"""Delivery beside one reused SMTP connection to the same server, and claims at 1,000 to 1,000,000.

    python bench/mails.py [--sizes 1000 100000 1000000] [--publish]

Starts a PostgreSQL and a mail server of its own; claims are measured on SQLite, too. `--publish`
writes docs/performance.md.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "ops")]

from services import (  # noqa: E402 - found by the path above
    create_database,
    free_port,
    postgresql_server,
    wait_until_open,
)

from bench.measuring import as_table, keep, publish  # noqa: E402


def main() -> int:
    told = arguments()
    with tempfile.TemporaryDirectory() as folder, sink() as port, postgresql_server() as server:
        create_database(server)
        rate = measured("rate", server.url, folder, port)
        claims = {
            "PostgreSQL": measured("claims", server.url, folder, port, *told.sizes),
            "SQLite": measured("claims", f"sqlite:///{folder}/claims", folder, port, *told.sizes),
        }
    keep("mails", {"delivery": rate, "claims": claims})
    table = f"{as_table(['delivery', ''], list(rate.items()))}\n\n{table_of(claims, told.sizes)}"
    print(table)
    if told.publish:
        sizes = " ".join(map(str, told.sizes))
        publish("mails", f"python bench/mails.py --sizes {sizes} --publish", table)
    return 0


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 100_000, 1_000_000])
    parser.add_argument("--publish", action="store_true", help="write docs/performance.md")
    return parser.parse_args()


def table_of(claims: dict, sizes: list[int]) -> str:
    head = ["one claim, p50 ms", *(f"{size:,} due rows" for size in sizes)]
    return as_table(head, [[name, *figures.values()] for name, figures in claims.items()])


@contextlib.contextmanager
def sink():
    """A mail server in a process of its own that takes everything and keeps nothing."""
    port = free_port()
    command = [sys.executable, "-m", "aiosmtpd", "-n", "-c", "aiosmtpd.handlers.Sink"]
    process = subprocess.Popen([*command, "-l", f"127.0.0.1:{port}"])
    try:
        wait_until_open(port, process, "The mail server")
        yield port
    finally:
        process.terminate()
        process.wait()


def measured(what: str, url: str, folder: str, port: int, *told) -> dict:
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
        "SECRET_KEY": "bench",
        "ENCRYPTION_KEYS": "YmVuY2hiZW5jaGJlbmNoYmVuY2hiZW5jaGJlbmNoYmU=",
        "PYTHONPATH": str(ROOT),
        "STATE": folder,
    }
    migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(migrate, cwd=ROOT, env=environment, check=True)
    script = [sys.executable, "bench/mail_rows.py", what, *map(str, told)]
    done = subprocess.run(script, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout)


if __name__ == "__main__":
    sys.exit(main())
