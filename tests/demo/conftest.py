"""The demo data is loaded once for all tests of a file that only look at it."""

import random
from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.db import connection, transaction

from contacts import masterdata
from dma_crm import demo
from dma_crm.emptying import empty

NOW = datetime(2026, 3, 10, 13, 47, tzinfo=UTC)  # a Tuesday, 14:47 in Wolfsburg


def load(now: datetime = NOW, seed: int = 1) -> demo.Demo:
    """Into a database that was emptied first, so that numbers begin anew."""
    connection.check_constraints()  # PostgreSQL truncates nothing while checks are deferred
    empty()
    data = demo.Demo(random.Random(seed), now)
    demo.load(data)
    return data


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        masterdata.load(apps)
        masterdata.load_series(apps)
        yield load()
        transaction.set_rollback(True)
