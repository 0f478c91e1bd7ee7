"""Two deliverers at once on PostgreSQL, and what would happen without the claim."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from outbox import batches, claims, delivery
from outbox.actions import queue_mail
from outbox.models import OutboundMail
from outbox.smtp import MailServer
from tests.factories import OutboundMailFactory

MAILS = 3 * claims.BATCH
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.fixture(autouse=True)
def _postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("row locks and real threads need PostgreSQL")


def queue_mails():
    for number in range(MAILS):
        OutboundMailFactory(recipient=f"zoe-{number}@gruenden.example")


def both(work):
    """Run it in two threads that start together; their answers."""
    start = threading.Barrier(2)

    def run():
        try:
            start.wait(10)
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        return [future.result(60) for future in [pool.submit(run), pool.submit(run)]]


def test_two_deliverers_share_the_mails_and_double_none(smtp, now):
    queue_mails()

    first, second = both(lambda: delivery.deliver(at=now))

    assert first["sent"] + second["sent"] == MAILS
    assert min(first["sent"], second["sent"]) > 0
    assert len(smtp.received) == MAILS
    assert OutboundMail.objects.filter(state="sent", attempts=1).count() == MAILS


def test_without_claims_each_mail_would_go_twice(smtp, settings, now):
    """The negative control: the same two, but whoever sees a mail sends it."""
    queue_mails()
    seen = threading.Barrier(2)

    def deliver_unclaimed():
        mails = list(OutboundMail.objects.due(now))
        seen.wait(10)
        with MailServer(settings.MAIL_SERVER) as server:
            for mail in mails:
                message = batches.built(mail, at=now)
                server.send(message, sender=settings.MAIL_FROM, recipient=mail.recipient)
        return OutboundMail.objects.filter(pk__in=[m.pk for m in mails]).update(state="sent")

    both(deliver_unclaimed)

    assert len(smtp.received) == 2 * MAILS


def test_a_row_that_somebody_is_claiming_is_stepped_over(now):
    first, second = OutboundMailFactory.create_batch(2)

    with transaction.atomic():
        OutboundMail.objects.select_for_update().get(pk=first.pk)
        taken, nothing = both(lambda: claims.claim_due(at=now))

    assert taken + nothing == [second]


def test_of_two_who_queue_one_key_one_writes(now):
    def queue():
        with transaction.atomic():
            return queue_mail(
                kind="test",
                dedupe_key="sent:1:zoe",
                recipient="zoe@x.example",
                subjects={},
                purpose="referral",
                at=now,
            )

    answers = both(queue)

    assert [answer is None for answer in answers].count(True) == 1
    assert OutboundMail.objects.count() == 1


def test_a_result_is_noted_through_a_lost_connection(smtp, now):
    """The server ends our session between the mail server's last word and our note of it."""
    mail = OutboundMailFactory()
    connection.ensure_connection()
    mine = connection.connection.info.backend_pid

    def end_session():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [mine])
        connection.close()

    def in_a_thread(envelope):
        thread = threading.Thread(target=end_session)
        thread.start()
        thread.join()

    smtp.handler.before_answer = in_a_thread

    assert delivery.deliver(at=now) == {"sent": 1}
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == ("sent", 1)
    assert len(smtp.received) == 1
