"""A partner's own people: who has an account, whom to take in, who is switched off."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.colleagues import invite_colleague, switch_colleague
from accounts.decorators import role_required
from accounts.errors import AccountError
from accounts.forms import ColleagueForm
from accounts.invitations import send_invitation
from accounts.models import Role, User
from dma_crm.paging import page_of


def find(request):
    return User.objects.visible_to(request.actor)


@role_required(Role.PARTNER)
@require_safe
def team(request):
    page = page_of(find(request), ordering=("name", "id"), cursor=request.GET.get("cursor", ""))
    context = {"page": page, "today": timezone.localdate()}
    return render(request, "accounts/team.html", context)


@role_required(Role.PARTNER)
@require_http_methods(["GET", "HEAD", "POST"])
def colleague_invite(request):
    form = ColleagueForm(request.POST if request.method == "POST" else None)
    if not (form.is_bound and form.is_valid() and invited(request, form)):
        status = 422 if form.is_bound else 200
        return render(request, "accounts/colleague_form.html", {"form": form}, status=status)
    told = _("%(name)s has been invited: a mail with a link for the password goes out.")
    messages.success(request, told % {"name": form.cleaned_data["name"]})
    return redirect("accounts:team")


def invited(request, form) -> bool:
    try:
        user = invite_colleague(
            organisation=request.user.organisation,
            **form.cleaned_data,
            by=request.actor,
            at=timezone.now(),
        )
    except AccountError as error:
        form.add_error("email", str(error))
        return False
    send_invitation(request, user.email)
    return True


@role_required(Role.PARTNER)
@require_POST
def colleague_remind(request, pk):
    """Another mail for somebody who has never logged in: the link in the first one ends soon."""
    user = get_object_or_404(find(request).filter(is_active=True, last_login=None), pk=pk)
    send_invitation(request, user.email)
    messages.success(request, _("A new mail goes out to %(name)s.") % {"name": user.name})
    return redirect("accounts:team")


@role_required(Role.PARTNER)
@require_POST
def colleague_switch(request, pk, is_active):
    user = get_object_or_404(find(request), pk=pk)
    try:
        switch_colleague(user=user, is_active=is_active, by=request.actor, at=timezone.now())
    except AccountError as error:
        messages.error(request, str(error))
    else:
        told = _("%(name)s can log in again.") if is_active else _("%(name)s is switched off.")
        messages.success(request, told % {"name": user.name})
    return redirect("accounts:team")
