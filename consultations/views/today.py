from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.decorators import role_required
from accounts.models import Role
from consultations.today import today_of
from contacts import registry


@role_required(Role.ADVISOR, Role.MANAGER, Role.ADMIN, Role.PARTNER)
@require_safe
def today(request):
    """Where everybody lands; partners work on their referrals and have no other desk."""
    if request.actor.role == Role.PARTNER:
        return redirect("referrals:referrals")
    now = today_of(request.actor, at=timezone.now())
    context = {"today": now, "panels": panels_of(now, request.actor)}
    return render(request, "consultations/today.html", context)


def panels_of(now, actor) -> list[dict]:
    """Boxes of other apps (events); one without content hides itself."""
    shown = [(panel, panel.context(now, actor)) for panel in registry.today_panels]
    return [{"template": p.template, "context": c} for p, c in shown if c is not None]
