import threading

import pytest
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from contacts.models import Person
from dma_crm.models import ReferenceCounter, next_reference, next_references


@pytest.mark.django_db
def test_references_are_consecutive_per_kind_and_year(now):
    assert next_references("V", at=now, count=2) == ["V-2026-0001", "V-2026-0002"]
    assert next_references("B", at=now) == ["B-2026-0001"]
    assert next_references("V", at=now.replace(year=2027)) == ["V-2027-0001"]
    assert next_reference(Person, at=now) == "P-2026-0001"
    assert str(ReferenceCounter.objects.get(prefix="V", year=2026)) == "V-2026: 2"


@pytest.mark.django_db
def test_year_is_the_local_one():
    new_year = timezone.datetime(2025, 12, 31, 23, 30, tzinfo=timezone.get_fixed_timezone(0))

    assert next_references("V", at=new_year) == ["V-2026-0001"]


@pytest.mark.django_db
def test_five_digits_when_four_are_used_up(now):
    ReferenceCounter.objects.create(prefix="V", year=2026, last=9_999)

    assert next_references("V", at=now) == ["V-2026-10000"]


@pytest.mark.django_db
def test_rollback_gives_the_number_back(now):
    with transaction.atomic():
        next_references("V", at=now)
        transaction.set_rollback(True)

    assert next_references("V", at=now) == ["V-2026-0001"]


def at_once(work, times: int) -> list:
    """`work()` in that many threads of one start, each with a connection of its own."""
    start, results = threading.Barrier(times), []

    def run():
        try:
            start.wait()
            for _round in range(5):
                results.append(work())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def on_postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("row locks: PostgreSQL only (the suite runs there too)")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_no_number_is_given_twice(now):
    on_postgresql()

    given = at_once(lambda: next_references("V", at=now)[0], 8)

    assert sorted(given) == [f"V-2026-{number:04d}" for number in range(1, 41)]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_reading_first_would_give_numbers_twice(now):
    """The negative control: the same threads without the lock."""
    on_postgresql()
    ReferenceCounter.objects.create(prefix="V", year=2026, last=0)

    def careless():
        last = ReferenceCounter.objects.aggregate(last=Max("last"))["last"]
        ReferenceCounter.objects.update(last=last + 1)
        return last + 1

    given = at_once(careless, 8)

    assert len(set(given)) < len(given)
