"""Full until …, free again, absent: one click each on the organisation's page."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.decorators import role_required
from accounts.models import Role
from contacts import actions
from contacts.forms.capacity import CapacityForm, OrganisationAbsenceForm
from contacts.models import PartnerOrganisation

SETTERS = (Role.PARTNER, Role.MANAGER, Role.ADMIN)


@role_required(*SETTERS)
@require_POST
def capacity(request, reference):
    return saved(request, reference, CapacityForm(request.POST, today=timezone.localdate()))


@role_required(*SETTERS)
@require_POST
def organisation_absence(request, reference):
    return saved(request, reference, OrganisationAbsenceForm(request.POST))


def saved(request, reference, form):
    """The last click counts: of two at once the second is told, and clicks again."""
    rows = PartnerOrganisation.objects.visible_to(request.actor).partners()
    partner = get_object_or_404(rows, reference=reference)
    if form.is_valid():
        actions.update_partner(
            partner=partner, changes=form.cleaned_data, version=partner.version,
            by=request.actor, at=timezone.now(),
        )  # fmt: skip
        messages.success(request, _("Saved."))
    else:
        messages.error(request, " ".join(told for field in form.errors.values() for told in field))
    return redirect(partner)
