from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.decorators import agency_required, role_required
from accounts.models import Role
from dma_crm.paging import page_of
from referrals import actions, needs_page, stuck, words
from referrals.alternatives import alternatives_to, to_replace
from referrals.errors import NamesInTextError
from referrals.forms.needs import NoteForm, TableForm
from referrals.models import CLOSED_NEEDS, Need, NeedStatus, Referral, ReferralError
from referrals.need_filters import ALL_STATES, STUCK, TABLED, NeedFilter, tabs_of
from referrals.round_table import on_the_table


@agency_required
@require_safe
def needs(request):
    """What founders need, by how far their referrals have come with it."""
    chosen = NeedFilter(request.GET, actor=request.actor)
    rows = chosen.apply(Need.objects.visible_to(request.actor)).with_referrals()
    page = page_of(rows, ordering=("-created_at", "-id"), cursor=request.GET.get("cursor", ""))
    for need in page:
        mark(need)
    context = {"page": page, "filter": chosen, "tabs": tabs(request, chosen.tab.name)}
    context["is_tabled"] = chosen.tab.name == TABLED
    context["shows_all"] = chosen.tab.name in {ALL_STATES, TABLED}  # else the tab says the state
    return render(request, "referrals/needs.html", context)


@agency_required
@require_safe
def stuck_needs(request):
    """Needs that nobody is helping with, the oldest first, each with why and what to do."""
    now = timezone.now()
    chosen = NeedFilter(request.GET, actor=request.actor)
    rows = chosen.narrowed(stuck.stuck_needs(request.actor, now)).with_referrals()
    page = page_of(rows, ordering=("created_at", "id"), cursor=request.GET.get("cursor", ""))
    why = stuck.snags(page.rows, now)
    for need in page:
        mark(need)
        need.snag = why[need.pk]
    context = {"page": page, "filter": chosen, "tabs": tabs(request, STUCK), "is_stuck": True}
    return render(request, "referrals/stuck_needs.html", context)


def mark(need: Need) -> None:
    need.tone = words.need_tone(need.status)
    need.state = needs_page.state_of(need, list(need.referrals.all()))


def tabs(request: HttpRequest, active: str) -> list[dict]:
    """Filters stay when the tab changes, the place in the list does not."""
    query = request.GET.copy()
    for name in ("tab", "cursor"):
        query.pop(name, None)
    return tabs_of(
        active,
        stuck=stuck.count_stuck(request.actor, timezone.now()),
        tabled=stuck.counted(on_the_table(request.actor)),
        query=f"&{query.urlencode()}" if query else "",
    )


# --- one need ---


def find(request: HttpRequest, reference: str) -> Need:
    rows = Need.objects.visible_to(request.actor).with_referrals()
    return get_object_or_404(rows, reference=reference)


@agency_required
@require_safe
def need(request, reference):
    return page(request, find(request, reference))


def page(request, need: Need, *, note_form: NoteForm | None = None, status=200):
    now, actor = timezone.now(), request.actor
    referrals = needs_page.rows_of(need)
    mark(need)
    replaced = to_replace(referrals) if needs_alternatives(need, actor) else None
    context = {
        "need": need,
        "referrals": needs_page.marked(referrals, actor, timezone.localdate(now)),
        "steps": needs_page.history_of(need, actor),
        "may_act": actor.role == Role.ADVISOR,
        "may_withdraw": may_withdraw_others(need, referrals, actor),
        "replaced": replaced,
        "alternatives": alternatives_to(replaced, now) if replaced else [],
        "form": note_form or NoteForm(),
        "is_open": need.status not in CLOSED_NEEDS,
    }
    return render(request, "referrals/need.html", context, status=status)


def needs_alternatives(need: Need, actor) -> bool:
    closed = need.status in {NeedStatus.HELPING, *CLOSED_NEEDS}
    return actor.role == Role.ADVISOR and not closed


def may_withdraw_others(need: Need, referrals: list[Referral], actor) -> bool:
    """Somebody helps, and others whom we asked have not answered yet."""
    helped = need.status in {NeedStatus.HELPING, NeedStatus.HELPED}
    ours = [row for row in referrals if row.sender_id == actor.organisation_id]
    waiting = any(row.status in needs_page.UNANSWERED for row in ours)
    return actor.role == Role.ADVISOR and helped and waiting


@role_required(Role.ADVISOR)
@require_POST
def withdraw_others(request, reference):
    need = find(request, reference)
    try:
        gone = actions.withdraw_others(need=need, by=request.actor, at=timezone.now())
    except ReferralError as error:
        messages.error(request, error.message)
        return redirect(need)
    said = ngettext(
        "%(n)s referral has been withdrawn.", "%(n)s referrals have been withdrawn.", len(gone)
    )
    messages.success(request, said % {"n": len(gone)})
    return redirect(need)


@role_required(Role.ADVISOR)
@require_POST
def settle(request, reference):
    need, form = find(request, reference), NoteForm(request.POST)
    if not form.is_valid():
        return page(request, need, note_form=form, status=422)
    try:
        actions.settle_need(need=need, **form.cleaned_data, by=request.actor, at=timezone.now())
    except ReferralError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The need is settled."))
    return redirect(need)


@role_required(Role.ADVISOR)
@require_http_methods(["GET", "HEAD", "POST"])
def need_table(request, reference):
    """Mark a need for the round table; a name in the text is asked about before it is kept."""
    need = find(request, reference)
    form = TableForm(request.POST or None, initial={"text": need.table_text})
    ask_about_names = False
    if form.is_bound and form.is_valid():
        try:
            actions.table_need(need=need, **form.cleaned_data, by=request.actor, at=timezone.now())
        except NamesInTextError as error:
            ask_about_names = True
            form.add_error("text", error.message)
        except ReferralError as error:
            form.add_error("text", error.message)
        else:
            messages.success(request, _("Marked for the round table."))
            return redirect(need)
    context = {"form": form, "need": need, "ask_about_names": ask_about_names}
    return render(
        request, "referrals/need_table.html", context, status=422 if form.is_bound else 200
    )


@role_required(Role.ADVISOR)
@require_POST
def need_untable(request, reference):
    need = find(request, reference)
    actions.take_off_table(need=need, by=request.actor, at=timezone.now())
    messages.success(request, _("Taken off the round table."))
    return redirect(need)
