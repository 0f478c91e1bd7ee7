"""Where events take place: managers keep the list, advisors read it."""

from functools import partial

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import agency_required, role_required
from accounts.models import Role
from contacts.views.editing import create_page, form_page
from dma_crm.paging import page_of
from events import actions
from events.forms import NewRoomForm, NewVenueForm, RoomForm, VenueForm
from events.models import Room, Venue
from events.wording import street_of, town_of

FORM = "events/venue_form.html"
ROOM_FORM = "events/room_form.html"
MOST_ROOMS = 100
EDITORS = (Role.MANAGER, Role.ADMIN)


@agency_required
@require_safe
def venues(request):
    page = page_of(
        Venue.objects.all(), ordering=("name", "id"), cursor=request.GET.get("cursor", "")
    )
    rows = [{"venue": v, "street": street_of(v), "town": town_of(v)} for v in page]
    may_edit = request.actor.role in EDITORS
    context = {"page": page, "rows": rows, "may_edit": may_edit}
    return render(request, "events/venues.html", context)


@role_required(*EDITORS)
@require_http_methods(["GET", "HEAD", "POST"])
def venue_create(request):
    form = NewVenueForm(request.POST or None, user_id=request.user.pk)
    context = {"done_url": reverse("events:venues")}
    make = partial(create, request, form)
    return create_page(request, form, make, model=Venue, template=FORM, context=context)


def create(request, form, *, id) -> Venue:
    venue = actions.create_venue(**form.changes(), id=id, at=timezone.now())
    messages.success(request, _("Saved."))
    return venue


@role_required(*EDITORS)
@require_http_methods(["GET", "HEAD", "POST"])
def venue_edit(request, pk):
    venue = get_object_or_404(Venue, pk=pk)
    form = VenueForm(request.POST or None, instance=get_object_or_404(Venue, pk=pk))
    if request.method == "POST" and form.is_valid():
        actions.update_venue(venue=venue, changes=form.changes(), at=timezone.now())
        messages.success(request, _("Saved."))
        return redirect("events:venues")
    rooms = venue.rooms.all()[:MOST_ROOMS]
    return form_page(request, FORM, form, {"venue": venue, "rooms": rooms})


@role_required(*EDITORS)
@require_http_methods(["GET", "HEAD", "POST"])
def room_create(request, pk):
    venue = get_object_or_404(Venue, pk=pk)
    form = NewRoomForm(request.POST or None, venue=venue, user_id=request.user.pk)
    context = {"done_url": reverse("events:venue_edit", args=[pk]), "venue": venue}
    make = partial(make_room, request, form, venue)
    return create_page(request, form, make, model=Room, template=ROOM_FORM, context=context)


def make_room(request, form, venue: Venue, *, id) -> Room:
    room = actions.create_room(venue=venue, **form.changes(), id=id, at=timezone.now())
    messages.success(request, _("Saved."))
    return room


@role_required(*EDITORS)
@require_http_methods(["GET", "HEAD", "POST"])
def room_edit(request, pk):
    room = get_object_or_404(Room.objects.select_related("venue"), pk=pk)
    copy = get_object_or_404(Room, pk=pk)
    form = RoomForm(request.POST or None, instance=copy, venue=room.venue)
    if request.method == "POST" and form.is_valid():
        actions.update_room(room=room, changes=form.changes(), at=timezone.now())
        messages.success(request, _("Saved."))
        return redirect("events:venue_edit", room.venue_id)
    return form_page(request, ROOM_FORM, form, {"venue": room.venue, "room": room})
