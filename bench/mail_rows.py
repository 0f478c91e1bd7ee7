"""Measures of bench/mails.py on the database of DATABASE_URL; prints them as JSON."""

import contextlib
import json
import logging
import os
import smtplib
import statistics
import subprocess
import sys

os.environ["DJANGO_SETTINGS_MODULE"] = "dma_crm.settings"

import django

django.setup()

from django.conf import settings  # noqa: E402 - after the set-up
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.actors import Actor  # noqa: E402
from accounts.models import Role, User  # noqa: E402
from bench.measuring import milliseconds  # noqa: E402
from contacts.actions import create_person, plan_follow_up  # noqa: E402
from contacts.models import FollowUpKind, MailTemplate, Person  # noqa: E402
from contacts.tasks import send_due_follow_ups  # noqa: E402
from outbox.actions import queue_mail  # noqa: E402
from outbox.batches import built  # noqa: E402
from outbox.claims import claim_due  # noqa: E402
from outbox.delivery import deliver  # noqa: E402
from outbox.messages import Message  # noqa: E402
from outbox.models import MailState, OutboundMail  # noqa: E402
from outbox.registry import register_kind  # noqa: E402

ROUNDS, MAILS, CLAIMS, DELIVERERS = 5, 2000, 15, 6
PLAIN = Message("Wir melden uns", "Guten Tag!\n" * 20, "<p>Guten Tag!</p>\n" * 20)
INSERT = """
INSERT INTO outbox_outboundmail ({columns})
WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < %s)
SELECT {values} FROM outbox_outboundmail, counted
"""
NEW_ID = {"postgresql": "gen_random_uuid()", "sqlite": "lower(hex(randomblob(16)))"}


def claims(*sizes: str) -> dict[str, float]:
    """Median milliseconds of one claim among so many due rows."""
    return {size: claimed_among(int(size)) for size in sizes}


def claimed_among(size: int) -> float:
    OutboundMail.objects.all().delete()
    at = timezone.now()
    queue(at)
    multiply(size)
    forget_what_waits()
    took = [milliseconds(lambda: claim_due(at=at)) for _ in range(CLAIMS)]
    return round(statistics.median(took), 2)


def forget_what_waits() -> None:
    """As when many are queued at once: the database's statistics are of before."""
    with connection.cursor() as cursor:
        OutboundMail.objects.update(state=MailState.SENT)
        cursor.execute("ANALYZE")
        OutboundMail.objects.update(state=MailState.QUEUED)
        cursor.execute("VACUUM")


def queue(at, n: int = 0) -> None:
    queue_mail(
        kind="bench", dedupe_key=f"bench:{n}", recipient=f"messung-{n}@post.example",
        subjects={}, purpose="bench", at=at,
    )  # fmt: skip


def multiply(size: int) -> None:
    """Copies of the one row, due at the same moment, told apart by their ids alone."""
    own = {"id": NEW_ID[connection.vendor], "dedupe_key": "n", "message_id": "n"}
    columns = [field.column for field in OutboundMail._meta.concrete_fields]
    values = [own.get(column, column) for column in columns]
    insert = INSERT.format(columns=", ".join(columns), values=", ".join(values))
    with connection.cursor() as cursor:
        cursor.execute(insert, [size - 1])


def rate() -> dict[str, float | str]:
    """Mails a second: bytes over one kept connection, and the same mails by one and by several."""
    fill(timezone.now())
    found: dict[str, float | str] = {}
    with several() as helpers:
        for name, queue_mails in (("plain mails", plain_mails), ("follow-up mails", follow_ups)):
            by_hand, alone, together = compared(queue_mails, helpers)
            found[f"{name} by hand over one connection, a second"] = round(by_hand, 1)
            for who, ours in (("one deliverer", alone), (f"{DELIVERERS} deliverers", together)):
                found[f"{name} by {who}, a second"] = round(ours, 1)
                found[f"{name} by {who} against by hand"] = f"{ours / by_hand:.0%}"
    return found


@contextlib.contextmanager
def several():
    """As many processes that deliver when they are told to."""
    command = [sys.executable, __file__, "help"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with contextlib.ExitStack() as stack:
        helpers = [subprocess.Popen(command, **pipes) for _ in range(DELIVERERS)]
        for helper in helpers:
            stack.enter_context(helper)
        yield helpers
        for helper in helpers:
            helper.stdin.close()
            helper.stdout.read()


def deliver_together(helpers) -> None:
    for helper in helpers:
        helper.stdin.write("go\n")
        helper.stdin.flush()
    for helper in helpers:
        helper.stdout.readline()


def help_when_told() -> str:
    for _line in sys.stdin:
        deliver_all()
        print("done", flush=True)
    return ""


def fill(at) -> None:
    advisor = User.objects.create(email="bench@dma.example", name="Bea Messer", role=Role.ADVISOR)
    for n in range(MAILS):
        create_person(
            given_name="Bench", family_name=f"Messung {n}", emails=[f"messung-{n}@post.example"],
            owner_id=advisor.pk, by=Actor.of(advisor), at=at,
        )  # fmt: skip


def compared(queue_mails, helpers) -> tuple[float, ...]:
    """Medians of rounds in which one follows the other; the first is for warming up.

    So many mails that it does not matter who of several finishes last.
    """
    OutboundMail.objects.all().delete()
    queue_mails(timezone.now())
    took = [one_round(helpers) for _ in range(ROUNDS + 1)][1:]
    return tuple(MAILS / statistics.median(times) * 1000 for times in zip(*took, strict=True))


def one_round(helpers) -> tuple[float, float, float]:
    mails = OutboundMail.objects.order_by("due_at", "id")
    texts = [(mail.recipient, built(mail, at=mail.due_at)) for mail in mails]
    by_hand = milliseconds(lambda: send(texts))
    found = [by_hand]
    for deliver_them in (deliver_all, lambda: deliver_together(helpers)):
        OutboundMail.objects.update(state=MailState.QUEUED, attempts=0, sent_at=None)
        found.append(milliseconds(deliver_them))
        check()
    return tuple(found)


def check() -> None:
    sent = OutboundMail.objects.filter(state=MailState.SENT).count()
    if sent != MAILS:
        raise RuntimeError(f"{sent} sent")


def deliver_all() -> None:
    """On a slow machine in more than one sweep."""
    while deliver(at=timezone.now()):
        pass


def send(texts) -> None:
    server = settings.MAIL_SERVER
    with smtplib.SMTP(server["host"], server["port"], local_hostname="bench") as client:
        for recipient, text in texts:
            client.sendmail(settings.MAIL_FROM, [recipient], text)


def plain_mails(at) -> None:
    for n in range(MAILS):
        queue(at, n)


def follow_ups(at) -> None:
    """As an advisor plans them, queued by the job that does so every day."""
    advisor, template = User.objects.get(), MailTemplate.objects.first()
    for person in Person.objects.all():
        plan_follow_up(
            due_on=timezone.localdate(at), subject="Wie geht es?", assignee=advisor, person=person,
            kind=FollowUpKind.MAIL, template=template, by=Actor.of(advisor), at=at,
        )  # fmt: skip
    while send_due_follow_ups(at=at):
        pass


logging.disable(logging.INFO)
register_kind("bench", build=lambda mail: PLAIN)
WORK = {"rate": rate, "claims": claims, "help": help_when_told}
print(json.dumps(WORK[sys.argv[1]](*sys.argv[2:])))
