from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.actors import Actor
from contacts.actions import erase_person
from contacts.models import Erasure, Person


class Command(BaseCommand):
    help = (
        "Erases everything personal that is known of one person, at once and for good (Art. 17"
        " DSGVO). Open referrals and introductions end, partners are told, waiting mails are"
        " cancelled. What the figures count stays under the reference alone. Asks nothing."
        " Exit code 0: erased, now or before, 1: nobody has this id, 2: wrong usage."
    )

    def add_arguments(self, parser):
        parser.add_argument("id", help="the reference, such as P-2026-0042, or the UUID")

    def handle(self, *, id, **options):
        person = Person.objects.filter(**named(id)).first()
        if person is None:
            raise CommandError(f"Nobody has the id {id}. Nothing was changed.")
        before = Erasure.objects.filter(person_id=person.pk).exists()
        erase_person(person=person, by=Actor.system(), at=timezone.now())
        done = "had been erased before; nothing was changed" if before else "is erased"
        self.stdout.write(f"{person.reference} {done}.")


def named(text: str) -> dict:
    if text.upper().startswith(f"{Person.REFERENCE_PREFIX}-"):
        return {"reference": text.upper()}
    try:
        return {"pk": UUID(text)}
    except ValueError:
        raise CommandError(
            f"{text!r} is neither a reference (P-2026-0042) nor a UUID.", returncode=2
        ) from None
