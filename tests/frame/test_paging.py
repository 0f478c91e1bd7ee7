import base64
import json
from datetime import timedelta

import pytest
from django.core.exceptions import BadRequest

from accounts.models import ReadLog, User
from dma_crm.models import new_id
from dma_crm.paging import page_of, value_of
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
NEWEST_FIRST = ("-at", "-id")


@pytest.fixture
def seven(now):
    """Entries of three moments, so that ties cross the edges of pages."""
    user = UserFactory()
    return [
        ReadLog.objects.create(
            user=user, note_id=new_id(), subject=str(n), at=now + timedelta(n % 3)
        )
        for n in range(7)
    ]


def every_page(ordering, size):
    """Forward to the end, then backward to the start."""
    forward, cursor = [], ""
    while True:
        page = page_of(ReadLog.objects.all(), ordering=ordering, cursor=cursor, size=size)
        forward.append(page)
        if not (cursor := page.next):
            break
    backward, cursor = [page], page.previous
    while cursor:
        page = page_of(ReadLog.objects.all(), ordering=ordering, cursor=cursor, size=size)
        backward.insert(0, page)
        cursor = page.previous
    return forward, backward


@pytest.mark.parametrize("size", [1, 2, 3, 6, 7, 8])
@pytest.mark.parametrize("ordering", [NEWEST_FIRST, ("at", "id"), ("-id",)])
def test_pages_hold_every_row_once_in_order_both_ways(seven, ordering, size):
    forward, backward = every_page(ordering, size)

    rows = [row for page in forward for row in page]
    assert rows == list(ReadLog.objects.order_by(*ordering))
    assert [page.rows for page in backward] == [page.rows for page in forward]
    assert forward[0].previous == ""
    assert [len(page) for page in forward][:-1] == [size] * (len(forward) - 1)


def test_new_rows_shift_nothing(seven, now):
    first = page_of(ReadLog.objects.all(), ordering=NEWEST_FIRST, size=3)
    ReadLog.objects.create(
        user=seven[0].user, note_id=new_id(), subject="new", at=now + timedelta(9)
    )

    second = page_of(ReadLog.objects.all(), ordering=NEWEST_FIRST, size=3, cursor=first.next)

    assert second.rows == sorted(seven, key=lambda row: (row.at, row.id), reverse=True)[3:6]


def test_a_page_costs_one_query(seven, django_assert_num_queries):
    with django_assert_num_queries(1):
        page_of(ReadLog.objects.all(), ordering=NEWEST_FIRST, size=3)


def test_no_rows_are_one_empty_page():
    page = page_of(ReadLog.objects.all(), ordering=NEWEST_FIRST)

    assert (page.rows, page.next, page.previous) == ([], "", "")


def test_beyond_the_last_row_is_an_empty_page(seven):
    last = page_of(ReadLog.objects.all(), ordering=("at", "id"), size=3).next
    ReadLog.objects.all().delete()

    page = page_of(ReadLog.objects.all(), ordering=("at", "id"), cursor=last)

    assert (page.rows, page.next, page.previous) == ([], "", "")


def test_order_may_run_over_a_relation(seven):
    users = page_of(ReadLog.objects.all(), ordering=("user__email", "id"), size=3)
    more = page_of(ReadLog.objects.all(), ordering=("user__email", "id"), size=9, cursor=users.next)

    assert [*users, *more] == seven


def test_rows_may_be_dicts(seven):
    rows = ReadLog.objects.values("at", "id")

    page = page_of(rows, ordering=("at", "id"), size=3)

    assert [row["id"] for row in page_of(rows, ordering=("at", "id"), cursor=page.next)] == [
        row.id for row in sorted(seven, key=lambda row: (row.at, row.id))[3:]
    ]
    assert value_of({"a": 1}, "a") == 1


def cursor_of(value) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "ä",
        "\ud800",
        "=" * 5,
        "a" * 100_001,
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
        cursor_of({}),
        cursor_of([]),
        cursor_of(None),
        cursor_of(5),
        cursor_of(["n"]),
        cursor_of(["q", "2026-03-10T09:00:00+00:00", "1"]),
        cursor_of([["n"], "2026-03-10T09:00:00+00:00", "1"]),
        cursor_of(["n", "yesterday", "1"]),
        cursor_of(["n", "2026-03-10T09:00:00+00:00", "one"]),
        cursor_of(["n", "2026-03-10T09:00:00+00:00", {"a": 1}]),
        cursor_of(["n", [1], "1"]),
        cursor_of(["n", None, None]),
        cursor_of(["n", "2026-03-10T09:00:00+00:00", "1", "2"]),
        base64.urlsafe_b64encode(b"[" * 100_000).decode(),
        cursor_of(["n", "2026-03-10T09:00:00+00:00", "9" * 5000]),
        cursor_of(["n", "0001-01-01T00:00:00+14:00", "1"]),
        cursor_of(["n", "2026-03-10T09:00:00", "1"]),
        cursor_of(["n", "2026-03-10T09:00:00+00:00", str(2**70)]),
        cursor_of(["n", "2026-03-10T09:00:00+00:00", "1e400"]),
        cursor_of(["n", "2026-03-10T09:00:00+00:00", True]),
    ],
)
def test_hostile_cursor_is_a_bad_request(seven, cursor):
    with pytest.raises(BadRequest):
        page_of(ReadLog.objects.all(), ordering=NEWEST_FIRST, cursor=cursor)


@pytest.mark.parametrize("text", ["a\x00b", "\ud800"])
def test_text_that_no_column_holds_is_a_bad_request(text):
    with pytest.raises(BadRequest):
        page_of(User.objects.all(), ordering=("name", "id"), cursor=cursor_of(["n", text, "1"]))
