"""Measures of bench/mails.py on the database of DATABASE_URL; prints them as JSON."""

import json
import logging
import os
import smtplib
import statistics
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
from outbox.claims import claim_next  # noqa: E402
from outbox.delivery import built, deliver  # noqa: E402
from outbox.messages import Message  # noqa: E402
from outbox.models import MailState, OutboundMail  # noqa: E402
from outbox.registry import register_kind  # noqa: E402

ROUNDS, MAILS, CLAIMS = 10, 100, 100
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
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
    took = [milliseconds(lambda: claim_next(at=at)) for _ in range(CLAIMS)]
    return round(statistics.median(took), 2)


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
    """Mails a second: bytes over one kept connection, and `deliver` of the same mails."""
    logging.disable(logging.INFO)
    register_kind("bench", build=lambda mail: PLAIN)
    fill(timezone.now())
    found: dict[str, float | str] = {}
    for name, queue_mails in (("plain mails", plain_mails), ("follow-up mails", follow_ups)):
        by_hand, ours = compared(queue_mails)
        found[f"{name} by hand over one connection, a second"] = round(by_hand, 1)
        found[f"{name} delivered, a second"] = round(ours, 1)
        found[f"{name} delivered against by hand"] = f"{ours / by_hand:.0%}"
    return found


def fill(at) -> None:
    advisor = User.objects.create(email="bench@dma.example", name="Bea Messer", role=Role.ADVISOR)
    for n in range(MAILS):
        create_person(
            given_name="Bench", family_name=f"Messung {n}", emails=[f"messung-{n}@post.example"],
            owner_id=advisor.pk, by=Actor.of(advisor), at=at,
        )  # fmt: skip


def compared(queue_mails) -> tuple[float, float]:
    """Medians of rounds in which one follows the other; the first is for warming up."""
    took = [one_round(queue_mails) for _ in range(ROUNDS + 1)][1:]
    return tuple(MAILS / statistics.median(times) * 1000 for times in zip(*took, strict=True))


def one_round(queue_mails) -> tuple[float, float]:
    OutboundMail.objects.all().delete()
    queue_mails(timezone.now())
    mails = OutboundMail.objects.filter(state=MailState.QUEUED)
    texts = [(mail.recipient, built(mail, at=mail.due_at).as_bytes()) for mail in mails]
    by_hand = milliseconds(lambda: send(texts))
    ours = milliseconds(deliver_all)
    sent = OutboundMail.objects.filter(state=MailState.SENT).count()
    if (len(texts), sent) != (MAILS, MAILS):
        raise RuntimeError(f"{len(texts)} queued, {sent} sent")
    return by_hand, ours


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
    send_due_follow_ups(at=at)


print(json.dumps({"rate": rate, "claims": claims}[sys.argv[1]](*sys.argv[2:])))
