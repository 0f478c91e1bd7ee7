from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.decorators import agency_required
from contacts.models import Stage
from dashboards.figures.founders import founders_of
from dashboards.filters import StagesFilter
from dashboards.phases import SHOWN, counted, phases, said, startups_for
from dma_crm.paging import page_of


@agency_required
@require_safe
def stages(request):
    """All phases with their first ventures; of one phase all; with `show=founders` the people."""
    chosen = StagesFilter(request.GET, actor=request.actor)
    today = timezone.localdate()
    startups = startups_for(chosen, today)
    if chosen.cleaned_data.get("show"):
        return founders_page(request, chosen, startups)
    if chosen.cleaned_data.get("stage"):
        return phase_page(request, chosen, startups, today)
    shown = [
        {**phase, "more_url": chosen.narrowed_to(phase["stage"].code)}
        for phase in phases(startups, today)
    ]
    context = {"filter": chosen, "phases": shown, "limit": SHOWN}
    context["anything"] = any(phase["count"] for phase in shown)
    return render(request, "dashboards/stages.html", context)


def phase_page(request, chosen, startups, today):
    rows = startups.select_related("owner", "stage")
    page = page_of(rows, ordering=("stage_since", "id"), cursor=request.GET.get("cursor", ""))
    said(page.rows, today)
    stage = Stage.objects.get(code=chosen.cleaned_data["stage"])
    count, median = counted(startups, today).get(stage.pk, (0, None))
    context = {"filter": chosen, "page": page, "stage": stage, "count": count, "median": median}
    return render(request, "dashboards/stage.html", context)


def founders_page(request, chosen, startups):
    rows = founders_of(startups, request.actor).select_related("owner")
    page = page_of(rows, ordering=("sort_name", "id"), cursor=request.GET.get("cursor", ""))
    return render(request, "dashboards/founders.html", {"filter": chosen, "page": page})
