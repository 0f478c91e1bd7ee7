"""`make demo`: install, load demo data and serve, from a bare checkout with Python alone.

Environment: PORT (8000). DEMO_VENV names an environment to take as it is, instead of `.venv`.
Standard library only, in syntax that Python 3.6 reads, so that an old Python can say it is old.
"""

import contextlib
import errno
import glob
import hashlib
import http.client
import os
import socket
import sqlite3
import sys
import time

from install import BASE_LOCK, ROOT, VAR, VENV, install, run_logged, writing
from interpreter import SetupError, ensure_new_enough
from supervisor import Process, Stop, end, stop_on_signals, watch

DATABASE = os.path.join(VAR, "dma_crm.sqlite3")
STAMP = os.path.join(VAR, "demo.stamp")
START_WITHIN = 60  # seconds
ANSWER_WITHIN = 2  # seconds; our socket accepts before the web process is there to answer
WELCOME = """
DMA-CRM runs at http://127.0.0.1:{port}   (Ctrl-C ends it)

  Log in with the password mutterboden as
    beratung@dma.example   advisor
    leitung@dma.example    manager
    admin@dma.example      administrator
    ihk@partner.example    partner, IHK Lüneburg-Wolfsburg
    wag@partner.example    partner, Wolfsburg AG
"""


def main():
    stop_on_signals()
    try:
        ensure_new_enough()
        run(chosen_port(os.environ.get("PORT") or "8000"))
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except Stop:
        print("\nStopped.", flush=True)
    return 0


def run(port):
    listen(port).close()  # told now rather than after a long installation
    venv = os.environ.get("DEMO_VENV") or VENV
    if venv == VENV:
        install(BASE_LOCK)
    environment = surroundings(port)
    python = os.path.join(venv, "bin", "python")
    prepare_database(python, environment)
    serve(python, port, environment)


def surroundings(port):
    environment = dict(os.environ, DEMO="1", PORT=str(port), PYTHONUNBUFFERED="1")
    environment.setdefault("BASE_URL", f"http://127.0.0.1:{port}")
    # Without bytecode every start compiles all of Django anew, which takes longer than the rest.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return environment


def chosen_port(text):
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise SetupError(f"PORT must be a number from 1 to 65535, and it is {text!r}.")
    return int(text)


def listen(port):
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise SetupError(
                f"Port {port} is taken: end what runs there, or choose another"
                f" with PORT={port % 65535 + 1} make demo."
            ) from None
        raise SetupError(f"Port {port} cannot be used: {error.strerror}.") from None
    return listener


def prepare_database(python, environment):
    """Migrate and seed in one process, and in none when nothing can have changed."""
    with writing(VAR):
        os.makedirs(os.path.join(VAR, "static"), exist_ok=True)
        with open(os.path.join(VAR, "demo.port"), "w") as file:
            file.write(environment["PORT"])  # proves that there is room to write
    if is_prepared(environment):
        return
    print("Preparing the database ...", flush=True)
    run_logged([python, os.path.join("ops", "prepare_database.py")], env=environment)
    with writing(VAR), open(STAMP, "w") as stamp:
        stamp.write(fingerprint())


def is_prepared(environment):
    """Only the default database can be judged without asking Django."""
    if environment.get("DATABASE_URL") or not os.path.exists(DATABASE):
        return False
    try:
        with open(STAMP) as stamp:
            return stamp.read() == fingerprint()
    except OSError:
        return False


def fingerprint():
    """Which migrations there are, here and among the packages, and which the database has had."""
    digest = hashlib.sha256()
    for path in [os.path.join(ROOT, BASE_LOCK)] + sorted(
        glob.glob(os.path.join(ROOT, "*", "migrations", "*.py"))
    ):
        with open(path, "rb") as file:
            digest.update(path.encode() + file.read())
    digest.update(repr(applied_migrations()).encode())
    return digest.hexdigest()


def applied_migrations():
    try:
        with contextlib.closing(sqlite3.connect(DATABASE, timeout=20)) as connection:
            return connection.execute("SELECT app, name FROM django_migrations").fetchall()
    except sqlite3.Error:
        return None


def serve(python, port, environment):
    processes = []
    alive = as_long_as_make_lives()
    with listen(port) as listener:
        web = gunicorn(listener.fileno())
        options = {"cwd": ROOT, "env": environment}
        try:
            processes.append(
                Process("web", [python] + web, pass_fds=[listener.fileno()], **options)
            )
            wait_until_answered(port, processes)
            # Only now, so that they do not take the processor from who waits for the first page.
            processes.append(Process("jobs", [python, "manage.py", "run_jobs"], **options))
            print(WELCOME.format(port=port), flush=True)
            watch(processes, while_true=alive)
        finally:
            end(processes)


def gunicorn(listener):
    """The socket is ours and inherited: nobody takes the port while the web process restarts."""
    shared_memory = ["--worker-tmp-dir", "/dev/shm"] if os.path.isdir("/dev/shm") else []  # noqa: S108
    return [
        *("-m", "gunicorn", "dma_crm.wsgi:application", "--bind", f"fd://{listener}"),
        *("--worker-class", "gthread", "--workers", "1", "--threads", "8"),
        *("--graceful-timeout", "2", "--log-level", "warning", "--no-control-socket"),
        *shared_memory,
    ]


def wait_until_answered(port, processes):
    deadline = time.monotonic() + START_WITHIN
    watch(processes, while_true=lambda: not answers(port) and time.monotonic() < deadline)
    if time.monotonic() >= deadline:
        raise SetupError(f"DMA-CRM does not answer after {START_WITHIN} seconds.")


def answers(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_WITHIN)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def as_long_as_make_lives():
    """`make` cannot pass SIGKILL on; without it nobody could end us from the keyboard."""
    parent = os.getppid()
    return lambda: "MAKELEVEL" not in os.environ or os.getppid() == parent


if __name__ == "__main__":
    sys.exit(main())
