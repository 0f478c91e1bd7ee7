"""The parts of the recording form that follow from what has been said so far (HTMX, combobox)."""

from django.http import JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from accounts.decorators import role_required
from accounts.models import Role
from consultations import recording
from consultations.forms import SaidSoFar
from contacts.duplicates import near_duplicates
from contacts.imports.values.reachability import parse_phones
from contacts.matchkeys import Identity
from contacts.search import find

TYPED = ("given_name", "family_name", "email", "phone")


@role_required(Role.ADVISOR)
@require_safe
def ventures(request):
    """Once the person is picked: their ventures; a single one is meant without asking."""
    said = SaidSoFar(request.GET, actor=request.actor).good
    known = recording.ventures_of(said.get("person"))
    context = {"ventures": known, "startup": known[0] if len(known) == 1 else None}
    response = render(request, "consultations/_entry_ventures.html", context)
    return trigger_client_event(response, "case-changed", after="settle")


@role_required(Role.ADVISOR)
@require_POST
def partner_cards(request):
    """POST although nothing changes: what is typed shall stand in no address and no log."""
    said = SaidSoFar(request.POST, actor=request.actor).good
    context = {"proposals": recording.proposals_of(said, at=timezone.now())}
    response = render(request, "consultations/_entry_partners.html", context)
    return trigger_client_event(response, "partners-changed", after="settle")


@role_required(Role.ADVISOR)
@require_POST
def series_preview(request):
    said = SaidSoFar(request.POST, actor=request.actor).good
    preview = recording.series_of(said, sender=request.user, at=timezone.now())
    return render(request, "consultations/_entry_series.html", {"preview": preview})


@role_required(Role.ADVISOR)
@require_POST
def referral_checks(request):
    said = SaidSoFar(request.POST, actor=request.actor).good
    checks = recording.checks_of(said, at=timezone.now())
    return render(request, "consultations/_entry_checks.html", {"checks": checks})


@role_required(Role.ADVISOR)
@require_POST
def duplicates(request):
    """Who may already be here, asked while a new person is typed; POST for the same reason."""
    typed = {name: request.POST.get(name, "").strip()[:120] for name in TYPED}
    identity = Identity(
        given_name=typed["given_name"],
        family_name=typed["family_name"],
        emails=tuple(filter(None, [typed["email"].lower()])),
        phones=tuple(parse_phones(typed["phone"]).value),
    )
    near = near_duplicates(identity, actor=request.actor)
    return render(request, "consultations/_entry_duplicates.html", {"near": near})


@role_required(Role.ADVISOR)
@require_safe
def person_options(request):
    return options(request, "person")


@role_required(Role.ADVISOR)
@require_safe
def partner_options(request):
    return options(request, "partner")


def options(request, kind):
    """What the combobox lists."""
    hits = find(request.GET.get("q", "")[:200], actor=request.actor, kinds=(kind,), limit=8)
    found = [
        {"id": str(hit.id), "label": hit.title, "hint": hit.subtitle, "far": not hit.near}
        for hit in hits
    ]
    return JsonResponse({"results": found})
