"""Founders answer by their link, without a login. A GET changes nothing: scanners open links."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import public
from dma_crm.confidential import confidential
from referrals.feedback import answering
from referrals.forms.feedback import FeedbackForm, ImpactForm
from referrals.models import FounderFeedback, ImpactSurvey

FORM_METHODS = ["GET", "HEAD", "POST"]


@dataclass(frozen=True)
class Survey:
    """One of the two things founders are asked; `name` is that of its route and its template."""

    name: str
    model: type
    related: tuple[str, ...]
    form: type
    save: Callable[..., Any]

    @sensitive_variables("token")
    def find(self, token: str):
        """Any link ever mailed, also one that no longer opens."""
        row = self.model.behind(token)
        return row and self.model.objects.select_related(*self.related).get(pk=row.pk)


FEEDBACK = Survey(
    "feedback",
    FounderFeedback,
    ("referral__recipient", "referral__need__person"),
    FeedbackForm,
    lambda row, **answers: answering.answer_feedback(feedback=row, **answers),
)
IMPACT = Survey(
    "impact",
    ImpactSurvey,
    ("person", "startup"),
    ImpactForm,
    lambda row, **answers: answering.answer_impact(survey=row, **answers),
)


@public
@confidential
@require_http_methods(FORM_METHODS)
def feedback(request, token):
    return asked(request, FEEDBACK, token)


@public
@confidential
@require_http_methods(FORM_METHODS)
def impact(request, token):
    return asked(request, IMPACT, token)


def asked(request: HttpRequest, survey: Survey, token: str):
    row, now = survey.find(token), timezone.now()
    if row is None or not answering.opens(row, now):
        return closed(request, row)
    form = survey.form(request.POST if request.method == "POST" else None, row=row)
    if request.method == "POST" and form.is_valid():
        try:
            survey.save(row, **form.cleaned_data, at=now)
        except answering.LinkClosedError:
            return closed(request, row)
        return redirect(f"referrals:{survey.name}_thanks", token)
    context = {"form": form, "row": row, "stop": f"referrals:{survey.name}_stop", "token": token}
    status = 422 if form.errors else 200
    return render(request, f"referrals/{survey.name}.html", context, status=status)


def closed(request: HttpRequest, row):
    """Unknown, too old, or answered two weeks ago."""
    answered = bool(row and row.answered_at)
    status = 404 if row is None else 410
    return render(request, "referrals/survey_closed.html", {"answered": answered}, status=status)


@public
@confidential
@require_safe
def feedback_thanks(request, token):
    return thanks(request, FEEDBACK, token)


@public
@confidential
@require_safe
def impact_thanks(request, token):
    return thanks(request, IMPACT, token)


def thanks(request: HttpRequest, survey: Survey, token: str):
    row = survey.find(token)
    if row is None or not row.answered_at:
        return closed(request, row) if row is None else redirect(f"referrals:{survey.name}", token)
    context = {"row": row, "changeable": answering.opens(row, timezone.now()), "token": token}
    return render(request, f"referrals/{survey.name}_thanks.html", context)


@csrf_exempt
@public
@confidential
@require_http_methods(FORM_METHODS)
def feedback_stop(request, token):
    return stop(request, FEEDBACK, token)


@csrf_exempt
@public
@confidential
@require_http_methods(FORM_METHODS)
def impact_stop(request, token):
    return stop(request, IMPACT, token)


def stop(request: HttpRequest, survey: Survey, token: str):
    """No more questions: also by the mail program's own button, which POSTs here (RFC 8058).

    It knows no CSRF token; the secret in the address takes its place. Any link ever mailed will do.
    """
    row = survey.find(token)
    if row is None:
        return closed(request, row)
    if request.method == "POST":
        answering.no_more_questions(person=answering.person_of(row), at=timezone.now())
    return render(request, "referrals/survey_stop.html", {"stopped": request.method == "POST"})
