"""The page behind the mail link: somebody agrees or not, without a login, on one introduction only.

A GET changes nothing: mail scanners open links. Nothing is chosen beforehand. What the other one
has said shows nowhere; that it does not come about is all anybody learns, for whatever reason.
"""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from accounts.decorators import public
from contacts.errors import ContactsError
from contacts.models import PersonState
from dma_crm.confidential import confidential
from referrals.introductions import actions, view_model
from referrals.introductions.forms import AgreeForm, DeclineForm, OutcomeForm
from referrals.models import IntroductionParty, IntroductionStatus


@sensitive_variables("token")
def find(token: str) -> IntroductionParty | None:
    rows = IntroductionParty.objects.select_related("person", "introduction__owner")
    return rows.filter(token_hash=IntroductionParty.hash_of(token)).first()


def opens(party: IntroductionParty | None, at) -> bool:
    return bool(party and at < party.expires_at and party.person.state == PersonState.ACTIVE)


@public
@confidential
@require_safe
def invitation(request, token):
    party = find(token)
    if not opens(party, timezone.now()):
        return closed(request, party)
    return page(request, token, party)


def closed(request, party):
    status = 410 if party else 404
    return render(request, "referrals/introductions/invitation_closed.html", status=status)


def page(request, token, party, *, bound=None, status=200):
    context = view_model.invitation(party, token, timezone.now(), bound=bound)
    return render(request, "referrals/introductions/invitation.html", context, status=status)


def answered(request, token, form_of, act):
    """One answer by the link; whoever comes too late is shown how things stand."""
    party = find(token)
    if not opens(party, timezone.now()):
        return closed(request, party)
    form = form_of(party)
    try:
        if form.is_valid():
            by = actions.holder_of(party)
            act(party=party, **form.cleaned_data, by=by, at=timezone.now())
            return redirect("referrals:introduction_invitation", token)
    except ContactsError as error:
        field = getattr(error, "field", "")
        if field not in form.fields:
            messages.error(request, error.message)
            return redirect("referrals:introduction_invitation", token)
        form.add_error(field, error.message)
    return page(request, token, find(token), bound=form, status=422)


@public
@confidential
@require_POST
def agree(request, token):
    return answered(
        request,
        token,
        lambda party: AgreeForm(request.POST, party=party),
        actions.agree_to_introduction,
    )


@public
@confidential
@require_POST
def decline(request, token):
    """Also takes an agreement back."""

    def act(**given):
        introduction = actions.decline_introduction(**given)
        if introduction.status == IntroductionStatus.INTRODUCED:
            messages.warning(request, _("Your contact data had been passed on already."))

    return answered(request, token, lambda party: DeclineForm(request.POST), act)


@public
@confidential
@require_POST
def outcome(request, token):
    return answered(request, token, lambda party: OutcomeForm(request.POST), told(request))


def told(request):
    def act(**given):
        actions.report_outcome(**given)
        messages.success(request, _("Thank you! Your advisor knows now."))

    return act
