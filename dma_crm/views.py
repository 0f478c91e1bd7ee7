"""Pages of the frame itself: is the process alive, is it ready."""

from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from dma_crm.models import JobRun

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
        checks = {"database": True, "migrations": migrations_applied(), "jobs": jobs_run()}
    except (DatabaseError, InterfaceError):
        checks = {"database": False, "migrations": False, "jobs": False}
    return JsonResponse(checks, status=200 if all(checks.values()) else 503)


def migrations_applied() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def jobs_run() -> bool:
    recent = timezone.now() - JOBS_STAND_STILL_AFTER
    return JobRun.objects.filter(finished_at__gte=recent).exists()
