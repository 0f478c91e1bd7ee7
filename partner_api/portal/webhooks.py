"""A partner's own webhooks: where its system is told, and how each delivery went."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.decorators import role_required
from accounts.models import Role
from dma_crm.paging import page_of
from outbox.models import WebhookDelivery, WebhookEndpoint
from outbox.webhooks import actions, wording
from outbox.webhooks.errors import WebhookError
from outbox.webhooks.forms import DeliveryFilter
from outbox.webhooks.views import delivery_for, endpoint_for, tried
from partner_api.portal.forms import WebhookForm

NEWEST_FIRST = ("-created_at", "-id")


@role_required(Role.PARTNER)
@require_safe
def webhooks(request):
    rows = WebhookEndpoint.objects.visible_to(request.actor)
    page = page_of(rows, ordering=NEWEST_FIRST, cursor=request.GET.get("cursor", ""))
    context = {"page": page, "rows": [wording.endpoint_row(endpoint) for endpoint in page]}
    return render(request, "partner_api/portal/webhooks.html", context)


@role_required(Role.PARTNER)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def webhook_create(request):
    """The answer to a successful POST shows the secret, this once."""
    form = WebhookForm(request.POST if request.method == "POST" else None)
    made = form.is_valid() and attempt(
        form, actions.create_endpoint, request, organisation=request.user.organisation
    )
    if not made:
        return show_form(request, form)
    endpoint, secret = made
    return show_secret(request, endpoint, secret)


@role_required(Role.PARTNER)
@require_http_methods(["GET", "HEAD", "POST"])
def webhook_edit(request, pk):
    endpoint = endpoint_for(request, pk)
    now = {"url": endpoint.url, "events": endpoint.events}
    form = WebhookForm(request.POST if request.method == "POST" else None, initial=now)
    if not (form.is_valid() and change(form, endpoint, request)):
        return show_form(request, form, endpoint=endpoint)
    messages.success(request, _("Saved."))
    return redirect("portal:webhook", pk)


def change(form: WebhookForm, endpoint: WebhookEndpoint, request) -> bool:
    def update(*, by, at, **changes):
        return actions.update_endpoint(endpoint=endpoint, changes=changes, by=by, at=at)

    return bool(attempt(form, update, request))


def attempt(form: WebhookForm, action: Callable[..., Any], request, **subject: Any) -> Any:
    """What the action answers; where it refuses a value the form says so, and it is None."""
    try:
        return action(**subject, **form.cleaned_data, by=request.actor, at=timezone.now())
    except WebhookError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error.message))
        return None


def show_form(request, form: WebhookForm, endpoint: WebhookEndpoint | None = None):
    context = {"form": form, "endpoint": endpoint}
    status = 422 if form.errors else 200
    return render(request, "partner_api/portal/webhook_form.html", context, status=status)


def show_secret(request, endpoint: WebhookEndpoint, secret: str):
    context = {"endpoint": endpoint, "secret": secret}
    return render(request, "partner_api/portal/webhook_secret.html", context)


@role_required(Role.PARTNER)
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
        "rows": [wording.delivery_row(delivery, "portal:delivery") for delivery in page],
        **wording.endpoint_state(endpoint),
    }
    status = 422 if form.errors else 200
    return render(request, "partner_api/portal/webhook.html", context, status=status)


@role_required(Role.PARTNER)
@never_cache
@require_POST
def webhook_rotate(request, pk):
    endpoint = endpoint_for(request, pk)
    secret = actions.rotate_secret(endpoint=endpoint, by=request.actor, at=timezone.now())
    return show_secret(request, endpoint, secret)


@role_required(Role.PARTNER)
@require_POST
def webhook_ping(request, pk):
    endpoint = endpoint_for(request, pk)
    tried(request, actions.ping_endpoint, _("A trial is on its way."), endpoint=endpoint)
    return redirect("portal:webhook", pk)


@role_required(Role.PARTNER)
@require_POST
def webhook_enable(request, pk):
    endpoint = endpoint_for(request, pk)
    tried(request, actions.enable_endpoint, _("The webhook is switched on."), endpoint=endpoint)
    return redirect("portal:webhook", pk)


@role_required(Role.PARTNER)
@require_POST
def webhook_disable(request, pk):
    endpoint = endpoint_for(request, pk)
    tried(request, actions.disable_endpoint, _("The webhook is switched off."), endpoint=endpoint)
    return redirect("portal:webhook", pk)


@role_required(Role.PARTNER)
@require_http_methods(["GET", "HEAD", "POST"])
def webhook_delete(request, pk):
    """Asked before, because its log goes with it."""
    endpoint = endpoint_for(request, pk)
    if request.method != "POST":
        context = {"endpoint": endpoint}
        return render(request, "partner_api/portal/webhook_delete.html", context)
    tried(request, actions.delete_endpoint, _("The webhook has been deleted."), endpoint=endpoint)
    return redirect("portal:webhooks")


@role_required(Role.PARTNER)
@require_safe
def delivery(request, pk):
    context = wording.delivery_log(delivery_for(request, pk))
    return render(request, "partner_api/portal/delivery.html", context)


@role_required(Role.PARTNER)
@require_POST
def delivery_resend(request, pk):
    row, done = delivery_for(request, pk), _("The webhook is waiting to be sent again.")
    tried(request, actions.resend_delivery, done, delivery=row)
    return redirect("portal:delivery", pk)
