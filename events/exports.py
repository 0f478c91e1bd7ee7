"""Guests as rows of a spreadsheet, in the order in which they registered."""

from collections.abc import Iterator
from datetime import date

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from events.models import Event, Registration
from events.questions import cells_of, heads_of
from events.tickets import spelt

CHUNK = 500
MOST_IN_A_WORKBOOK = 20_000  # built in memory; longer ones go out as CSV, row by row


def head(event: Event) -> list[str]:
    return [
        _("Name"), _("E-mail"), _("State"), *heads_of(event), _("Registered on"),
        _("Came on"), _("Came at"), _("Ticket"), _("Contact"),
    ]  # fmt: skip


def table(rows: QuerySet[Registration]) -> Iterator[list]:
    """Read in chunks: a long list fills no memory."""
    for row in rows.select_related("person", "event").order_by("queue").iterator(chunk_size=CHUNK):
        yield line(row)


def line(row: Registration) -> list:
    came = timezone.localtime(row.checked_in_at) if row.checked_in_at else None
    return [
        row.name,
        row.email,
        row.get_state_display(),
        *cells_of(row.event, row),
        day_of(row),
        came.date() if came else None,
        f"{came:%H:%M}" if came else "",
        spelt(row.ticket_code),
        row.person.reference if row.person else "",
    ]


def day_of(row: Registration) -> date:
    return timezone.localtime(row.created_at).date()
