"""What a sweep asks the database, and that it finds its rows by an index however many there are."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.models import MailTemplate
from contacts.tasks import queue_follow_up
from outbox import claims, delivery
from outbox.models import OutboundMail
from outbox.webhooks import delivery as webhook_delivery
from tests.factories import (
    FollowUpFactory,
    OutboundMailFactory,
    PersonFactory,
    WebhookDeliveryFactory,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("deliver", [delivery.deliver, webhook_delivery.deliver])
def test_a_sweep_with_nothing_to_do_costs_two_statements(now, deliver, django_assert_num_queries):
    OutboundMailFactory(state="sent")
    WebhookDeliveryFactory(state="delivered")

    with django_assert_num_queries(2):
        assert deliver(at=now) == {}


@pytest.mark.parametrize(
    "work", [claims.claim_due, claims.recover_abandoned], ids=["due", "abandoned"]
)
def test_rows_are_found_in_order_by_an_index(now, work):
    """PostgreSQL reads a table of this size whole, whatever indexes it has: SQLite tells."""
    OutboundMailFactory()
    with CaptureQueriesContext(connection) as asked:
        work(at=now)
    if connection.vendor == "sqlite":
        [plan] = [planned(query["sql"]) for query in asked if is_search(query["sql"])][-1:]
        assert any("USING" in line and "mail_" in line for line in plan)
        assert not any("TEMP B-TREE" in line or line.startswith("SCAN outbox") for line in plan)


def is_search(sql: str) -> bool:
    return sql.startswith("SELECT") and "ORDER BY" in sql


def planned(sql: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + sql)
        return [row[3] for row in cursor.fetchall()]


def test_the_sender_is_read_once_a_sweep(now, smtp):
    OutboundMailFactory.create_batch(2, recipient="zoe@gruenden.example")

    with CaptureQueriesContext(connection) as asked:
        assert delivery.deliver(at=now) == {"sent": 2}

    assert len([query for query in asked if "mail_footer" in (query["sql"] or "")]) == 1
    assert OutboundMail.objects.filter(state="sent").count() == 2


def plain(number, now):
    for n in range(number):
        OutboundMailFactory(recipient=f"zoe-{n}@gruenden.example")


def follow_ups(number, now):
    template = MailTemplate.objects.first()
    for n in range(number):
        person = PersonFactory(email=f"zoe-{n}@gruenden.example")
        row = FollowUpFactory(person=person, kind="mail", due_on=now.date(), template=template)
        queue_follow_up(row, at=now)


@pytest.mark.parametrize("queue", [plain, follow_ups])
def test_a_mail_more_costs_one_statement_more(now, smtp, queue):
    """That it has gone and the next is handed over; all else is asked for once for all."""

    def cost(number) -> int:
        queue(number, now)
        with CaptureQueriesContext(connection) as asked:
            assert delivery.deliver(at=now) == {"sent": number}
        OutboundMail.objects.all().delete()
        return len(asked)

    cost(1)  # what is kept from now on is put together
    assert cost(9) - cost(3) == 6
