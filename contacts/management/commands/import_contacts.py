import json
import os
import sys
from functools import partial
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from tqdm import tqdm

from accounts.actors import Actor
from accounts.models import AGENCY_ROLES, User
from contacts.imports.errors import UnreadableFileError
from contacts.imports.reading import MAX_BYTES
from contacts.imports.report import Report
from contacts.imports.running import import_file

USAGE = 2


class Command(BaseCommand):
    help = (
        "Reads people or firms from a CSV or XLSX file. Known ones are completed where fields are"
        " empty, never overwritten; a second import of the same file changes nothing. The whole"
        " file is read in or nothing at all. Exit code 0: done, 1: the file cannot be read,"
        " 2: wrong usage."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", help="CSV or XLSX, at most 5 MB; encoding and columns are told")
        parser.add_argument(
            "--dry-run", action="store_true", help="report what would be done, write nothing"
        )
        parser.add_argument("--json", action="store_true", help="the report as JSON")
        parser.add_argument("--by", metavar="EMAIL", help="who imports, for the history")

    def handle(self, *, file, dry_run, by, **options):
        actor = acting(by)
        try:
            report = import_file(
                read(file),
                file_name=Path(file).name,
                by=actor,
                at=timezone.now(),
                dry_run=dry_run,
                track=partial(tqdm, file=sys.stderr, disable=not sys.stderr.isatty()),
            )
        except UnreadableFileError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(report.as_dict(), ensure_ascii=False, default=str))
        else:
            self.stdout.write(spoken(report))


def read(name: str) -> bytes:
    """At most one byte more than allowed, so that no file is too large to be refused."""
    path = Path(name)
    try:
        if path.exists() and not path.is_file():
            raise UnreadableFileError(_("%(file)s is not a file.") % {"file": name})
        with path.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = os.strerror(error.errno) if getattr(error, "errno", None) else str(error)
        message = _("%(file)s cannot be read: %(reason)s.")
        raise UnreadableFileError(message % {"file": name, "reason": reason}) from error


def acting(email: str | None) -> Actor:
    if email is None:
        return Actor.system()
    user = User.objects.filter(email__iexact=email, is_active=True, role__in=AGENCY_ROLES).first()
    if user is None:
        message = _("Nobody of the agency has the address %(email)s.") % {"email": email}
        raise CommandError(message, returncode=USAGE)
    return Actor.of(user)


def spoken(report: Report) -> str:
    """Columns, rows, sums; one line each."""
    lines = [f"{report.file_name}: {report.kind}, {report.encoding or report.sheet}"]
    lines += [
        f"  {column['heading']}: {column['note']}" for column in report.columns if column["note"]
    ]
    for row in report.rows:
        said = [row.name, row.reference, row.reason, *row.notes]
        lines.append(f"{row.number}\t{row.outcome}\t" + " | ".join(filter(None, said)))
    lines.append(", ".join(f"{count} {outcome}" for outcome, count in report.counts.items()))
    return "\n".join(lines)
