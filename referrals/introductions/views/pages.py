from django.contrib import messages
from django.db import IntegrityError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.decorators import agency_required, role_required
from accounts.models import Role
from contacts.errors import ContactsError
from contacts.models import Person
from dma_crm.paging import page_of
from referrals.introductions import actions, panels, view_model
from referrals.introductions.filters import TABS, IntroductionFilter
from referrals.introductions.forms import IntroductionForm, OutcomeForm
from referrals.introductions.proposing import PLACES, propose_introduction
from referrals.models import Introduction
from referrals.views.creating import named
from referrals.views.lists import tab_url


@agency_required
@require_safe
def introductions(request):
    """Advisors start with their own that wait for an answer."""
    chosen = IntroductionFilter(request.GET, actor=request.actor)
    rows = chosen.apply(Introduction.objects.visible_to(request.actor)).with_names()
    cursor = request.GET.get("cursor", "")
    page = page_of(rows, ordering=("-modified_at", "-id"), cursor=cursor)
    panels.marked(page.rows)
    tabs = [
        {"label": tab.label, "url": tab_url(request.GET, tab.name), "active": tab == chosen.tab}
        for tab in TABS
    ]
    context = {"page": page, "filter": chosen, "tabs": tabs}
    return render(request, "referrals/introductions/introductions.html", context)


@role_required(Role.ADVISOR)
@require_http_methods(["GET", "HEAD", "POST"])
def introduction_create(request):
    """`?person=` names the first of the two, by reference or id."""
    if request.method != "POST":
        first = named(Person, request, "person")
        return form_page(request, IntroductionForm(actor=request.actor, initial={"first": first}))
    form = IntroductionForm(request.POST, actor=request.actor)
    made = form.made_already(Introduction)
    if not made and form.is_valid():
        made = proposed(request, form)
    return redirect(made) if made else form_page(request, form, status=422)


def proposed(request, form) -> Introduction | None:
    """Of two clicks at once the second finds what the first has made."""
    given = form.arguments() | {"id": form.cleaned_data["token"]}
    try:
        made = propose_introduction(**given, by=request.actor, at=timezone.now())
    except IntegrityError:
        return form.made_already(Introduction)
    except ContactsError as error:
        made = form.made_already(Introduction)
        if not made:
            field = getattr(error, "field", "")
            form.add_error(field if field in form.fields else None, error.message)
            form.warned = error.code == "names_in_text"
        return made
    messages.success(request, _("Proposed. Both get a mail with a link of their own."))
    return made


def form_page(request, form, status=200):
    return render(
        request,
        "referrals/introductions/introduction_form.html",
        {"form": form, "places": [place_of(form, place) for place in PLACES]},
        status=status,
    )


def place_of(form, place: str) -> dict:
    """One of the two in the form: who is chosen, or what was typed instead."""
    picked = form.initial.get(place)
    if form.is_bound:
        picked = form.cleaned_data.get(place) or None
    typed = form.data.get(f"{place}_text", "") if form.is_bound else ""
    return {
        "name": place,
        "label": form.fields[place].label,
        "value": picked.pk if picked else "",
        "text": picked.display_name if picked else typed,
        "errors": form.errors.get(place, []),
        "about": form[f"{place}_about"],
        "fields": form[f"{place}_fields"],
    }


def find(request, reference, rows=None) -> Introduction:
    rows = Introduction.objects.visible_to(request.actor) if rows is None else rows
    return get_object_or_404(rows.with_names(), reference=reference)


def own(request, reference) -> Introduction:
    return find(request, reference, Introduction.objects.writable_by(request.actor))


@agency_required
@require_safe
def introduction(request, reference):
    return detail_page(request, find(request, reference))


def detail_page(request, row: Introduction, *, bound: OutcomeForm | None = None, status=200):
    context = view_model.detail(row, request.actor, bound=bound) | {"form": bound}
    return render(request, "referrals/introductions/introduction.html", context, status=status)


@role_required(Role.ADVISOR)
@require_POST
def introduction_withdraw(request, reference):
    row = own(request, reference)
    try:
        actions.withdraw_introduction(introduction=row, by=request.actor, at=timezone.now())
    except ContactsError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Withdrawn. Both hear that it does not come about."))
    return redirect(row)


@role_required(Role.ADVISOR)
@require_POST
def introduction_outcome(request, reference, pk):
    """What the advisor has heard from one of the two."""
    row = own(request, reference)
    party = get_object_or_404(row.parties.select_related("person"), pk=pk)
    form = OutcomeForm(request.POST, auto_id=f"id_{pk}_%s", prefix=None)
    form.party_id = pk
    if not form.is_valid():
        return detail_page(request, row, bound=form, status=422)
    try:
        actions.report_outcome(
            party=party, **form.cleaned_data, by=request.actor, at=timezone.now()
        )
    except ContactsError as error:
        messages.error(request, error.message)
    else:
        name = party.person.display_name
        messages.success(request, _("Noted what %(name)s says.") % {"name": name})
    return redirect(row)
