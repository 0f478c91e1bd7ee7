"""The servers and programs the tests need: found, installed where that is allowed, started, ended.

PostgreSQL and Redis run as private instances on free ports in a temporary folder, so nothing that
already runs on the machine is touched; a running one is used where none can be started.
"""

import contextlib
import glob
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from interpreter import SetupError

STARTS_WITHIN = 20  # seconds
# For tests that end before their server does; what is committed may be lost with it.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=100")
# What is committed outlives the server, however it ends; not the loss of power, which nobody plays.
LASTING = ("fsync=off", "full_page_writes=off", "max_connections=150")


def initdb():
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), key=version_in_path)
    return shutil.which("initdb") or (found[-1] if found else None)


def version_in_path(path):
    return float(path.split("/")[4])


def chromium():
    return shutil.which("chromium") or shutil.which("chromium-browser")


def compose():
    return shutil.which("docker-compose")


# What the tests need, how it is found, and Debian's name for it.
NEEDED = {
    "PostgreSQL": (initdb, "postgresql"),
    "Redis": (lambda: shutil.which("redis-server"), "redis-server"),
    "Chromium": (chromium, "chromium"),
    "gettext": (lambda: shutil.which("msgfmt"), "gettext"),
    "docker-compose": (compose, "docker-compose"),
}


def missing():
    return [name for name, (find, _) in NEEDED.items() if not find()]


def install_missing():
    """Ask Debian's package manager where we are root; go on without it otherwise."""
    wanted = [NEEDED[name][1] for name in missing()]
    if not wanted or os.geteuid() or not shutil.which("apt-get"):
        return
    print(f"Installing {' '.join(wanted)} ...", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    options = ["--yes", "--quiet", "--no-install-recommends"]
    subprocess.call(["apt-get", "update", "--quiet"], env=quiet, stdout=subprocess.DEVNULL)
    subprocess.call(["apt-get", "install", *options, *wanted], env=quiet, stdout=subprocess.DEVNULL)


@contextlib.contextmanager
def postgresql():
    """Yields the address of a PostgreSQL that may be filled and emptied, or None."""
    if not initdb():
        yield "postgres://postgres@127.0.0.1:5432/dma_crm" if is_open(5432) else None
        return
    with postgresql_server() as server:
        yield server.url


@contextlib.contextmanager
def postgresql_server(settings=FAST):
    """Yields a running private PostgreSQL without our database."""
    binaries, port = os.path.dirname(initdb()), free_port()
    with temporary_folder("postgres") as (folder, user):
        setup = ["-D", folder, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        quietly([f"{binaries}/initdb", "--no-sync", *setup], **user)
        wanted = [*settings, "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}"]
        options = [part for setting in wanted for part in ("-c", setting)]
        command = [f"{binaries}/postgres", "-D", folder, "-p", str(port), *options]
        url = f"postgres://postgres@127.0.0.1:{port}/dma_crm"
        with running(Server(command, port, url=url, stop=signal.SIGINT, **user)) as server:
            yield server


def create_database(server):
    """Its port is open a moment before it lets anybody in."""
    binaries = os.path.dirname(os.path.realpath(initdb()))
    where = ["-h", "127.0.0.1", "-p", str(server.port), "-U", "postgres"]
    deadline = time.monotonic() + STARTS_WITHIN
    while subprocess.call([f"{binaries}/pg_isready", "-q", *where]) and time.monotonic() < deadline:
        time.sleep(0.1)
    quietly([f"{binaries}/createdb", *where, "dma_crm"])


@contextlib.contextmanager
def redis():
    """Yields the address of a Redis that may be emptied, or None."""
    if not shutil.which("redis-server"):
        yield "redis://127.0.0.1:6379/15" if is_open(6379) else None
        return
    with redis_server() as server:
        yield server.url


@contextlib.contextmanager
def redis_server():
    port = free_port()
    with temporary_folder("redis") as (folder, user):
        options = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", folder]
        url, command = f"redis://127.0.0.1:{port}/0", ["redis-server", *options]
        with running(Server(command, port, url=url, stop=signal.SIGTERM, **user)) as server:
            yield server


@contextlib.contextmanager
def temporary_folder(name):
    """Outside the checkout, which the user `postgres` may not be able to enter.

    Yields the folder and how to run as its owner: PostgreSQL refuses to run as root.
    """
    folder = tempfile.mkdtemp(prefix=f"dma-crm-{name}-")
    user = {}
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres" if name == "postgres" else "nobody")
        user = {"user": os.stat(folder).st_uid, "cwd": folder, "extra_groups": []}
    try:
        yield folder, user
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Server:
    """A program that answers on a port of this machine and can be started again."""

    def __init__(self, command, port, *, url, stop, **options):
        self.command, self.port, self.url = command, port, url
        self.stop_signal = stop
        self.options = options

    def start(self):
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen(self.command, process_group=0, **quiet, **self.options)
        wait_until_open(self.port, self.process, self.command[0])

    def stop(self, number=None):
        """Ends it as its makers want it, or by the signal given; also when it is paused."""
        for name in (number or self.stop_signal, signal.SIGCONT):
            self.process.send_signal(name)
        self.process.wait()

    def look(self):
        """Start it again if somebody ended it."""
        if self.process.poll() is not None:
            self.start()


@contextlib.contextmanager
def running(server):
    """The server answers on its port inside the block and is gone after it."""
    try:
        server.start()
        yield server
    finally:
        server.stop()


def wait_until_open(port, server, name):
    deadline = time.monotonic() + STARTS_WITHIN
    while not is_open(port):
        if server.poll() is not None or time.monotonic() > deadline:
            raise SetupError(f"{name} does not start.")
        time.sleep(0.1)


def quietly(command, **options):
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if done.returncode:
        raise SetupError(f"{command[0]} failed: {done.stderr.strip()}")


def is_open(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
