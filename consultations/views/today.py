from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.decorators import role_required
from accounts.models import Role
from consultations.today import today_of
from contacts import registry
from contacts.case import panels_of


@role_required(Role.ADVISOR, Role.MANAGER, Role.ADMIN, Role.PARTNER)
@require_safe
def today(request):
    """Where everybody lands; partners work on their referrals and have no other desk."""
    if request.actor.role == Role.PARTNER:
        return redirect("referrals:referrals")
    now = today_of(request.actor, at=timezone.now())
    context = {"today": now, "panels": panels_of(registry.today_panels, now, request.actor)}
    return render(request, "consultations/today.html", context)
