import argparse
import json
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.actors import Actor
from contacts.actions import replay_erasures


class Command(BaseCommand):
    help = (
        "Erases again whoever was erased before: FILE is the erasures.jsonl that lies beside the"
        " backups, a line with the id of one person each. ops/restore does this by itself."
        " People who are not there, or erased already, are passed over."
        " Exit code 0: done, 1: a line cannot be read, nothing was changed, 2: wrong usage."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=argparse.FileType(), help="or - for standard input")

    def handle(self, *, file, **options):
        with file:
            ids = [id_in(line, number) for number, line in enumerate(file, start=1)]
        count = replay_erasures(ids, by=Actor.system(), at=timezone.now())
        self.stdout.write(f"{count} of {len(ids)} erased again.")


def id_in(line: str, number: int) -> UUID:
    try:
        return UUID(json.loads(line)["person"])
    except (ValueError, TypeError, KeyError, AttributeError):
        raise CommandError(f"Line {number} names no person. Nothing was changed.") from None
