import functools

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import agency_required, role_required
from accounts.models import Role
from contacts import actions, registry
from contacts.case import panels_of
from contacts.filters import PartnerFilter
from contacts.forms.capacity import days_offered
from contacts.forms.partners import NewPartnerForm, PartnerForm
from contacts.models import PartnerOrganisation
from contacts.views.capacity import SETTERS
from contacts.views.editing import create_page, edit_page
from dma_crm.paging import page_of

FORM = "contacts/partner_form.html"


@agency_required
@require_safe
def partners(request):
    chosen = PartnerFilter(request.GET, actor=request.actor)
    rows = chosen.apply(PartnerOrganisation.objects.visible_to(request.actor).partners())
    page = page_of(rows, ordering=("sort_name", "id"), cursor=request.GET.get("cursor", ""))
    mark(page)
    context = {"page": page, "filter": chosen, "may_create": may_create(request.actor)}
    return render(request, "contacts/partners.html", context)


def mark(partners) -> None:
    """What is true of each organisation today."""
    today = timezone.localdate()
    for partner in partners:
        partner.full = partner.is_full_on(today)
        partner.absent = bool(partner.absent_from and partner.absent_until >= today)


def may_create(actor) -> bool:
    return actor.role in {Role.MANAGER, Role.ADMIN}


@role_required(Role.PARTNER)
@require_safe
def own_organisation(request):
    return redirect(find(request).get(pk=request.actor.organisation_id))


def find(request):
    return PartnerOrganisation.objects.visible_to(request.actor)


@role_required(*Role)
@require_safe
def partner(request, reference):
    """An organisation as the agency and its own people see it."""
    organisation = get_object_or_404(find(request), reference=reference)
    mark([organisation])
    context = {
        "partner": organisation,
        "may_edit": not organisation.is_agency,
        "may_set_capacity": not organisation.is_agency and request.actor.role in SETTERS,
        "today": (today := timezone.localdate()),
        "days_offered": days_offered(today),
        "panels": panels_of(registry.partner_panels, organisation, request.actor),
    }
    return render(request, "contacts/partner.html", context)


@role_required(Role.MANAGER, Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def partner_create(request):
    form = NewPartnerForm(
        request.POST or None,
        user_id=request.user.pk,
        role=request.actor.role,
        initial={"name": request.GET.get("name", "")[:150]},
    )
    create = functools.partial(create_partner, request, form)
    context = {"cancel_url": reverse("contacts:partners")}
    return create_page(
        request, form, create, model=PartnerOrganisation, template=FORM, context=context
    )


def create_partner(request, form, *, id) -> PartnerOrganisation:
    partner = actions.create_partner(**form.changes(), id=id, by=request.actor, at=timezone.now())
    messages.success(request, _("%(name)s has been created.") % {"name": partner.name})
    return partner


@role_required(*Role)
@require_http_methods(["GET", "HEAD", "POST"])
def partner_edit(request, reference):
    """Which fields it shows depends on who edits; the agency's own row is edited elsewhere."""
    partner = get_object_or_404(find(request).partners(), reference=reference)
    form = PartnerForm(request.POST or None, record=partner, role=request.actor.role)
    context = {"cancel_url": partner.get_absolute_url()}
    save = functools.partial(save_partner, request, partner, form)
    return edit_page(request, form, save, record=partner, template=FORM, context=context)


def save_partner(request, partner, form, *, version):
    actions.update_partner(
        partner=partner,
        changes=form.changes(),
        version=version,
        by=request.actor,
        at=timezone.now(),
    )
    messages.success(request, _("Saved."))
