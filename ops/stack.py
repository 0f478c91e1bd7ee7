"""The parts of docker-compose.yml as processes of this machine, without Docker.

All web processes listen on one inherited socket: the kernel shares the visitors out, and nobody
finds the address closed while one of them is gone.
"""

import base64
import contextlib
import os
import secrets
import shutil
import sys
import tempfile

import services
from demo import gunicorn, listen, wait_until_answered
from install import ROOT, VAR, VENV, run_logged, writing
from interpreter import SetupError
from supervisor import Process, end

CELERY = ("-m", "celery")
APP = ("--quiet", "--app", "dma_crm.celery:app")
CONCURRENCY = 2  # as in docker-compose.yml


class Stack:
    """Web processes, Celery workers and beat over one database and one broker.

    `entry` is what runs in place of `python -m celery`, `output` where all they say is written.
    """

    def __init__(self, environment, *, python=None, output=None):
        self.python = python or os.path.join(VENV, "bin", "python")
        self.environment = environment
        self.output = {"stdout": output or sys.stderr, "stderr": output}
        self.parts = {"web": [], "worker": [], "beat": []}
        self.folder = tempfile.mkdtemp(prefix="dma-crm-stack-")

    @property
    def processes(self):
        return [process for part in self.parts.values() for process in part]

    def start(self, part, command, **options):
        options = {"cwd": ROOT, "env": self.environment, **self.output, **options}
        process = Process(part, [self.python, *command], **options)
        self.parts[part].append(process)
        return process

    def serve(self, listener, count):
        """`count` web processes on one socket; returns when they answer."""
        for _number in range(count):
            self.start("web", gunicorn(listener.fileno()), pass_fds=[listener.fileno()])
        wait_until_answered(listener.getsockname()[1], self.parts["web"])

    def work(self, count, *, entry=CELERY, concurrency=CONCURRENCY):
        for _number in range(count):
            name = f"worker{len(self.parts['worker']) + 1}@%h"
            options = ("--loglevel", "warning", "--concurrency", str(concurrency))
            self.start("worker", [*entry, *APP, "worker", *options, "--hostname", name])

    def beat(self, *, entry=CELERY):
        own = os.path.join(self.folder, f"beat{len(self.parts['beat']) + 1}")
        options = ("--loglevel", "warning", "--schedule", own, "--pidfile", f"{own}.pid")
        return self.start("beat", [*entry, *APP, "beat", *options])

    def end(self):
        end(self.processes)
        shutil.rmtree(self.folder, ignore_errors=True)


@contextlib.contextmanager
def started(environment, *, web, workers, port=0, python=None):
    """The whole stack inside the block; yields it and the address of its pages."""
    with listen(port) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        stack = Stack({"BASE_URL": address, **environment}, python=python)
        try:
            prepare(stack)
            stack.serve(listener, web)
            stack.work(workers)
            stack.beat()
            yield stack, address
        finally:
            stack.end()


def prepare(stack):
    """Migrate; a demo also gets its data."""
    with writing(VAR):
        os.makedirs(VAR, exist_ok=True)
    demo = stack.environment.get("DEMO")
    script = [os.path.join("ops", "prepare_database.py")] if demo else ["manage.py", "migrate"]
    run_logged([stack.python, *script], env=stack.environment)


@contextlib.contextmanager
def backing_services(environment):
    """The environment with a database and a broker: those it names, or private ones."""
    with contextlib.ExitStack() as opened:
        servers = []
        if not environment.get("DATABASE_URL"):
            server = lambda: services.postgresql_server(services.LASTING)  # noqa: E731
            database = opened.enter_context(private(services.initdb, server))
            services.create_database(database)
            servers.append(database)
            environment = {**environment, "DATABASE_URL": database.url}
        if not environment.get("CELERY_BROKER_URL"):
            found = lambda: shutil.which("redis-server")  # noqa: E731
            broker = opened.enter_context(private(found, services.redis_server))
            servers.append(broker)
            environment = {**environment, "CELERY_BROKER_URL": broker.url}
        yield with_secrets(environment), servers


def private(found, server):
    if not found():
        raise SetupError("Neither named nor installed: PostgreSQL (DATABASE_URL) or Redis.")
    return server()


def with_secrets(environment):
    """Made up for a stack that has none: they last as long as its private database."""
    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "ENCRYPTION_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        **environment,
    }
