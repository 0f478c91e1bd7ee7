"""A partner's own API keys: made, shown once, revoked."""

from datetime import timedelta

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import actions
from accounts.decorators import role_required
from accounts.forms import KeyForm
from accounts.models import ApiKey, Role
from dma_crm.paging import page_of


@role_required(Role.PARTNER)
@require_safe
def keys(request):
    rows = ApiKey.objects.visible_to(request.actor)
    page = page_of(rows, ordering=("-created_at", "-id"), cursor=request.GET.get("cursor", ""))
    context = {"page": page, "now": timezone.now()}
    return render(request, "partner_api/portal/keys.html", context)


@role_required(Role.PARTNER)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def key_create(request):
    """The answer to a successful POST is the only page that ever shows the secret."""
    form = KeyForm(request.POST if request.method == "POST" else None)
    if not form.is_bound or not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "partner_api/portal/key_form.html", {"form": form}, status=status)
    at, chosen = timezone.now(), form.cleaned_data
    expires_at = at + timedelta(days=chosen.pop("lifetime"))
    key, secret = actions.create_api_key(
        organisation=request.user.organisation,
        expires_at=expires_at,
        by=request.actor,
        at=at,
        **chosen,
    )
    context = {"key": key, "secret": secret}
    return render(request, "partner_api/portal/key_created.html", context)


@role_required(Role.PARTNER)
@require_http_methods(["GET", "HEAD", "POST"])
def key_revoke(request, pk):
    key = get_object_or_404(ApiKey.objects.visible_to(request.actor), pk=pk)
    if request.method != "POST":
        return render(request, "partner_api/portal/key_revoke.html", {"key": key})
    actions.revoke_api_key(key=key, by=request.actor, at=timezone.now())
    messages.success(request, _("Key revoked. Whoever uses it is refused from now on."))
    return redirect("portal:keys")
