from datetime import datetime

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from referrals import tasks


class Command(BaseCommand):
    help = (
        "Runs the timers of referrals and follow-ups once: what nobody answered in time expires, "
        "outcomes are acknowledged after 14 days, and the mails that are due are queued: "
        "reminders, questions, follow-up mails. Each goes once, however often this runs. "
        "Prints how many of each. The background jobs do the same every five minutes, but write "
        "to people on working days from eight to six only."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--at",
            metavar="ISO",
            help="pretend that it is this moment, e. g. 2026-03-10T09:00 (local time)",
        )

    def handle(self, *, at, **options):
        moment = moment_from(at) if at else timezone.now()
        done = tasks.run_clock(at=moment)
        self.stdout.write(", ".join(f"{name}: {count}" for name, count in done.items()))


def moment_from(text: str) -> datetime:
    """A day alone means its first moment. Raises CommandError in words a person understands."""
    try:
        moment = parse_datetime(text) or parse_datetime(f"{text}T00:00")
    except ValueError as error:
        raise CommandError(f"--at: {text} is no moment that exists ({error}).") from error
    if moment is None:
        raise CommandError(f"--at: {text} is not understood; write 2026-03-10T09:00.")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
