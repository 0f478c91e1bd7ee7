from django.conf import settings
from django.core.management.base import BaseCommand
from django.db.models import Count
from django.utils import timezone

from events import retention
from events.wording import day_in_words


class Command(BaseCommand):
    help = (
        "Takes names, addresses and answers out of registrations for events that are long over "
        "(GUESTS_KEPT_DAYS, 365 by default, 0: never). Who registered, came or stayed away is "
        "still counted, and contacts keep their place in the timeline. The background jobs do the "
        "same once a day."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would be forgotten, change nothing"
        )

    def handle(self, *, dry_run, **options):
        now = timezone.now()
        if not settings.GUESTS_KEPT_DAYS:
            self.stdout.write("GUESTS_KEPT_DAYS is 0: guests are kept.")
        elif dry_run:
            self.list_what_is_due(now)
        else:
            self.stdout.write(f"guests forgotten: {retention.forget_guests(at=now)}")

    def list_what_is_due(self, now) -> None:
        named = ("event__ends_at", "event__slug")
        counted = retention.due(at=now).values(*named).annotate(guests=Count("pk")).order_by(*named)
        for row in counted:
            day = day_in_words(row["event__ends_at"])
            self.stdout.write(f"{row['event__slug']} ({day}): {row['guests']}")
        total = sum(row["guests"] for row in counted)
        self.stdout.write(f"guests that would be forgotten: {total}")
