from django.conf import settings
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts import status
from accounts.decorators import agency_required, role_required
from accounts.filters import matching_reads
from accounts.forms import ReadLogFilter
from accounts.models import ReadLog, Role
from accounts.navigation import administration as menu
from dma_crm import VERSION, doctor
from dma_crm.paging import page_of


@agency_required
@require_safe
def administration(request):
    cards = [
        {
            "label": item.label,
            "url": reverse(item.url_name),
            "description": item.description,
        }
        for item in menu.for_role(request.actor.role)
    ]
    return render(request, "accounts/administration.html", {"cards": cards})


@role_required(Role.ADMIN)
@require_safe
def read_log(request):
    form = ReadLogFilter(request.GET or None)
    rows = ReadLog.objects.visible_to(request.actor).select_related("user")
    rows = matching_reads(rows, form.cleaned_data) if form.is_valid() else rows
    page = page_of(rows, ordering=("-at", "-id"), cursor=request.GET.get("cursor", ""))
    code = 422 if form.errors else 200
    return render(request, "accounts/read_log.html", {"form": form, "page": page}, status=code)


@role_required(Role.MANAGER, Role.ADMIN)
@require_safe
def system_status(request):
    at = timezone.now()
    findings = [
        {"term": examination.label, "value": finding.text, "finding": finding}
        for examination, finding in doctor.examine(at=at, network=False)
    ]
    context = {
        "warnings": status.warnings(),
        "troubles": [each for each in findings if not each["finding"].well],
        "well": [each for each in findings if each["finding"].well],
        "jobs": status.job_states(at=at),
        "facts": status.facts(version=VERSION, demo=settings.DEMO),
    }
    return render(request, "accounts/system_status.html", context)
