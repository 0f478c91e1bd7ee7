import math
import os
import signal
import threading
import time

from django.core.management.base import BaseCommand

from dma_crm import jobs
from dma_crm.serving import refuse_unsafe_serving


class Command(BaseCommand):
    help = "Runs every background job at its interval until Ctrl-C: the built-in loop, no broker."

    def handle(self, **options):
        os.environ["DMA_SERVING"] = "jobs"
        refuse_unsafe_serving()
        stop = threading.Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_: stop.set())
        run_until(stop)


def run_until(stop: threading.Event) -> None:
    """Each job runs at once, then `every_seconds` after its last start."""
    due = dict.fromkeys(jobs.registry, time.monotonic())
    while not stop.is_set():
        for name, job in jobs.registry.items():
            if due[name] <= time.monotonic() and not stop.is_set():
                due[name] = time.monotonic() + job.every_seconds
                jobs.run(name)
        next_due = min(due.values(), default=math.inf) - time.monotonic()
        stop.wait(min(max(next_due, 0.0), 1.0))
