"""Guests as files and on paper; who took them is noted, whoever it was: they are personal data."""

from itertools import chain

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.decorators import agency_required
from accounts.history import note_export
from contacts.context_processors import read_agency
from dma_crm.spreadsheets import csv_stream
from events import exports
from events.badges import badges
from events.filters import GuestFilter
from events.models import Event
from events.questions import cells_of, heads_of
from events.views.registrations import find_event
from events.wording import place_in_words, when_in_words

MOST_ON_PAPER = 2_000


def chosen_rows(request, event: Event):
    return GuestFilter(request.GET).apply(event.registrations.visible_to(request.actor))


def note(request, event: Event, kind: str, rows: int) -> None:
    if request.method == "GET":
        chosen = {name: value for name, value in request.GET.items() if value}
        fields = {"format": kind, "rows": rows, "filter": chosen, "event": event.slug}
        note_export("guests", fields, by=request.actor, at=timezone.now())


def file_name(event: Event) -> str:
    return f"anmeldungen-{event.slug}"


@agency_required
@require_safe
def guests_csv(request, slug):
    event = find_event(request, slug)
    rows = chosen_rows(request, event)
    note(request, event, "csv", rows.count())
    return csv_stream(chain([exports.head(event)], exports.table(rows)), name=file_name(event))


@agency_required
@require_safe
def guests_xlsx(request, slug):
    event = find_event(request, slug)
    rows = chosen_rows(request, event)
    count = rows[: exports.MOST_IN_A_WORKBOOK + 1].count()
    if count > exports.MOST_IN_A_WORKBOOK:
        messages.error(request, _("Too many rows for Excel: please filter, or take the CSV file."))
        return redirect("events:guests", slug)
    note(request, event, "xlsx", count)
    from dma_crm.workbooks import xlsx_response  # noqa: PLC0415 - slow to import, seldom needed

    return xlsx_response(exports.head(event), exports.table(rows), name=file_name(event))


@agency_required
@require_safe
def guest_badges(request, slug):
    """Of all who have a seat, by name."""
    event = find_event(request, slug)
    seated = event.registrations.visible_to(request.actor).seated().order_by("search", "pk")
    names = list(seated.values_list("name", flat=True)[:MOST_ON_PAPER])
    if not names:
        messages.error(request, _("Nobody has a seat yet: there are no badges to print."))
        return redirect("events:guests", slug)
    note(request, event, "badges", len(names))
    pdf = badges(event, names, agency=read_agency().name)
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="namensschilder-{event.slug}.pdf"'
    return response


@agency_required
@require_safe
def guests_print(request, slug):
    """For a pen, by name: who has a seat, and who waits for one."""
    event = find_event(request, slug)
    rows = chosen_rows(request, event).active().order_by("search", "pk")
    found = list(rows[: MOST_ON_PAPER + 1])
    note(request, event, "print", len(found[:MOST_ON_PAPER]))
    for row in found:
        row.cells = cells_of(event, row)
    context = {
        "event": event,
        "heads": heads_of(event),
        "when": when_in_words(event),
        "place": place_in_words(event),
        "rows": found[:MOST_ON_PAPER],
        "too_many": len(found) > MOST_ON_PAPER,
    }
    return render(request, "events/guests_print.html", context)
