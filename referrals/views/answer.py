"""The answer page: a partner answers from the mail, without a login, on one referral only.

A GET changes nothing: mail scanners open links. Nothing is chosen beforehand but what the reader
chose in the mail: `?ergebnis=helped` opens the form for the outcome with that one ticked.
"""

from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from accounts.actors import Actor
from accounts.decorators import public
from dma_crm.confidential import confidential
from referrals import actions, steps_page, words
from referrals.forms.steps import FORMS
from referrals.models import AnswerLink, Outcome, Referral, ReferralError


@sensitive_variables("token")
def find(token: str) -> AnswerLink | None:
    """Any link ever mailed, also one that no longer opens."""
    return AnswerLink.objects.filter(token_hash=AnswerLink.hash_of(token)).first()


def opens(link: AnswerLink, at) -> bool:
    return link.revoked_at is None and at < link.expires_at


def referral_behind(link: AnswerLink) -> Referral:
    rows = Referral.objects.select_related(
        "need__person", "need__stage", "need__owner", "sender", "recipient", "service",
        "forward_to",
    )  # fmt: skip
    return rows.prefetch_related("need__topics").get(pk=link.referral_id)


def actor_of(referral: Referral) -> Actor:
    return Actor.of_link(organisation_id=referral.recipient_id, referral_id=referral.pk)


@public
@confidential
@require_safe
def answer(request, token):
    link = find(token)
    if link is None or not opens(link, timezone.now()):
        return closed(request, token, status=404 if link is None else 410)
    return page(request, token, referral_behind(link), outcome=request.GET.get("ergebnis", ""))


def closed(request: HttpRequest, token: str, *, status: int, asked: bool = False):
    """Says that the link does not open, and offers a fresh one, whatever it once opened."""
    context = {"url": reverse("referrals:answer_renew", args=[token]), "asked": asked}
    return render(request, "referrals/answer_closed.html", context, status=status)


def page(request, token, referral, *, bound=None, outcome="", status=200):
    def url_of(verb):
        return reverse("referrals:answer_act", args=[token, words.PATHS[verb]])

    actor, opened = actor_of(referral), "complete" if outcome in Outcome.values else ""
    context = steps_page.page_context(
        referral, actor, timezone.now(), url_of=url_of, bound=bound, opened=opened
    )
    if any(choice.verb == opened for choice in context["choices"]):
        say_outcome(context, outcome)
    context |= {"form": bound, "choices_first": bool(context["question"] or opened)}
    return render(request, "referrals/answer.html", context, status=status)


def say_outcome(context: dict, outcome: str) -> None:
    """Whoever chose an outcome in the mail is asked to confirm it, and nothing before that."""
    context["question"] = _("Is this what came of it?")
    context["choices"] = [one for one in context["choices"] if one.verb != "still_active"]
    context["choices"].sort(key=lambda choice: choice.verb != "complete")
    context["choices"][0].form.initial["outcome"] = outcome


@public
@confidential
@require_POST
def answer_act(request, token, path):
    """Take one step by the link; who comes second is shown how things stand."""
    link, verb = find(token), VERBS.get(path)
    if link is None or verb is None or not opens(link, timezone.now()):
        return closed(request, token, status=404 if link is None or verb is None else 410)
    referral = referral_behind(link)
    form = FORMS[verb](request.POST, referral=referral, verb=verb)
    try:
        if form.is_valid():
            steps_page.take(form, by=actor_of(referral), at=timezone.now())
    except ReferralError as error:
        messages.error(request, steps_page.told(error, referral))
        return redirect("referrals:answer", token)
    if form.errors:
        return page(request, token, referral_behind(link), bound=form, status=422)
    messages.success(request, words.TOLD[verb])
    return redirect("referrals:answer", token)


VERBS = {path: verb for verb, path in words.PATHS.items()}


@public
@confidential
@require_POST
def answer_renew(request, token):
    """The same answer for every token, known or not."""
    actions.send_fresh_link(token=token, at=timezone.now())
    return closed(request, token, status=200, asked=True)
