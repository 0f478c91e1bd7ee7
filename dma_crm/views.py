"""Pages of the frame itself: is the process alive, is it ready, how does it fare."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, InterfaceError
from django.http import Http404, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe

from dma_crm.examinations import migrations_waiting
from dma_crm.local_requests import is_local
from dma_crm.metrics import gauges
from dma_crm.models import JobRun
from dma_crm.request_metrics import CONTENT_TYPE, exposition

JOBS_STAND_STILL_AFTER = timedelta(minutes=2)


@login_not_required
@require_safe
def healthz(request):
    """The process answers; nothing else is asked."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@require_safe
def readyz(request):
    """Database, migrations and age of the last job run; 503 while one of them is not well."""
    try:
        checks = {"database": True, "migrations": not migrations_waiting(), "jobs": jobs_run()}
    except (DatabaseError, InterfaceError):
        checks = {"database": False, "migrations": False, "jobs": False}
    return JsonResponse(checks, status=200 if all(checks.values()) else 503)


@login_not_required
@require_safe
def metrics(request):
    """For whoever asks on this machine or has METRICS_TOKEN; for all others it does not exist."""
    if not (has_metrics_token(request) or is_local(request)):
        raise Http404
    return HttpResponse(exposition(gauges(at=timezone.now())), content_type=CONTENT_TYPE)


def has_metrics_token(request) -> bool:
    given = request.headers.get("Authorization", "")
    return bool(settings.METRICS_TOKEN) and constant_time_compare(
        given, f"Bearer {settings.METRICS_TOKEN}"
    )


def jobs_run() -> bool:
    recent = timezone.now() - JOBS_STAND_STILL_AFTER
    return JobRun.objects.filter(finished_at__gte=recent).exists()
