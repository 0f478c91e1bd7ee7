import difflib
from datetime import timedelta

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import actions
from accounts.actors import AGENCY_ID, Actor
from accounts.models import DEFAULT_SCOPES, Scope

NEAR_NAMES = 5


class Command(BaseCommand):
    help = (
        "Makes an API key for a partner organisation and prints it, this once, alone on the last"
        " line. Exit code 0: made, 1: there is no such partner, 2: wrong usage."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--partner", required=True, metavar="NAME", help="its name or reference (O-2026-0001)"
        )
        parser.add_argument(
            "--scope",
            action="append",
            choices=Scope.values,
            help=f"may be given several times; default: {' and '.join(DEFAULT_SCOPES)}",
        )
        parser.add_argument("--name", default="", help="what the key is for")
        parser.add_argument(
            "--days", type=int, default=actions.KEY_LIFETIME.days, help="how long, at most 548"
        )

    def handle(self, *, partner, scope, name, days, **options):
        at = timezone.now()
        if not 1 <= days <= actions.LONGEST_KEY_LIFETIME.days:
            raise CommandError("--days must be from 1 to 548.", returncode=2)
        if len(name) > 100:
            raise CommandError("--name takes at most 100 characters.", returncode=2)
        organisation = partner_named(partner)
        key, secret = actions.create_api_key(
            organisation=organisation,
            name=name,
            scopes=scope or DEFAULT_SCOPES,
            expires_at=at + timedelta(days=days),
            by=Actor.system(),
            at=at,
        )
        ends = timezone.localtime(key.expires_at)
        self.stdout.write(f"Key for {organisation}, {' '.join(key.scopes)}, until {ends:%Y-%m-%d}:")
        self.stdout.write(secret)


def partner_named(text: str):
    """The organisation of that name or reference, in any case; else an error with near names."""
    model = apps.get_model("contacts", "PartnerOrganisation")
    partners = model.objects.exclude(pk=AGENCY_ID).only("id", "name", "reference")
    wanted = text.strip().casefold()
    by_name = {partner.name: partner for partner in partners}
    for partner in by_name.values():
        if wanted in {partner.name.casefold(), partner.reference.casefold()}:
            return partner
    near = near_names(wanted, list(by_name))
    hint = " Did you mean: " + "; ".join(near) + "?" if near else ""
    raise CommandError(f"There is no partner organisation named {text!r}.{hint}")


def near_names(wanted: str, names: list[str]) -> list[str]:
    containing = [name for name in names if wanted in name.casefold()]
    folded = {name.casefold(): name for name in names}
    alike = [folded[n] for n in difflib.get_close_matches(wanted, folded, NEAR_NAMES, 0.5)]
    return list(dict.fromkeys(containing + alike))[:NEAR_NAMES]
