"""Keep a few processes running together until someone ends them all."""

import os
import signal
import subprocess
import time

from interpreter import SetupError

TETHER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "tethered.py")
LOOK_EVERY = 0.2  # seconds
SOON = 5  # seconds: who ends by itself sooner than this is not started again before
PATIENCE = 4  # seconds between asking a process to end and ending it


class Stop(BaseException):
    """Someone asked us to end. No Exception, so that nothing on the way swallows it."""


def stop_on_signals():
    """Ctrl-C, a closed terminal and `kill` all end everything in the same clean way."""

    def stop(number, frame):
        raise Stop

    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, stop)


def ignore_signals():
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)


class Process:
    """One command that is started again when it ends, unless it never lasted."""

    def __init__(self, name, command, **options):
        self.name = name
        self.command = [command[0], TETHER, str(os.getpid())] + command[1:]
        self.options = options
        self.has_lasted = False
        self.start()

    def start(self):
        # A session of its own: Ctrl-C reaches only us, and we end it in order.
        self.child = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL, start_new_session=True, **self.options
        )
        self.started = time.monotonic()

    def look(self):
        ended, age = self.child.poll(), time.monotonic() - self.started
        if ended is None:
            self.has_lasted = self.has_lasted or age >= SOON
        elif age >= SOON or ended == -signal.SIGKILL:
            self.start()
        elif not self.has_lasted:
            raise SetupError(f"The {self.name} process ended by itself: see its message above.")

    def kill(self):
        """The command and all it started, without a chance to say anything."""
        child = self.child  # whoever looks meanwhile puts another in its place
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()

    def end_by(self, deadline):
        try:
            self.child.wait(max(0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.kill()


def watch(processes, while_true=lambda: True):
    """Look after the processes until a signal, or until `while_true` says no."""
    while while_true():
        for process in processes:
            process.look()
        time.sleep(LOOK_EVERY)


def end(processes):
    ignore_signals()
    for process in processes:
        if process.child.poll() is None:
            process.child.terminate()
    deadline = time.monotonic() + PATIENCE
    for process in processes:
        process.end_by(deadline)
