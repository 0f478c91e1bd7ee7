import gc
import random
from contextlib import contextmanager

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils import timezone
from tqdm import tqdm

from dma_crm import demo
from dma_crm.emptying import empty

ROWS = 8_600  # at scale 1, for the progress bar
COUNTED = {
    "startups": "contacts.Startup",
    "people": "contacts.Person",
    "partner organisations": "contacts.PartnerOrganisation",
    "consultations": "consultations.Consultation",
    "referrals": "referrals.Referral",
    "follow-ups": "contacts.FollowUp",
    "events": "events.Event",
}
LOGINS = (
    *("beratung@dma.example", "leitung@dma.example", "admin@dma.example"),
    *("ihk@partner.example", "wag@partner.example"),
)


class Command(BaseCommand):
    help = (
        "Fills an empty database with a founder centre as it might be: partners, founders, fourteen"
        " months of consultations, referrals in every state. Dates are relative to today; the same"
        " seed on the same day makes the same data. All or nothing."
        " Exit code 0: loaded, 1: refused, nothing was changed, 2: wrong arguments."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--seed", type=int, default=1, metavar="N", help="another N, other people"
        )
        parser.add_argument(
            "--reset",
            action="store_true",
            help="delete all people, cases, partners and accounts first; asks nothing, but is"
            " refused without DEMO or DEBUG, and where anybody but demo accounts works",
        )
        parser.add_argument(
            "--scale",
            type=int,
            default=1,
            metavar="K",
            help="K times as many startups, people, consultations and referrals, for load tests",
        )

    def handle(self, *, seed, reset, scale, verbosity, **options):
        if not 1 <= scale <= 10_000:
            raise CommandError("--scale must be from 1 to 10000.", returncode=2)
        if reset:
            check_reset()
        elif not is_empty():
            raise CommandError(
                "The database is not empty. Nothing was changed."
                " --reset deletes what is there before the demo data is loaded."
            )
        self.load(seed, scale, reset, quiet=not verbosity)
        if verbosity:
            self.stdout.write(summary())

    def load(self, seed: int, scale: int, reset: bool, quiet: bool) -> None:
        hidden = quiet or not self.stderr.isatty()
        with tqdm(total=ROWS * scale, unit=" rows", disable=hidden, file=self.stderr) as bar:
            data = demo.Demo(
                random.Random(seed),  # noqa: S311 - dice, no secret
                timezone.now(),
                scale,
                written=bar.update,
            )
            with without_collector(), transaction.atomic():
                if reset:
                    empty()
                demo.load(data)
            bar.total = bar.n
        if scale > 1:
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")  # so that the first pages are planned for so many rows


@contextmanager
def without_collector():
    """A million rows in memory and no circles among them: looking for circles is a fifth of it."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def is_empty() -> bool:
    partners = apps.get_model("contacts.PartnerOrganisation").objects.partners()
    models = apps.get_model("accounts.User"), apps.get_model("contacts.Person")
    return not (partners.exists() or any(model.objects.exists() for model in models))


def check_reset() -> None:
    if not (settings.DEMO or settings.DEBUG):
        raise CommandError("--reset is for demos: it needs DEMO=1 or DEBUG=1. Nothing was changed.")
    real = apps.get_model("accounts.User").objects.filter(is_demo=False).count()
    if real:
        raise CommandError(
            f"There are {real} accounts that are not demo accounts: their data is not deleted."
            " Nothing was changed."
        )


def summary() -> str:
    counts = {name: apps.get_model(label).objects.count() for name, label in COUNTED.items()}
    lines = [f"{count:>8,} {name}" for name, count in counts.items()]
    logins = "\n".join(f"  {login}" for login in LOGINS)
    return "\n".join(
        ["Demo data loaded:", *lines, f"Log in with the password {demo.PASSWORD} as", logins]
    )
