"""What a partner offers: its own people and administrators edit, the agency reads."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.decorators import role_required
from accounts.models import Role
from contacts.errors import ContactsError
from contacts.forms.capacity import days_offered
from contacts.models import PartnerOrganisation
from contacts.views.editing import create_page, edit_page
from dma_crm.paging import page_of
from referrals import actions
from referrals.actions.services import may_edit
from referrals.errors import InvalidValueError
from referrals.forms.services import FullUntilForm, NewServiceForm, ServiceForm
from referrals.models import Service

FORM = "referrals/service_form.html"


def find_partner(request, reference) -> PartnerOrganisation:
    """Partner users see their own organisation only, so whoever may write finds what they may."""
    rows = PartnerOrganisation.objects.visible_to(request.actor).partners()
    return get_object_or_404(rows, reference=reference)


@role_required(Role.PARTNER)
@require_safe
def own_services(request):
    own = PartnerOrganisation.objects.visible_to(request.actor)
    reference = own.values_list("reference", flat=True).get(pk=request.actor.organisation_id)
    return redirect("referrals:services", reference)


@role_required(*Role)
@require_safe
def services(request, reference):
    partner = find_partner(request, reference)
    rows = Service.objects.visible_to(request.actor).filter(partner=partner)
    rows = rows.prefetch_related("topics", "stages")
    page = page_of(rows, ordering=("name", "id"), cursor=request.GET.get("cursor", ""))
    editable, today = may_edit(partner.pk, request.actor), timezone.localdate()
    context = {"partner": partner, "page": page, "may_edit": editable}
    context |= {"today": today, "days_offered": days_offered(today)}
    return render(request, "referrals/services.html", context)


@role_required(Role.PARTNER, Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def service_create(request, reference):
    partner = find_partner(request, reference)
    form = NewServiceForm(request.POST or None, user_id=request.user.pk)
    create = partial(create_service, request, partner, form)
    context = {"partner": partner}
    return create_page(request, form, create, model=Service, template=FORM, context=context)


def create_service(request, partner, form, *, id) -> Service:
    fields = form.changes() | form.lists()
    with told_by_contacts():
        service = actions.create_service(
            partner=partner, id=id, **fields, by=request.actor, at=timezone.now()
        )
    messages.success(request, _("%(name)s has been created.") % {"name": service.name})
    return service


@role_required(Role.PARTNER, Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def service_edit(request, reference, pk):
    partner = find_partner(request, reference)
    service = get_object_or_404(Service.objects.select_related("partner"), partner=partner, pk=pk)
    form = ServiceForm(request.POST or None, record=service)
    save = partial(save_service, request, service, form)
    context = {"partner": partner}
    return edit_page(request, form, save, record=service, template=FORM, context=context)


@contextmanager
def told_by_contacts() -> Iterator[None]:
    """The pages for editing know the errors of contacts: a name that is taken becomes one."""
    try:
        yield
    except InvalidValueError as error:
        refused = ContactsError(error.code)
        refused.message = error.message
        raise refused from error


def save_service(request, service, form, *, version):
    with told_by_contacts():
        actions.update_service(
            service=service,
            changes=form.changes() | form.lists(),
            version=version,
            by=request.actor,
            at=timezone.now(),
        )
    messages.success(request, _("Saved."))


@role_required(Role.PARTNER, Role.ADMIN)
@require_POST
def service_full(request, reference, pk):
    """Full until a day, or free again; the last click counts."""
    partner = find_partner(request, reference)
    service = get_object_or_404(Service.objects.select_related("partner"), partner=partner, pk=pk)
    form = FullUntilForm(request.POST, today=timezone.localdate())
    if form.is_valid():
        actions.update_service(
            service=service, changes=form.cleaned_data, version=service.version,
            by=request.actor, at=timezone.now(),
        )  # fmt: skip
        messages.success(request, full_words(service))
    else:
        messages.error(request, " ".join(form.errors["full_until"]))
    return redirect(service)


def full_words(service: Service) -> str:
    if service.full_until is None:
        return _("“%(name)s” is free again.") % {"name": service.name}
    day = date_format(service.full_until, "j. F Y")
    return _("“%(name)s” is full until %(day)s.") % {"name": service.name, "day": day}
