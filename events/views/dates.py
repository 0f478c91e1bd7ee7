"""The same event on other days: copies, series, and steps for all dates that follow."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import agency_required
from contacts.views.editing import form_page
from events import actions
from events.errors import EventError
from events.forms import CopyForm, RepeatForm
from events.models import Event, EventState
from events.recurring import suggested_days
from events.views.staff import find, step
from events.wording import date_in_words, when_in_words

PAGE = "events/copy.html"


@agency_required
@require_http_methods(["GET", "HEAD", "POST"])
def copy(request, slug):
    """One page, two forms: a single copy, or a series of dates."""
    event, again = find(request, slug), "rhythm" in request.POST
    posted = request.POST if request.method == "POST" else None
    user = {"user_id": request.user.pk}
    form = CopyForm(None if again else posted, initial=first_day(event), **user)
    repeat = RepeatForm(
        posted if again else None, event=event, initial=usual(event), prefix="", **user
    )
    chosen, make = (repeat, repeated) if again else (form, copied)
    made = chosen.made_already(Event) if posted else None
    if made is None and chosen.is_valid():
        made = attempt(request, event, chosen, make)
    if made:
        return redirect("events:event_edit", made.slug)
    context = {"event": event, "when": when_in_words(event), "days": days_for(event)}
    return form_page(request, PAGE, chosen, {**context, "form": form, "repeat": repeat})


def attempt(request, event: Event, form, make) -> Event | None:
    try:
        return make(request, event, form)
    except EventError as error:
        form.add_error(None, error.message)
        return None


def copied(request, event: Event, form) -> Event:
    data = form.cleaned_data
    made = actions.copy_event(
        event=event, day=data["day"], id=data["token"], by=request.actor, at=timezone.now()
    )
    messages.success(request, _("This is the copy, a draft so far."))
    return made


def repeated(request, event: Event, form) -> Event:
    made = actions.repeat_event(
        event=event,
        days=form.days(),
        publish=form.cleaned_data["publish"],
        id=form.cleaned_data["token"],
        by=request.actor,
        at=timezone.now(),
    )
    said = ngettext("%(n)s date has been added.", "%(n)s dates have been added.", len(made))
    messages.success(request, said % {"n": len(made)})
    return made[0]


def first_day(event: Event) -> dict:
    return {"day": suggested_days(event, today=timezone.localdate())[0]}


def usual(event: Event) -> dict:
    return {"times": 3, "publish": event.state == EventState.PUBLISHED}


def days_for(event: Event) -> list[dict]:
    days = suggested_days(event, today=timezone.localdate())
    return [{"day": day, "said": _("On %(day)s") % {"day": date_in_words(day)}} for day in days]


@agency_required
@require_POST
def publish_following(request, slug):
    said = _("%(title)s: this date and those that follow are public now.")
    return step(request, slug, actions.publish_following, said)


@agency_required
@require_POST
def cancel_following(request, slug):
    said = _("%(title)s: this date and all that follow are cancelled.")
    return step(request, slug, actions.cancel_following, said, undo="publish_following")
