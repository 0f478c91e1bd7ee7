"""Verwaltung → Webhooks: who is told, how it goes, and sending again."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.decorators import role_required
from accounts.models import Role
from dma_crm.paging import page_of
from outbox.models import DeliveryState, WebhookDelivery, WebhookEndpoint
from outbox.webhooks import actions, wording
from outbox.webhooks.errors import WebhookError
from outbox.webhooks.forms import DeliveryFilter, EndpointFilter
from outbox.wording import freeze_warning

NEWEST_FIRST = ("-created_at", "-id")
BY_ORGANISATION = ("organisation__sort_name", "id")


@role_required(Role.ADMIN)
@require_safe
def webhooks(request):
    form = EndpointFilter(request.GET)
    rows = WebhookEndpoint.objects.visible_to(request.actor).select_related("organisation")
    rows = form.apply(rows) if form.is_valid() else rows.none()
    rows = rows.annotate(dead=given_up())
    page = page_of(rows, ordering=BY_ORGANISATION, cursor=request.GET.get("cursor", ""))
    context = {
        "form": form,
        "page": page,
        "rows": [wording.endpoint_row(endpoint) for endpoint in page],
        "frozen": freeze_warning(),
    }
    return render(request, "outbox/webhooks.html", context, status=422 if form.errors else 200)


def given_up() -> Coalesce:
    dead = WebhookDelivery.objects.filter(endpoint=OuterRef("pk"), state=DeliveryState.DEAD)
    count = dead.order_by().values("endpoint").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(count, output_field=IntegerField()), 0)


@role_required(Role.ADMIN)
@require_safe
def webhook(request, pk):
    endpoint = endpoint_for(request, pk)
    form = DeliveryFilter(request.GET)
    rows = WebhookDelivery.objects.visible_to(request.actor).filter(endpoint=endpoint)
    rows = form.apply(rows) if form.is_valid() else rows.none()
    page = page_of(rows, ordering=NEWEST_FIRST, cursor=request.GET.get("cursor", ""))
    context = {
        "endpoint": endpoint,
        "facts": wording.endpoint_facts(endpoint),
        "form": form,
        "page": page,
        "rows": [wording.delivery_row(delivery) for delivery in page],
        **wording.endpoint_state(endpoint),
    }
    return render(request, "outbox/webhook.html", context, status=422 if form.errors else 200)


@role_required(Role.ADMIN)
@require_safe
def webhook_delivery(request, pk):
    context = wording.delivery_log(delivery_for(request, pk))
    return render(request, "outbox/webhook_delivery.html", context)


@role_required(Role.ADMIN)
@require_POST
def webhook_enable(request, pk):
    endpoint = endpoint_for(request, pk)
    tried(request, actions.enable_endpoint, _("The webhook is switched on."), endpoint=endpoint)
    return redirect("outbox:webhook", pk=pk)


@role_required(Role.ADMIN)
@require_POST
def webhook_disable(request, pk):
    endpoint = endpoint_for(request, pk)
    tried(request, actions.disable_endpoint, _("The webhook is switched off."), endpoint=endpoint)
    return redirect("outbox:webhook", pk=pk)


@role_required(Role.ADMIN)
@require_POST
def webhook_ping(request, pk):
    """A trial, whose answer stands in the log a few seconds later."""
    endpoint = endpoint_for(request, pk)
    tried(request, actions.ping_endpoint, _("A trial is on its way."), endpoint=endpoint)
    return redirect("outbox:webhook", pk=pk)


@role_required(Role.ADMIN)
@require_POST
def webhook_resend(request, pk):
    delivery = delivery_for(request, pk)
    done = _("The webhook is waiting to be sent again.")
    tried(request, actions.resend_delivery, done, delivery=delivery)
    return redirect("outbox:webhook_delivery", pk=pk)


def tried(request, action: Callable[..., Any], done: str, **subject: Any) -> None:
    """Run the action and tell how it went."""
    try:
        action(**subject, by=request.actor, at=timezone.now())
    except WebhookError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, done)


def endpoint_for(request, pk) -> WebhookEndpoint:
    rows = WebhookEndpoint.objects.visible_to(request.actor).select_related("organisation")
    return get_object_or_404(rows, pk=pk)


def delivery_for(request, pk) -> WebhookDelivery:
    rows = WebhookDelivery.objects.visible_to(request.actor)
    return get_object_or_404(rows.select_related("endpoint__organisation"), pk=pk)
