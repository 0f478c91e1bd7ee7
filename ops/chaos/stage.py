"""Everything a run needs, started; and what can be done to it."""

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import django
import services
import stack
from demo import listen
from install import ROOT
from supervisor import Process

from chaos.proxy import Proxy
from chaos.sink import CountingController, started_counting_sink
from tests.outbox.receiver import Receiver, running_receiver
from tests.packaging.demo_process import children_of

WEB, DELIVERERS = 2, 3
PATIENCE = 30  # seconds for a deliverer to end what it has begun
KEPT = ("HOME", "LANG", "PATH")  # of our own environment
LOOPS = (["manage.py", "run_jobs"], ["manage.py", "deliver_outbox", "--loop"])


@dataclass(frozen=True)
class Fault:
    """`door` is the deliverer that was hit, 0 for a server."""

    at: float
    what: str
    door: int = 0


class Stage:
    def __init__(self, database: str, folder: Path, scale: float):
        self.database = database
        self.folder = folder
        self.faults: list[Fault] = []
        self.log = (folder / "processes.log").open("w")
        self.environment = stack.with_secrets(
            {
                **{name: os.environ[name] for name in KEPT if name in os.environ},
                "DJANGO_SETTINGS_MODULE": "chaos.settings",
                "PYTHONPATH": os.path.join(ROOT, "ops"),
                "PYTHONUNBUFFERED": "1",
                "DEMO": "1",
                "CHAOS_SCALE": str(scale),
                "MAILS_PER_HOUR": "0",
            }
        )
        self.servers: dict[str, services.Server] = {}
        self.beats: list[Process] = []
        self.deliverers: dict[int, Process] = {}

    sink: CountingController
    receiver: Receiver
    proxy: Proxy
    stack: stack.Stack
    address: str

    # --- what is told to it ---

    def deliver(self, control: str = "") -> None:
        """Start the deliverers, each behind a door of its own, unless they are there."""
        if self.deliverers:
            return
        for door in range(1, DELIVERERS + 1):
            smtp = f"smtp://127.0.0.1:{self.ports[door]}"
            self.deliverers[door] = self.start(
                "worker", self.deliverer(door), EMAIL_URL=smtp, CHAOS_CONTROL=control
            )
        if self.has_broker:
            self.beat()

    def deliverer(self, door: int) -> list[str]:
        if not self.has_broker:
            return LOOPS[door > 1]
        options = ("--loglevel", "warning", "--concurrency", str(stack.CONCURRENCY))
        return [*stack.CELERY, *stack.APP, "worker", *options, "--hostname", f"door{door}@%h"]

    def beat(self) -> None:
        self.beats.append(self.stack.beat())
        self.beats[-1].has_lasted = True

    def rest(self) -> None:
        """End the deliverers in peace."""
        self.end([*self.deliverers.values(), *self.beats])
        self.deliverers.clear()
        self.beats.clear()

    def end_beats(self) -> None:
        self.end(self.beats)
        self.beats.clear()

    def end(self, processes: list[Process]) -> None:
        for part in self.stack.parts.values():
            part[:] = [process for process in part if process not in processes]
        for process in processes:
            process.child.terminate()
        deadline = time.monotonic() + PATIENCE
        for process in processes:
            process.end_by(deadline)

    def start(self, part: str, command: list[str], **environment: str) -> Process:
        env = {**self.stack.environment, **environment}
        process = self.stack.start(part, command, env=env)
        process.has_lasted = True  # the first start was looked at; a server may be gone at the next
        return process

    @property
    def has_broker(self) -> bool:
        return "redis" in self.servers

    # --- what is done to it ---

    def kill(self, door: int, whole: bool, dice: random.Random) -> bool:
        """SIGKILL of a deliverer, or of one child of it alone; False if it is dead already."""
        process = self.deliverers[door].child
        children = children_of(process.pid)
        at = time.time()
        try:
            if whole or not children:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            else:
                os.kill(dice.choice(sorted(children)), signal.SIGKILL)
        except ProcessLookupError:
            return False
        what = "SIGKILL of a deliverer" if whole or not children else "SIGKILL of a child"
        self.faults.append(Fault(at, what, door))
        return True

    def restart(self, name: str, number: signal.Signals, pause: float = 0.5) -> None:
        self.note(f"{name} ended by {number.name}")
        self.servers[name].stop(number)
        time.sleep(pause)
        self.servers[name].start()
        self.note(f"{name} back")

    def note(self, what: str) -> None:
        self.faults.append(Fault(time.time(), what))

    def wait_until(self, condition: Callable[[], object], seconds: float) -> bool:
        """Look after the processes meanwhile; False if it did not come true in time."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                return False
            for process in self.stack.processes:
                process.look()
            time.sleep(0.1)
        return True

    def pass_time(self, seconds: float) -> None:
        self.wait_until(lambda: False, seconds)


@contextlib.contextmanager
def opened(database: str, folder: Path, *, scale: float, template: Path | None) -> Iterator[Stage]:
    """A stage whose pages answer, without deliverers."""
    stage = Stage(database, folder, scale)
    with contextlib.ExitStack() as kept:
        kept.callback(stage.log.close)
        open_servers(stage, kept)
        stage.receiver = kept.enter_context(running_receiver())
        stage.environment["WEBHOOK_TEST_HOSTS"] = stage.receiver.netloc
        open_mail_server(stage, kept)
        listener = kept.enter_context(listen(0))
        stage.address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        environment = {**stage.environment, "BASE_URL": stage.address}
        stage.stack = stack.Stack(environment, python=sys.executable, output=stage.log)
        kept.callback(stage.stack.end)
        fill(stage, template)
        os.environ.update(stage.stack.environment)
        django.setup()
        stage.stack.serve(listener, WEB)
        for process in stage.stack.processes:
            process.has_lasted = True
        yield stage


def open_servers(stage: Stage, kept: contextlib.ExitStack) -> None:
    if stage.database == "sqlite":
        stage.environment["DATABASE_URL"] = f"sqlite:///{stage.folder / 'chaos.sqlite3'}"
        return
    stage.servers["postgresql"] = kept.enter_context(services.postgresql_server(services.LASTING))
    stage.servers["redis"] = kept.enter_context(services.redis_server())
    services.create_database(stage.servers["postgresql"])
    stage.environment["DATABASE_URL"] = stage.servers["postgresql"].url
    stage.environment["CELERY_BROKER_URL"] = stage.servers["redis"].url


def open_mail_server(stage: Stage, kept: contextlib.ExitStack) -> None:
    stage.sink = started_counting_sink(lambda port: stage.proxy.doors.get(port, 0))
    kept.callback(stage.sink.stop)
    stage.proxy = Proxy(stage.sink.port)
    kept.callback(stage.proxy.stop)
    stage.ports = {door: stage.proxy.door(door) for door in range(1, DELIVERERS + 1)}


def fill(stage: Stage, template: Path | None) -> None:
    """With all tables: those of a template, which takes no minute, else by migration."""
    if not template:
        command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    elif stage.database == "sqlite":
        shutil.copy(template, stage.folder / "chaos.sqlite3")
        return
    else:
        program = os.path.join(os.path.dirname(os.path.realpath(services.initdb())), "psql")
        command = [program, "-q", "-v", "ON_ERROR_STOP=1", "-f", str(template)]
        command.append(stage.environment["DATABASE_URL"].replace("postgres:", "postgresql:"))
    env = stage.stack.environment
    subprocess.run(command, cwd=ROOT, env=env, stdout=stage.log, stderr=stage.log, check=True)
