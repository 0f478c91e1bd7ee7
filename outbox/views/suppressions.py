"""Verwaltung → Sperrliste: which addresses get no mail, why, and taking them off again."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.decorators import role_required
from accounts.models import Role
from dma_crm.paging import page_of
from outbox import suppression
from outbox.filters import matching_suppressions
from outbox.forms import SuppressionFilter, SuppressionForm
from outbox.models import SuppressedAddress
from outbox.wording import suppression_row


@role_required(Role.ADMIN)
@require_safe
def suppressions(request):
    form = SuppressionFilter(request.GET)
    rows = SuppressedAddress.objects.visible_to(request.actor)
    rows = matching_suppressions(rows, form.cleaned_data) if form.is_valid() else rows.none()
    page = page_of(rows, ordering=("-at", "-id"), cursor=request.GET.get("cursor", ""))
    create = {"label": _("Add an address"), "url": reverse("outbox:suppression_create")}
    context = {
        "form": form,
        "page": page,
        "rows": [suppression_row(row) for row in page],
        "actions": [create | {"icon": "plus-lg", "primary": True}],
    }
    return render(request, "outbox/suppressions.html", context, status=422 if form.errors else 200)


@role_required(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def suppression_create(request):
    form = SuppressionForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        at = timezone.now()
        suppression.suppress_address(**form.cleaned_data, by=request.actor, at=at)
        messages.success(request, _("This address gets no mail any more."))
        return redirect("outbox:suppressions")
    status = 422 if form.errors else 200
    return render(request, "outbox/suppression_form.html", {"form": form}, status=status)


@role_required(Role.ADMIN)
@require_POST
def suppression_lift(request, pk):
    row = get_object_or_404(SuppressedAddress.objects.visible_to(request.actor), pk=pk)
    try:
        suppression.lift_suppression(row=row, by=request.actor, at=timezone.now())
    except suppression.AlreadyLiftedError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("This address gets mails again."))
    return redirect("outbox:suppressions")
