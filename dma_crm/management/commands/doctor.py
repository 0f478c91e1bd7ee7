import json

from django.core.management.base import BaseCommand
from django.utils import timezone, translation

from dma_crm import doctor


class Command(BaseCommand):
    help = (
        "Looks whether this installation is well: database, migrations, secrets, mail server,"
        " broker, background jobs, outbox and more, and says in a sentence each what to do."
        " Changes nothing, sends nothing."
        " Exit code 0: all is well, 1: something needs attention, 2: wrong usage."
    )

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="for machines instead of people")

    def handle(self, *, json, **options):
        with translation.override("en"):
            findings = list(doctor.examine(at=timezone.now()))
            self.stdout.write(as_json(findings) if json else in_lines(findings))
        if not all(finding.well for _examination, finding in findings):
            raise SystemExit(1)


def as_json(findings) -> str:
    rows = [
        {
            "name": each.name,
            "well": finding.well,
            "text": finding.text,
            "remedy": finding.remedy,
        }
        for each, finding in findings
    ]
    return json.dumps({"well": all(row["well"] for row in rows), "findings": rows}, indent=2)


def in_lines(findings) -> str:
    lines = [line for each, finding in findings for line in lines_of(each, finding)]
    bad = sum(not finding.well for _examination, finding in findings)
    summary = f"{bad} of {len(findings)} need attention." if bad else "All is well."
    return "\n".join([*lines, "", summary])


def lines_of(examination, finding) -> list[str]:
    mark = "ok" if finding.well else "!!"
    told = [f"{mark}  {examination.label:<20} {finding.text}"]
    return told if finding.well else [*told, f"{'':<25}{finding.remedy}"]
