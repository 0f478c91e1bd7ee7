from copy import copy

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import actions
from accounts.absence import gap_of
from accounts.decorators import role_required
from accounts.forms import AbsenceForm, ProfileForm
from accounts.models import Role


@role_required(*Role)
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request):
    if request.method != "POST":
        return show(request, profile_form(request), absence_form(request))
    form = profile_form(request, request.POST)
    if not form.is_valid():
        return show(request, form, absence_form(request), status=422)
    actions.update_profile(
        user=request.user, **form.cleaned_data, by=request.actor, at=timezone.now()
    )
    messages.success(request, _("Profile saved."))
    return redirect("accounts:profile")


@role_required(*Role)
@require_POST
def absence(request):
    form = absence_form(request, request.POST)
    if not form.is_valid():
        return show(request, profile_form(request), form, status=422)
    actions.set_absence(user=request.user, **form.cleaned_data, by=request.actor, at=timezone.now())
    messages.success(request, _("Absence saved."))
    return redirect("accounts:profile")


def profile_form(request, data=None) -> ProfileForm:
    return ProfileForm(data, instance=copy(request.user), role=request.actor.role)


def absence_form(request, data=None) -> AbsenceForm:
    user = request.user
    initial = {name: getattr(user, name) for name in ("absent_from", "absent_until", "deputy")}
    return AbsenceForm(data, initial=initial, user=user, today=timezone.localdate())


def show(request, form, absence, *, status: int = 200):
    context = {"form": form, "absence": absence, "has_errors": bool(absence.errors)}
    context["gap"] = "" if request.user.role == Role.PARTNER else gap_of(request.user)
    return render(request, "accounts/profile.html", context, status=status)
