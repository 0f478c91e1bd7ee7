"""A step taken in the row of the list: by one click, or by a small form that opens in it.

With HTMX the row alone comes back, with how it stands now; without it the list, with a message.
"""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.decorators import role_required
from accounts.models import Role
from referrals import disclosure, steps_page, words, worklist
from referrals.filters import counts
from referrals.forms.steps import FORMS
from referrals.models import Referral, ReferralChangedError, ReferralError
from referrals.views.lists import came_from, mark

ROW = "referrals/_work_answer.html"


def find(request, reference) -> Referral:
    rows = Referral.objects.visible_to(request.actor).with_names()
    rows = rows.select_related("forward_to")
    return get_object_or_404(rows, reference=reference)


@role_required(Role.PARTNER)
@require_http_methods(["GET", "HEAD", "POST"])
def step(request, reference, path):
    verb = worklist.VERBS.get(path)
    if verb is None:
        raise Http404
    referral = find(request, reference)
    if request.method == "POST":
        return take(request, referral, verb)
    if verb not in {each.verb for each in worklist.steps(referral, request.actor, timezone.now())}:
        return lost(request, referral, ReferralChangedError())
    return form_page(request, referral, FORMS[verb](referral=referral, verb=verb))


def take(request, referral, verb):
    """Who comes second is shown who was faster, and overwrites nothing."""
    now = timezone.now()
    data = worklist.with_defaults(request.POST, referral, name=request.user.name, at=now)
    form = FORMS[verb](data, referral=referral, verb=verb)
    try:
        if form.is_valid():
            steps_page.take(form, by=request.actor, at=now)
    except ReferralError as error:
        return lost(request, referral, error)
    if form.errors:
        return form_page(request, referral, form, status=422)
    return done(request, referral, verb)


def list_address(request) -> str:
    return came_from(request, default=reverse("referrals:referrals"))


def form_page(request, referral, form, *, status=200):
    context = {
        "referral": referral,
        "form": form,
        "label": words.BUTTONS[form.verb],
        "url": worklist.step_url(referral, form.verb),
        "next": list_address(request),
    }
    if request.htmx:
        return render(request, "referrals/_work_step.html", context, status=status)
    context["handed_over"] = disclosure.handed_over(referral)
    return render(request, "referrals/step.html", context, status=status)


def done(request, referral, verb):
    undo = worklist.step_url(referral, "undo") if verb in worklist.UNDONE_BY_A_CLICK else ""
    if request.htmx:
        note = {"text": words.TOLD[verb], "tone": "good", "undo": undo}
        return row(request, referral, "open" if verb == "undo" else "answered", note)
    tag = f"undo={undo}" if undo else ""
    messages.success(request, words.TOLD[verb], extra_tags=tag)
    return redirect(list_address(request))


def lost(request, referral, error):
    told = steps_page.told(error, referral)
    if isinstance(error, ReferralChangedError):
        told = worklist.faster(referral, request.actor) or told
    if request.htmx:
        return row(request, referral, "told", {"text": told, "tone": "warning"}, status=409)
    messages.error(request, told)
    return redirect(referral)


def row(request, referral, state: str, note: dict, *, status=200):
    """The row as it stands now, read afresh; `state` says where the focus goes (worklist.js)."""
    referral = find(request, referral.reference)
    mark([referral], request.actor)
    waiting = counts(request.actor)
    if referral.recipient_id == request.actor.organisation_id:
        del waiting["rueckfrage"]  # that tab is there only where such queries are
    context = {"referral": referral, "work": state, "note": note, "counts": waiting}
    return render(request, ROW, context, status=status)
