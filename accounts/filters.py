from datetime import UTC, date, datetime, time, timedelta

from django.db.models import QuerySet
from django.utils import timezone


def matching_reads(rows: QuerySet, chosen: dict) -> QuerySet:
    """Of the read log what the filter asks for; its days are local ones, both included."""
    if chosen["user"]:
        rows = rows.filter(user=chosen["user"])
    if chosen["subject"]:
        rows = rows.filter(subject__iexact=chosen["subject"].strip())
    if chosen["since"]:
        rows = rows.filter(at__gte=midnight(chosen["since"]))
    if chosen["until"] and chosen["until"] < date.max:
        rows = rows.filter(at__lt=midnight(chosen["until"] + timedelta(days=1)))
    return rows


def midnight(day: date) -> datetime:
    """The first moment of a local day; UTC where the calendar of moments ends."""
    if not date(1900, 1, 1) <= day <= date(9999, 1, 1):
        return datetime.combine(min(max(day, date(1900, 1, 1)), date(9999, 1, 1)), time.min, UTC)
    return timezone.make_aware(datetime.combine(day, time.min))
