from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.decorators import role_required
from accounts.models import Role, User
from referrals import actions, steps_page, words
from referrals.alternatives import beside
from referrals.feedback.showing import feedback_of
from referrals.forms.owners import OwnerForm
from referrals.forms.steps import FORMS
from referrals.models import Referral, ReferralError
from referrals.views.lists import came_from


def find(request, reference) -> Referral:
    rows = Referral.objects.visible_to(request.actor).select_related(
        "need__person", "need__startup", "need__stage", "need__owner", "sender", "recipient",
        "service", "forward_to", "forwarded_from", "forwarded_as",
    )  # fmt: skip
    return get_object_or_404(rows.prefetch_related("need__topics"), reference=reference)


@role_required(*Role)
@require_safe
def referral(request, reference):
    """One referral for both sides; opening it changes nothing."""
    return page(request, find(request, reference))


def page(request, referral, *, bound=None, status=200):
    now, url_of = timezone.now(), steps_page.url_of(referral)
    context = steps_page.page_context(referral, request.actor, now, url_of=url_of, bound=bound)
    context |= {
        "form": bound,
        "owner_form": owner_form(request, referral),
        **neighbours(request, referral),
        **beside(referral, request.actor, now),
        "feedback": feedback_of(referral, request.actor),
    }
    return render(request, "referrals/referral.html", context, status=status)


def neighbours(request, referral) -> dict:
    """Where it came from and went to: links for whoever may open them, the sender's side."""
    if not (request.actor.is_agency or request.actor.organisation_id == referral.sender_id):
        return {"predecessor": None, "successor": None}
    successor = getattr(referral, "forwarded_as", None)
    return {"predecessor": referral.forwarded_from, "successor": successor}


def owner_form(request, referral):
    if request.actor.role != Role.MANAGER:
        return None
    return OwnerForm(initial={"owner": referral.need.owner_id})


@role_required(Role.ADVISOR, Role.PARTNER)
@require_POST
def act(request, reference, verb):
    """Take one step; a colleague who was faster is told of, and nothing is overwritten."""
    referral = find(request, reference)
    form = FORMS[verb](request.POST, referral=referral, verb=verb)
    try:
        if form.is_valid():
            steps_page.take(form, by=request.actor, at=timezone.now())
    except ReferralError as error:
        messages.error(request, steps_page.told(error, referral))
        return redirect(referral)
    if form.errors:
        return page(request, find(request, reference), bound=form, status=422)
    messages.success(request, words.TOLD[verb], extra_tags=undo_tag(referral, verb))
    return redirect(referral)


@role_required(Role.ADVISOR, Role.PARTNER)
@require_POST
def remind(request, reference):
    """One click, from the list or the page; leads back to where it was pressed."""
    referral = find(request, reference)
    try:
        actions.remind_recipient(referral=referral, by=request.actor, at=timezone.now())
    except ReferralError as error:
        messages.error(request, error.message)
    else:
        said = _("%(name)s gets a reminder.") % {"name": referral.recipient.spoken_name}
        messages.success(request, said)
    return redirect(came_from(request, default=referral.get_absolute_url()))


def undo_tag(referral, verb: str) -> str:
    undoable = verb in {"accept", "decline"}
    return f"undo={reverse('referrals:undo', args=[referral.reference])}" if undoable else ""


@role_required(Role.MANAGER)
@require_POST
def reassign(request, reference):
    """Managers give the case to another advisor."""
    referral = find(request, reference)
    form = OwnerForm(request.POST)
    if form.is_valid():
        owner: User = form.cleaned_data["owner"]
        actions.reassign_need(need=referral.need, owner=owner, by=request.actor, at=timezone.now())
        messages.success(request, _("%(name)s is now the owner.") % {"name": owner.name})
    else:
        messages.error(request, _("Please choose an advisor."))
    return redirect(referral)
