"""Guests say how it was, by the link in their mail; the agency reads it without names."""

from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import agency_required, public
from dma_crm.confidential import confidential
from dma_crm.paging import page_of
from events import actions
from events.errors import FeedbackClosedError
from events.feedback_form import FeedbackForm
from events.models import Feedback
from events.views.public import language_of
from events.views.registering import FORM_METHODS, find
from events.views.registrations import find_event
from events.voices import RATINGS, EventVoices, voices_of
from events.wording import day_in_words, when_in_words


@csrf_exempt
@public
@confidential
@require_http_methods(FORM_METHODS)
def feedback(request, token):
    """A GET changes nothing: mail scanners open links."""
    row, now = find(token), timezone.now()
    if not actions.may_answer(row, at=now):
        return closed(request, row)
    answer = actions.answer_of(row)
    form = FeedbackForm(request.POST if request.method == "POST" else None, answer=answer)
    if request.method == "POST" and form.is_valid():
        try:
            actions.answer_feedback(registration=row, **form.cleaned_data, at=now)
        except FeedbackClosedError:
            return closed(request, row)
        page = reverse("events:feedback_thanks", args=[token])
        return redirect(page + language_of(request)["lang"])
    context = {"row": row, "event": row.event, "form": form, **language_of(request)}
    return render(request, "events/feedback.html", context, status=422 if form.errors else 200)


def closed(request, row):
    """Whoever did not come is asked nothing; later than a month nobody is."""
    context = {"event": row.event, "came": row.checked_in_at is not None, **language_of(request)}
    return render(request, "events/feedback_closed.html", context, status=410)


@public
@confidential
@require_safe
def feedback_thanks(request, token):
    row = find(token)
    if actions.answer_of(row) is None:
        return redirect("events:feedback", token)
    until = row.event.ends_at + actions.OPEN_FOR
    context = {"row": row, "event": row.event, "until": day_in_words(until)}
    context["changeable"] = actions.may_answer(row, at=timezone.now())
    return render(request, "events/feedback_thanks.html", {**context, **language_of(request)})


@agency_required
@require_safe
def voices(request, slug):
    """What was said of one event; remarks in an order that tells nothing."""
    event = find_event(request, slug)
    remarks = Feedback.objects.visible_to(request.actor).filter(event=event).exclude(comment="")
    page = page_of(remarks, ordering=("voice",), cursor=request.GET.get("cursor", ""))
    counted = voices_of(event)
    context = {
        "event": event,
        "when": when_in_words(event),
        "counts": counts_of(counted),
        "ratings": [{"rating": n, "often": counted.ratings[n]} for n in reversed(RATINGS)],
        "answered": counted.answered,
        "page": page,
    }
    return render(request, "events/voices.html", context)


def counts_of(counted: EventVoices) -> list[dict]:
    mean = "–" if counted.mean is None else counted.mean
    rows = [
        (_("Came"), counted.came),
        (_("Answered"), counted.answered),
        (_("Helped, on average"), mean),
        (_("Recommend it"), counted.recommend),
    ]
    return [{"label": label, "value": value} for label, value in rows]
