"""How the agency shows itself: name, addresses, links, and the logo, served from its row."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import public, role_required
from accounts.history import EditConflict
from accounts.models import Role
from contacts import actions
from contacts.context_processors import read_agency
from contacts.forms.catalogue import AgencyForm
from contacts.models import Agency
from contacts.views.editing import conflict_of, form_page

A_YEAR = 31_536_000


@role_required(Role.MANAGER, Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def agency_edit(request):
    agency = read_agency()
    form = AgencyForm(request.POST or None, request.FILES or None, agency=agency)
    context = {"record": agency, "cancel_url": reverse("accounts:administration")}
    if request.method == "POST" and form.is_valid():
        return save_agency(request, agency, form, context)
    return form_page(request, "contacts/agency_form.html", form, context)


def save_agency(request, agency, form, context):
    try:
        actions.update_agency(
            agency=agency,
            changes=form.agency_changes(),
            organisation=form.changes(),
            version=form.cleaned_data["version"] or 0,
            by=request.actor,
            at=timezone.now(),
        )
    except EditConflict as conflict:
        shown = {**conflict_of(form, conflict.current), "keep_url": reverse("contacts:agency")}
        context = context | {"conflict": shown}
        return form_page(request, "contacts/agency_form.html", form, context, status=409)
    messages.success(request, _("Saved."))
    return redirect("contacts:agency")


@public
@require_safe
def logo(request, digest):
    """A picture and nothing else: no type guessing, no script, whatever its bytes say."""
    agency = Agency.objects.filter(logo_digest=digest).exclude(logo_digest="").first()
    if agency is None:
        raise Http404
    return HttpResponse(
        bytes(agency.logo),
        content_type="image/png",
        headers={
            "Cache-Control": f"public, max-age={A_YEAR}, immutable",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )
