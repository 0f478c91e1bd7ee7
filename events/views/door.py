"""At the door, with a phone: the page holds the list, and what is tapped is sent when it can be."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.db.models import Count, Q
from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.decorators import agency_required
from contacts.folding import collapse
from events.actions import take_report
from events.door_form import form_of, reports_in
from events.door_words import MAY_BE_LET_IN, invalid, page_words, said_of
from events.models import SEATED, DoorEntry, DoorOutcome, Event, Registration
from events.views.registrations import find_event
from events.wording import when_in_words

MOST_GUESTS = 2_000
# A change is stamped before it is committed: ask again for what is a little older than the last.
LAG = timedelta(seconds=30)
COLUMNS = ("pk", "name", "state", "ticket_code", "checked_in_at")


@agency_required
@require_safe
def door(request, slug):
    event = find_event(request, slug)
    if event.by_parts:
        return redirect("events:guests", slug)
    rows = event.registrations.visible_to(request.actor)
    known = list(rows.order_by("search", "pk").values_list(*COLUMNS, "email")[: MOST_GUESTS + 1])
    context = {
        "event": event,
        "when": when_in_words(event),
        "too_many": MOST_GUESTS if len(known) > MOST_GUESTS else 0,
        "data": page_data(event, known[:MOST_GUESTS]),
    }
    response = render(request, "events/door.html", context)
    response["Permissions-Policy"] = settings.PERMISSIONS_POLICY.replace(
        "camera=()", "camera=(self)"
    )
    return response


def page_data(event: Event, known: list[tuple]) -> dict[str, Any]:
    names = [collapse(row[1]) for row in known]
    twice = {name for name, n in Counter(names).items() if n > 1}
    hints = [row[-1] if name in twice else "" for name, row in zip(names, known, strict=True)]
    return {
        "event": str(event.pk),
        "report": reverse("events:door_report", args=[event.slug]),
        "state": reverse("events:door_state", args=[event.slug]),
        "capacity": event.capacity,
        "seated": sorted(SEATED),
        "guests": [[*guest_of(row[:-1]), hint] for row, hint in zip(known, hints, strict=True)],
        "standing": counts_of(event),
        "words": page_words(),
    }


def guest_of(row: tuple) -> list[str]:
    """As door.js reads it: id, name, state, ticket, since when here."""
    pk, name, state, code, came = row
    return [str(pk), name, state, code, f"{timezone.localtime(came):%H:%M}" if came else ""]


def counts_of(event: Event) -> dict[str, Any]:
    """`now` is what the page asks from the next time."""
    seated = Count("pk", filter=Q(state__in=SEATED))
    came = Count("pk", filter=Q(checked_in_at__isnull=False))
    now = timezone.now().timestamp()
    return {"now": now, **event.registrations.aggregate(expected=seated, came=came)}


@agency_required
@require_safe
def door_state(request, slug):
    """What other phones have changed since."""
    return JsonResponse(standing(request, find_event(request, slug)))


def standing(request: HttpRequest, event: Event) -> dict[str, Any]:
    counts = counts_of(event)
    rows = event.registrations.visible_to(request.actor).filter(modified_at__gte=since(request))
    changed = rows.order_by("-modified_at", "pk").values_list(*COLUMNS)[:MOST_GUESTS]
    return {"standing": counts, "guests": [guest_of(row) for row in changed]}


def since(request: HttpRequest) -> datetime:
    try:
        return datetime.fromtimestamp(float(request.GET.get("seit", "")), UTC) - LAG
    except (ValueError, OverflowError, OSError) as error:
        raise BadRequest("since when?") from error


@agency_required
@require_POST
def door_report(request, slug):
    event, reports = find_event(request, slug), reports_of(request)
    results = [taken(request, event, said) for said in reports]
    return JsonResponse({"results": results, **standing(request, event)})


def reports_of(request: HttpRequest) -> list[dict[str, Any]]:
    if request.content_type != "application/json":
        raise BadRequest("JSON is expected")
    return reports_in(request.body)


def taken(request: HttpRequest, event: Event, said: dict[str, Any]) -> dict[str, Any]:
    form, now = form_of(said), timezone.now()
    if not form.is_valid():
        name = str(form.data.get("name", ""))[:120]
        return {"id": said.get("id"), "outcome": DoorOutcome.INVALID, "words": invalid(name)}
    report = form.report(now)
    entry = take_report(event=event, report=report, by=request.actor, at=now)
    return result_of(entry, report.name)


def result_of(entry: DoorEntry, name: str) -> dict[str, Any]:
    row = entry.registration
    here = row is not None and row.event_id == entry.event_id
    guest = guest_of(tuple(getattr(row, field) for field in COLUMNS)) if here else None
    return {
        "id": str(entry.pk),
        "outcome": entry.outcome,
        "words": said_of(entry, name=name),
        "may_be_let_in": entry.outcome in MAY_BE_LET_IN,
        "guest": guest,
    }


@agency_required
@require_safe
def ticket(request, code):
    """The address in a ticket's QR code, opened by any camera: the door, with this guest on top."""
    rows = Registration.objects.visible_to(request.actor).select_related("event")
    row = get_object_or_404(rows, ticket_code=code.upper())
    return redirect(f"{reverse('events:door', args=[row.event.slug])}?ticket={row.ticket_code}")
