import os
import signal
import threading

from django.core.management.base import BaseCommand
from django.utils import timezone

from dma_crm import jobs
from dma_crm.serving import refuse_unsafe_serving
from outbox.wording import freeze_warning

SWEEPS = ("outbox.deliver", "outbox.deliver_webhooks")


class Command(BaseCommand):
    help = (
        "Sends the mails and webhooks that are due in the outbox. The job loop and Celery do this"
        " every five seconds; use it to send by hand, or to run a sender of its own."
        " While delivery is stopped under Verwaltung it sends nothing and says so."
        " Exit code 0: done. 1: the sweep failed, see the log. 2: wrong arguments."
    )

    def add_arguments(self, parser):
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--once", action="store_true", help="one sweep, then end (the default)")
        how.add_argument("--loop", action="store_true", help="a sweep every 5 s until Ctrl-C")

    def handle(self, *, loop, **options):
        os.environ["DMA_SERVING"] = "jobs"
        refuse_unsafe_serving()
        if loop:
            return self.sweep_until(stop_signal())
        if not sweep():
            raise SystemExit(1)
        if frozen := freeze_warning():
            return self.stderr.write(self.style.WARNING(frozen))
        self.stdout.write("Sweep done; what is left stands under Verwaltung, Postausgang.")

    def sweep_until(self, stop: threading.Event) -> None:
        told = ""
        while not stop.is_set():
            sweep()
            if (frozen := freeze_warning()) != told:
                self.stderr.write(self.style.WARNING(frozen or "Delivery goes on."))
                told = frozen
            stop.wait(jobs.registry[SWEEPS[0]].every_seconds)


def sweep() -> bool:
    """All of them, also after one that failed."""
    went_well = [jobs.run(name, at=timezone.now()) for name in SWEEPS]
    return all(went_well)


def stop_signal() -> threading.Event:
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    return stop
