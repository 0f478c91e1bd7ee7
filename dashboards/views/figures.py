from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.decorators import role_required
from accounts.models import Role
from dashboards.exports import table_of
from dashboards.figures import FIGURES, figures_for
from dashboards.filters import FiguresFilter
from dma_crm.spreadsheets import csv_response


@role_required(*Role)
@require_safe
def figures(request):
    """Managers see all, advisors their own work, partner users their own referrals."""
    chosen = FiguresFilter(request.GET, actor=request.actor)
    shown = [FIGURES[name](chosen) for name in figures_for(request.actor.role)]
    context = {"figures": shown, "filter": chosen, "as_of": timezone.localtime()}
    return render(request, "dashboards/figures.html", context)


@role_required(*Role)
@require_safe
def figure_csv(request, name):
    """The same numbers as a file; with `?weitergabe=1` fit to be passed on."""
    if name not in figures_for(request.actor.role):
        raise Http404
    figure = FIGURES[name](FiguresFilter(request.GET, actor=request.actor))
    shared, now = "weitergabe" in request.GET, timezone.localtime()
    return csv_response(table_of(figure, at=now, shared=shared), name=f"{name}-{now:%Y-%m-%d}")
