"""The lists behind the numbers of events."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.decorators import agency_required
from dashboards.filters import FirstContactsFilter, GuestsFilter
from dma_crm.paging import page_of


@agency_required
@require_safe
def guests(request):
    """Registrations of several events, the latest event first."""
    chosen = GuestsFilter(request.GET, actor=request.actor)
    rows = chosen.rows().select_related("event", "person")
    page = page_of(
        rows, ordering=("-event__starts_at", "-id"), cursor=request.GET.get("cursor", "")
    )
    for row in page:
        row.day = timezone.localdate(row.event.starts_at)
    return render(request, "dashboards/guests.html", {"filter": chosen, "page": page})


@agency_required
@require_safe
def first_contacts(request):
    chosen = FirstContactsFilter(request.GET, actor=request.actor)
    people = chosen.rows().select_related("owner")
    page = page_of(people, ordering=("sort_name", "id"), cursor=request.GET.get("cursor", ""))
    return render(request, "dashboards/first_contacts.html", {"filter": chosen, "page": page})
