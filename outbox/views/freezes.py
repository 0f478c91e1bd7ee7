"""Verwaltung → Zustellung: stop everything, see since when and why, let it go on."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import role_required
from accounts.models import Role
from outbox import freezing
from outbox.forms import FreezeForm
from outbox.models import DeliveryFreeze
from outbox.wording import freeze_text, waiting

SHOWN = 20


@role_required(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def delivery(request):
    form = FreezeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        freezing.freeze_delivery(**form.cleaned_data, by=request.actor, at=timezone.now())
        messages.warning(request, _("Delivery is stopped. Mails and webhooks wait."))
        return redirect("outbox:delivery")
    freeze = freezing.current_freeze()
    context = {
        "form": form,
        "freeze": freeze,
        "text": freeze_text(freeze) if freeze else "",
        "waiting": waiting(at=timezone.now()),
        "freezes": DeliveryFreeze.objects.visible_to(request.actor)[:SHOWN],
    }
    return render(request, "outbox/delivery.html", context, status=422 if form.errors else 200)


@role_required(Role.ADMIN)
@require_POST
def release(request, pk):
    freeze = get_object_or_404(DeliveryFreeze.objects.visible_to(request.actor), pk=pk)
    try:
        freezing.release_delivery(freeze=freeze, by=request.actor, at=timezone.now())
    except freezing.AlreadyReleasedError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Delivery goes on; what waits leaves within seconds."))
    return redirect("outbox:delivery")
