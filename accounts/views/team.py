from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import actions
from accounts.decorators import role_required
from accounts.errors import AccountError
from accounts.forms import UserForm
from accounts.invitations import send_invitation
from accounts.models import Role, User
from dma_crm.paging import page_of


@role_required(Role.MANAGER, Role.ADMIN)
@require_safe
def users(request):
    role = request.GET.get("role", "")
    rows = User.objects.visible_to(request.actor).select_related("organisation", "deputy")
    if role in Role.values:
        rows = rows.filter(role=role)
    page = page_of(rows, ordering=("name", "id"), cursor=request.GET.get("cursor", ""))
    context = {
        "page": page,
        "role": role,
        "tabs": role_tabs(role),
        "today": timezone.localdate(),
        "may_edit": (may_edit := request.actor.role == Role.ADMIN),
        "actions": [new_user()] if may_edit else [],
    }
    return render(request, "accounts/users.html", context)


def new_user() -> dict:
    url = reverse("accounts:user_create")
    return {"label": _("New user"), "url": url, "icon": "person-plus", "primary": True}


def role_tabs(chosen: str) -> list[dict]:
    every = {"label": _("All"), "url": "?", "active": chosen not in Role.values}
    return [every] + [
        {"label": role.label, "url": f"?role={role.value}", "active": role.value == chosen}
        for role in Role
    ]


@role_required(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def user_create(request):
    form = UserForm(request.POST if request.method == "POST" else None)
    if not saved(form, actions.create_user, request):
        return render(request, "accounts/user_form.html", {"form": form}, status=status_of(form))
    send_invitation(request, form.cleaned_data["email"])
    messages.success(request, _("Account created. A mail with a link for the password goes out."))
    return redirect("accounts:users")


@role_required(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def user_edit(request, pk):
    user = get_object_or_404(User.objects.visible_to(request.actor), pk=pk)
    form = UserForm(request.POST if request.method == "POST" else None, instance=user)
    if not saved(form, actions.update_user, request, user=user):
        context = {"form": form, "person": user}
        return render(request, "accounts/user_form.html", context, status=status_of(form))
    messages.success(request, _("Account saved."))
    return redirect("accounts:users")


def saved(form, action, request, **more) -> bool:
    """Run the action with a valid form; what it refuses becomes an error of the form."""
    if not form.is_bound or not form.is_valid():
        return False
    try:
        action(**form.cleaned_data, **more, by=request.actor, at=timezone.now())
    except AccountError as error:
        form.add_error(None, error.message)
    return form.is_valid()


def status_of(form) -> int:
    return 422 if form.is_bound else 200
