"""The list as a file, with the filters in force; what managers and administrators take is noted."""

from itertools import chain

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.decorators import role_required
from accounts.history import note_export
from accounts.models import Role
from dma_crm.spreadsheets import csv_stream
from referrals import exports
from referrals.filters import ReferralFilter
from referrals.models import Referral

NOTED = {Role.MANAGER, Role.ADMIN}


@role_required(*Role)
@require_safe
def referrals_csv(request):
    rows, now = chosen_rows(request), timezone.now()
    note(request, rows, "csv", now)
    table = exports.table(rows, request.actor, now)
    return csv_stream(chain([exports.head()], table), name=file_name(now))


@role_required(*Role)
@require_safe
def referrals_xlsx(request):
    rows, now = chosen_rows(request), timezone.now()
    if rows[: exports.MOST_IN_A_WORKBOOK + 1].count() > exports.MOST_IN_A_WORKBOOK:
        messages.error(request, _("Too many rows for Excel: please filter, or take the CSV file."))
        return redirect("referrals:referrals")
    note(request, rows, "xlsx", now)
    from dma_crm.workbooks import xlsx_response  # noqa: PLC0415 - slow to import, seldom needed

    table = exports.table(rows, request.actor, now)
    return xlsx_response(exports.head(), table, name=file_name(now))


def chosen_rows(request):
    chosen = ReferralFilter(request.GET, actor=request.actor)
    return exports.exportable(
        chosen.apply(Referral.objects.visible_to(request.actor)), request.actor
    )


def note(request, rows, kind: str, at) -> None:
    if request.actor.role in NOTED and request.method == "GET":
        chosen = {name: value for name, value in request.GET.items() if value}
        fields = {"format": kind, "rows": rows.count(), "filter": chosen}
        note_export("referrals", fields, by=request.actor, at=at)


def file_name(at) -> str:
    return f"vermittlungen-{timezone.localtime(at):%Y-%m-%d}"
