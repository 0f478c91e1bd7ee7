"""What the clock sends: all of it in words, each mail as it reads, and the switches."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import agency_required, role_required
from accounts.models import Role
from contacts.models import PartnerOrganisation, Person
from outbox.previews import POLICY, shown
from referrals import actions, notice_samples
from referrals.forms.notices import NoticesForm
from referrals.models import MutedNotice
from referrals.notices import BY_KIND, NOTICES, TO, Notice, switchable

SWITCHERS = (Role.PARTNER, Role.MANAGER, Role.ADMIN)


@agency_required
@require_safe
def notices(request):
    """The whole table, with the days of a partner who answers within the usual time."""
    target = PartnerOrganisation._meta.get_field("response_target_days").default
    rows = [{"notice": n, "to": TO[n.to], "sentence": n.sentence(target)} for n in NOTICES]
    return render(request, "referrals/notices.html", {"rows": rows, "target": target})


@role_required(*Role)
@require_safe
def notice(request, kind):
    found = find(request, kind)
    preview = shown(notice_samples.sample(found, timezone.now()))
    context = {"notice": found, "to": TO[found.to], "preview": preview}
    return render(request, "referrals/notice.html", context)


@role_required(*Role)
@require_safe
@xframe_options_sameorigin
def notice_preview(request, kind):
    """The HTML part for a sandboxed frame, as the outbox shows mails."""
    html = shown(notice_samples.sample(find(request, kind), timezone.now())).html
    return HttpResponse(html, headers={"Content-Security-Policy": POLICY})


def find(request, kind) -> Notice:
    """Partners look at what is sent to them."""
    found = BY_KIND.get(kind)
    if found is None or not (found.own or request.actor.is_agency):
        raise Http404
    return found


@role_required(*SWITCHERS)
@require_http_methods(["GET", "POST"])
def partner_notices(request, reference):
    rows = PartnerOrganisation.objects.visible_to(request.actor)
    partner = get_object_or_404(rows, reference=reference)
    form = NoticesForm(
        request.POST or None,
        offered=switchable(own=request.actor.role == Role.PARTNER),
        muted=muted_kinds(organisation=partner),
        target=partner.response_target_days,
    )
    if request.method == "POST" and form.is_valid():
        actions.mute_for_partner(
            partner=partner, kinds=form.muted(), by=request.actor, at=timezone.now()
        )
        return saved(request, partner)
    return switches(request, form, partner, partner.name)


@role_required(Role.ADVISOR)
@require_http_methods(["GET", "POST"])
def person_notices(request, reference):
    person = get_object_or_404(Person.objects.visible_to(request.actor), reference=reference)
    form = NoticesForm(
        request.POST or None,
        offered=NOTICES,
        muted=muted_kinds(person=person),
        target=PartnerOrganisation._meta.get_field("response_target_days").default,
    )
    if request.method == "POST" and form.is_valid():
        actions.mute_for_person(
            person=person, kinds=form.muted(), by=request.actor, at=timezone.now()
        )
        return saved(request, person)
    return switches(request, form, person, person.display_name)


def muted_kinds(**whom) -> set[str]:
    return set(MutedNotice.objects.filter(**whom).values_list("kind", flat=True))


def saved(request, record):
    messages.success(request, _("Saved."))
    return redirect(record)


def switches(request, form, record, name):
    context = {
        "form": form,
        "record": record,
        "name": name,
        "cancel_url": record.get_absolute_url(),
    }
    status = 422 if form.errors else 200
    return render(request, "referrals/notice_switches.html", context, status=status)
