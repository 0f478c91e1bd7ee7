"""The agency's side: write an event, publish it, cancel it."""

from functools import partial

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.decorators import agency_required
from accounts.history import EditConflict
from contacts.views.editing import conflict_of, create_page, form_page
from dma_crm.paging import page_of
from events import actions
from events.errors import (
    EventError,
    PartOutsideError,
    RegistrationKindError,
    SeatsTakenError,
)
from events.forms import EventForm, FollowingEventForm, NewEventForm
from events.models import Event, EventState
from events.programmes import by_day, offers_of
from events.rooms import warnings_for
from events.seats import turns_away
from events.wording import place_in_words, when_in_words

FORM = "events/event_form.html"
MOST_SHOWN = 100
FIELDS_OF_ERRORS: dict[type, str] = {
    SeatsTakenError: "capacity",
    PartOutsideError: "day",
    RegistrationKindError: "registration",
}
TONES = {EventState.DRAFT: "neutral", EventState.PUBLISHED: "good", EventState.CANCELLED: "danger"}


@agency_required
@require_safe
def manage(request):
    past, now = "vergangen" in request.GET, timezone.now()
    rows = Event.objects.visible_to(request.actor).select_related("venue", "room", "parent")
    rows = rows.past(now) if past else rows.upcoming(now)
    ordering = ("-starts_at", "-id") if past else ("starts_at", "id")
    page = page_of(rows, ordering=ordering, cursor=request.GET.get("cursor", ""))
    context = {"page": page, "rows": [row_of(event) for event in page], "past": past}
    return render(request, "events/manage.html", {**context, "tabs": tabs(past)})


def tabs(past: bool) -> list[dict]:
    return [
        {"label": _("Coming"), "url": "?", "active": not past},
        {"label": _("Past"), "url": "?vergangen=1", "active": past},
    ]


def row_of(event: Event) -> dict:
    return {
        "event": event,
        "when": when_in_words(event),
        "place": place_in_words(event),
        "tone": TONES[event.state],
    }


@agency_required
@require_http_methods(["GET", "HEAD", "POST"])
def event_create(request):
    form = NewEventForm(request.POST or None, user_id=request.user.pk)
    context = {"done_url": reverse("events:manage")}
    make = partial(create, request, form)
    return create_page(request, form, make, model=Event, template=FORM, context=context)


def create(request, form, *, id) -> Event:
    now = timezone.now()
    given = {**form.everything(), **form.lists()}
    event = actions.create_event(**given, id=id, by=request.actor, at=now)
    if "publish" in request.POST and event.state == EventState.DRAFT:
        actions.publish_event(event=event, by=request.actor, at=now)
    said = _("%(title)s is public now.") if "publish" in request.POST else _("Draft saved.")
    messages.success(request, said % {"title": event.title})
    warn(request, event)
    return event


@agency_required
@require_http_methods(["GET", "HEAD", "POST"])
def event_edit(request, slug):
    event = find(request, slug)
    dates = dates_of(event)
    form_class = FollowingEventForm if dates["following"] else EventForm
    form = form_class(request.POST or None, record=event)
    context = {"event": event, "tone": TONES[event.state], "actions": steps_of(event), **dates}
    context |= {**programme_of(event, request.actor), "room_warnings": warnings_for(event)}
    context["turned_away"] = event.takes_guests(timezone.now()) and turns_away(event)
    if request.method == "POST" and form.is_valid():
        try:
            save(request, event, form)
        except EditConflict as conflict:
            context["conflict"] = conflict_of(form, conflict.current)
            context["conflict"]["keep_url"] = request.path
            return form_page(request, FORM, form, context, status=409)
        except EventError as error:
            form.add_error(FIELDS_OF_ERRORS.get(type(error)), error.message)
            return form_page(request, FORM, form, context)
        return redirect("events:manage")
    return form_page(request, FORM, form, context)


def dates_of(event: Event) -> dict:
    """The other dates of its series, and how many of them follow."""
    others = list(Event.objects.other_dates(event)[:MOST_SHOWN])
    later = [one for one in others if one.starts_at >= event.starts_at]
    following = sum(one.state != EventState.CANCELLED for one in later)
    rows = [row_of(one) for one in others]
    return {"dates": rows, "following": following, "later_drafts": drafts_in([event, *later])}


def programme_of(event: Event, actor) -> dict:
    """Its parts day by day, or the programme whose part it is."""
    if event.parent_id:
        return {"programme": event.parent, "days": []}
    offers = offers_of(event, Event.objects.visible_to(actor), at=timezone.now())
    for offer in offers:
        offer.part.tone = TONES[offer.part.state]
    return {"programme": None, "days": by_day(offers)}


def drafts_in(events: list[Event]) -> int:
    return sum(event.state == EventState.DRAFT for event in events)


def save(request, event: Event, form) -> None:
    update = actions.update_event
    if form.cleaned_data.get("following"):
        update = actions.update_following
    update(
        event=event,
        changes=form.everything(),
        **form.lists(),
        version=form.cleaned_data["version"] or 0,
        by=request.actor,
        at=timezone.now(),
    )
    messages.success(request, _("Saved."))
    warn(request, event)


def warn(request, event: Event) -> None:
    """Nobody is hindered: two may share a room on purpose."""
    for said in warnings_for(event):
        messages.warning(request, said)


def steps_of(event: Event) -> list[dict]:
    """Buttons of the page: what may happen to the event now, and how guests see it."""
    guests = reverse("events:guests", args=[event.slug])
    door = reverse("events:door", args=[event.slug])
    copy = reverse("events:copy", args=[event.slug])
    voices = reverse("events:voices", args=[event.slug])
    look = [
        {"label": _("Registrations"), "url": guests, "icon": "people"},
        {"label": _("Door"), "url": door, "icon": "door-open"},
        {"label": _("Copy"), "url": copy, "icon": "copy"},
        {"label": _("Feedback"), "url": voices, "icon": "chat-left-text"},
        {"label": _("Public page"), "url": event.get_absolute_url(), "icon": "eye"},
    ]
    names = {
        EventState.DRAFT: [("publish", _("Publish"))],
        EventState.PUBLISHED: [("unpublish", _("Back to draft")), ("cancel", _("Cancel event"))],
        EventState.CANCELLED: [("publish", _("Takes place after all"))],
    }[event.state]
    return look + [
        {
            "label": label,
            "url": reverse(f"events:{name}", args=[event.slug]),
            "post": True,
            "primary": name == "publish",
            "danger": name == "cancel",
        }
        for name, label in names
    ]


@agency_required
@require_POST
def publish(request, slug):
    return step(request, slug, actions.publish_event, _("%(title)s is public now."))


@agency_required
@require_POST
def unpublish(request, slug):
    return step(request, slug, actions.unpublish_event, _("%(title)s is a draft again."))


@agency_required
@require_POST
def cancel(request, slug):
    return step(request, slug, actions.cancel_event, _("%(title)s is cancelled."), undo="publish")


def step(request, slug: str, action, said: str, *, undo: str = ""):
    event = find(request, slug)
    try:
        action(event=event, by=request.actor, at=timezone.now())
    except EventError as error:
        messages.error(request, error.message)
    else:
        back = undo and "undo=" + reverse(f"events:{undo}", args=[slug])
        messages.success(request, said % {"title": event.title}, extra_tags=back)
    return redirect("events:event_edit", slug)


def find(request, slug: str) -> Event:
    rows = Event.objects.visible_to(request.actor).select_related("parent", "venue", "room")
    return get_object_or_404(rows.prefetch_related("topics"), slug=slug)
