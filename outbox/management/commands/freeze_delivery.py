from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.actors import Actor
from outbox.freezing import freeze_delivery
from outbox.wording import freeze_text


class Command(BaseCommand):
    help = (
        "Stops all delivery of mails and webhooks until an administrator releases it under"
        " Verwaltung, Zustellung. Use it right after a backup was restored, before anything serves:"
        " else yesterday's queue goes out once more. Where delivery is stopped already, that stop"
        " stands. Exit code 0: delivery is stopped. 2: wrong arguments."
    )

    def add_arguments(self, parser):
        parser.add_argument("reason", help='what people read, such as "Restored from a backup"')

    def handle(self, *, reason, **options):
        reason = reason.strip()[:300] or "–"
        freeze = freeze_delivery(reason=reason, by=Actor.system(), at=timezone.now())
        self.stdout.write(freeze_text(freeze))
