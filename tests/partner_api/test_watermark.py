"""Polling from the last watermark misses nothing, however others write meanwhile."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection, transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from dma_crm.models import JobRun
from partner_api.referrals import watermark
from referrals.models import Referral
from tests.factories import ReferralFactory

LIST = "/api/v1/referrals/"
WRITERS, WRITES = 4, 12


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """No test is handed what another one found."""
    monkeypatch.setattr(watermark, "watermark", watermark.Watermark())
    monkeypatch.setattr("partner_api.referrals.views.watermark", watermark.Watermark())


@pytest.mark.django_db
def test_it_lags_behind_now_by_the_margin():
    now = timezone.now()

    assert watermark.find(now) == now - timedelta(seconds=60)


@pytest.mark.django_db
def test_running_job_holds_it_back():
    now = timezone.now()
    start = now - timedelta(minutes=10)
    job = JobRun.objects.create(name="referrals.clock", started_at=start)
    assert watermark.find(now) == start - watermark.MARGIN

    job.finished_at = now
    job.save()
    assert watermark.find(now) == now - watermark.MARGIN


@pytest.mark.django_db
@pytest.mark.parametrize("end", ["failed", "died", "another job"])
def test_job_that_does_not_run_holds_nothing_back(end):
    now = timezone.now()
    start = now - timedelta(hours=2 if end == "died" else 0, minutes=10)
    name = "outbox.deliver" if end == "another job" else "referrals.clock"
    failed_at = now if end == "failed" else None
    JobRun.objects.create(name=name, started_at=start, failed_at=failed_at)

    assert watermark.find(now) == now - watermark.MARGIN


@pytest.mark.django_db
def test_process_asks_again_only_now_and_then(django_assert_num_queries):
    mark = watermark.Watermark()
    first = mark.read()

    with django_assert_num_queries(0):
        assert mark.read() == first

    mark.found_at -= watermark.KEPT_SECONDS + 1
    assert mark.read() > first


@pytest.mark.django_db
def test_poll_from_a_watermark_shows_what_changed_since(api, sent):
    mark = api.get(LIST).json()["watermark"]
    assert api.get(LIST, {"modified_after": mark}).json()["results"] == []

    api.step(sent, "accept")

    rows = api.get(LIST, {"modified_after": mark}).json()["results"]
    assert [row["id"] for row in rows] == [str(sent.pk)]


@pytest.mark.django_db
def test_row_that_moves_while_somebody_walks_slowly_is_in_the_next_poll(api, partner, monkeypatch):
    """Longer than the margin: it was on the page to come and moves to the one that is over."""
    monkeypatch.setattr(watermark, "MARGIN", timedelta(0))
    monkeypatch.setattr(watermark, "KEPT_SECONDS", -1)
    moved = ReferralFactory(recipient=partner, sent=True)
    ReferralFactory(recipient=partner, sent=True)

    first = api.get(LIST, {"page_size": 1}).json()
    api.step(moved, "accept")
    last = api.get(first["next"]).json()

    assert str(moved.pk) not in [row["id"] for row in first["results"] + last["results"]]
    rows = api.get(LIST, {"modified_after": last["watermark"]}).json()["results"]
    assert [row["id"] for row in rows] == [str(moved.pk)]
    assert last["watermark"] == first["watermark"]
    assert api.get(LIST).json()["watermark"] > last["watermark"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "mark", ["", "x~", "2026-01-01~", "2026-13-01T00:00:00Z~", "2026-01-01T00:00:00~"]
)
def test_cursor_without_a_watermark_is_none_of_ours(api, partner, mark):
    ReferralFactory.create_batch(2, recipient=partner, sent=True)
    following = api.get(LIST, {"page_size": 1}).json()["next"]
    proper = parse_qs(urlsplit(following).query)["cursor"][0].partition("~")[2]

    assert api.get(LIST, {"cursor": mark + proper}).status_code == 400
    assert api.get(following).status_code == 200


# --- with writers running ---


def with_postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("open transactions of others need PostgreSQL")


def late_commit(referral: Referral, written: threading.Event, commit: threading.Event) -> None:
    """A writer that begins, reads the clock, writes, and takes its time before it commits."""
    try:
        with transaction.atomic():
            Referral.objects.select_for_update().get(pk=referral.pk)
            at = timezone.now()
            Referral.objects.filter(pk=referral.pk).update(modified_at=at, version=2)
            written.set()
            assert commit.wait(30)
    finally:
        connection.close()


def polled_around_a_late_commit(api, referral) -> list[str]:
    """The first poll comes while the change is not committed yet, the second after it."""
    written, commit = threading.Event(), threading.Event()
    with ThreadPoolExecutor(1) as pool:
        writer = pool.submit(late_commit, referral, written, commit)
        assert written.wait(30)
        mark = api.get(LIST).json()["watermark"]
        commit.set()
        writer.result(30)
    rows = api.get(LIST, {"modified_after": mark}).json()["results"]
    return [row["id"] for row in rows]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_change_committed_long_after_its_moment_is_not_missed(api, sent, monkeypatch):
    """Without the margin, as if more than a minute lay between: the open transaction tells."""
    with_postgresql()
    monkeypatch.setattr(watermark, "MARGIN", timedelta(0))

    assert polled_around_a_late_commit(api, sent) == [str(sent.pk)]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_without_looking_at_transactions_it_would_be_missed(api, sent, monkeypatch):
    """The negative control."""
    with_postgresql()
    monkeypatch.setattr(watermark, "MARGIN", timedelta(0))
    monkeypatch.setattr(watermark, "oldest_transaction", list)

    assert polled_around_a_late_commit(api, sent) == []


def writing(rows: list[Referral]) -> None:
    try:
        for _ in range(WRITES):
            for row in rows:
                with transaction.atomic():
                    current = Referral.objects.select_for_update().get(pk=row.pk)
                    version = current.version + 1
                    Referral.objects.filter(pk=row.pk).update(
                        modified_at=timezone.now(), version=version
                    )
    finally:
        connection.close()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_polling_while_others_write_ends_with_the_last_version_of_all(api, partner, monkeypatch):
    with_postgresql()
    monkeypatch.setattr(watermark, "MARGIN", timedelta(milliseconds=50))
    monkeypatch.setattr(watermark, "KEPT_SECONDS", 0)
    rows = ReferralFactory.create_batch(WRITERS * 3, recipient=partner, sent=True)
    seen, mark = {}, "2000-01-01T00:00:00Z"
    with ThreadPoolExecutor(WRITERS) as pool:
        shares = [rows[number::WRITERS] for number in range(WRITERS)]
        writers = [pool.submit(writing, share) for share in shares]
        while not all(writer.done() for writer in writers):
            mark = poll(api, mark, seen)
        [writer.result() for writer in writers]
    poll(api, mark, seen)

    assert seen == {str(row.pk): 1 + WRITES for row in rows}
    assert parse_datetime(mark) <= timezone.now()


def poll(api, mark: str, seen: dict) -> str:
    page = api.get(LIST, {"modified_after": mark, "page_size": 100}).json()
    seen |= {row["id"]: row["version"] for row in page["results"]}
    return page["watermark"]
