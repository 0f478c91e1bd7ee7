"""The parts of a programme, as its makers see them."""

from functools import partial

from django.contrib import messages
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.decorators import agency_required
from contacts.views.editing import create_page
from events import actions
from events.forms import PartForm
from events.models import Event, EventState
from events.views.staff import FORM, find, warn


@agency_required
@require_http_methods(["GET", "HEAD", "POST"])
def part_create(request, slug):
    programme = find(request, slug)
    if programme.parent_id:
        raise Http404
    form = PartForm(request.POST or None, programme=programme, user_id=request.user.pk)
    make = partial(create, request, form, programme)
    done_url = reverse("events:event_edit", args=[slug])
    context = {"done_url": done_url, "programme": programme}
    return create_page(request, form, make, model=Event, template=FORM, context=context)


def create(request, form, programme: Event, *, id) -> Event:
    given = {"programme": programme, **form.lists(), "id": id}
    now = timezone.now()
    part = actions.create_part(**form.everything(), **given, by=request.actor, at=now)
    if "publish" in request.POST and part.state == EventState.DRAFT:
        actions.publish_event(event=part, by=request.actor, at=now)
    messages.success(request, _("%(title)s is part of the programme.") % {"title": part.title})
    warn(request, part)
    return part
