"""The agency's side of registrations: who comes, who waits, who came."""

from functools import partial

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.decorators import agency_required, role_required
from accounts.models import Role
from contacts.errors import ContactsError
from contacts.models import Person
from contacts.views.editing import form_page
from dma_crm.paging import page_of
from events import actions
from events.filters import GuestFilter
from events.forms import GuestForm
from events.models import Event, Registration, RegistrationState
from events.people import link_person, make_contact, proposals
from events.questions import answers_of
from events.seats import free_seats, position
from events.views.staff import programme_of
from events.wording import moment_in_words, when_in_words

S = RegistrationState
TONES = {
    S.HELD: "warning",
    S.WAITING: "info",
    S.OFFERED: "warning",
    S.CONFIRMED: "good",
    S.CANCELLED: "neutral",
    S.LAPSED: "neutral",
}
OVERSEERS = (Role.MANAGER, Role.ADMIN)


def find_event(request, slug: str) -> Event:
    return get_object_or_404(Event.objects.visible_to(request.actor), slug=slug)


def find(request, slug: str, pk) -> Registration:
    rows = Registration.objects.visible_to(request.actor).select_related("event", "person")
    return get_object_or_404(rows, event__slug=slug, pk=pk)


@agency_required
@require_safe
def guests(request, slug):
    """In the order in which they registered."""
    event = find_event(request, slug)
    chosen = GuestFilter(request.GET)
    rows = chosen.apply(event.registrations.visible_to(request.actor).select_related("person"))
    page = page_of(rows, ordering=("queue", "id"), cursor=request.GET.get("cursor", ""))
    for row in page:
        row.tone = TONES[row.state]
    context = {
        "event": event,
        "when": when_in_words(event),
        "page": page,
        "filter": chosen,
        "counts": [] if event.by_parts else counts_of(event),
        **(programme_of(event, request.actor) if event.by_parts else {"days": []}),
    }
    return render(request, "events/guests.html", context)


def counts_of(event: Event) -> list[dict]:
    states = list(event.registrations.values_list("state", "checked_in_at"))
    counted = {state: sum(1 for one, _came in states if one == state) for state in S}
    free = free_seats(event)
    rows = [
        (_("Confirmed"), counted[S.CONFIRMED]),
        (_("Not confirmed yet"), counted[S.HELD] + counted[S.OFFERED]),
        (_("Waiting list"), counted[S.WAITING]),
        (_("Free seats"), _("no limit") if free is None else free),
        (_("Came"), sum(1 for _state, came in states if came)),
    ]
    return [{"label": label, "value": value} for label, value in rows]


@agency_required
@require_http_methods(["GET", "HEAD", "POST"])
def guest_create(request, slug):
    event = find_event(request, slug)
    form = GuestForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.add_registration(
                event=event, **form.cleaned_data, by=request.actor, at=timezone.now()
            )
        except ContactsError as error:
            form.add_error(None, error.message)
        else:
            said = _("%(name)s: %(state)s.")
            messages.success(request, said % {"name": row.name, "state": row.get_state_display()})
            return redirect("events:guests", slug)
    return form_page(request, "events/guest_form.html", form, {"event": event})


@agency_required
@require_safe
def guest(request, slug, pk):
    """One guest, and who that may be among the people we know."""
    row = find(request, slug, pk)
    event = row.event
    facts = [
        (_("E-mail"), row.email),
        *answers_of(row),
        (_("Registered on"), moment_in_words(row.created_at)),
        (_("Added by"), _("the agency") if row.by_staff else ""),
        (_("Address confirmed on"), row.confirmed_at and moment_in_words(row.confirmed_at)),
        (_("Came"), row.checked_in_at and moment_in_words(row.checked_in_at)),
        (_("Place in line"), position(row) if row.state == S.WAITING else ""),
        (_("May become a contact"), _("yes") if row.wants_contact else _("no")),
    ]
    context = {
        "row": row,
        "event": event,
        "tone": TONES[row.state],
        "facts": [{"term": term, "value": value} for term, value in facts if value],
        "near_duplicates": [] if row.person_id else proposals(row, request.actor),
        "may_write": request.actor.role == Role.ADVISOR,
        "may_cancel": request.actor.role in OVERSEERS and row.is_active and not row.checked_in_at,
    }
    return render(request, "events/guest.html", context)


@agency_required
@require_POST
def check_in(request, slug, pk):
    undo = reverse("events:undo_check_in", args=[slug, pk])
    said = _("%(name)s is here.")
    return step(request, slug, pk, actions.check_in, said, undo=undo)


@agency_required
@require_POST
def undo_check_in(request, slug, pk):
    return step(request, slug, pk, actions.undo_check_in, _("%(name)s is not here."))


@role_required(*OVERSEERS)
@require_POST
def guest_cancel(request, slug, pk):
    return step(request, slug, pk, actions.cancel_registration, _("%(name)s has been cancelled."))


def step(request, slug: str, pk, action, said: str, *, undo: str = ""):
    row = find(request, slug, pk)
    take(request, partial(action, registration=row), said % {"name": row.name}, undo=undo)
    return redirect("events:guests", slug)


def take(request, action, said: str, *, undo: str = "") -> None:
    try:
        action(by=request.actor, at=timezone.now())
    except ContactsError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, said, extra_tags=undo and f"undo={undo}")


@role_required(Role.ADVISOR)
@require_POST
def guest_person(request, slug, pk):
    """`person` is the reference of somebody we know; without it the guest becomes a contact."""
    row, reference = find(request, slug, pk), request.POST.get("person", "")
    if reference:
        people = Person.objects.visible_to(request.actor)
        person = get_object_or_404(people, reference=reference)
        take(request, partial(link_person, registration=row, person=person), _("Linked."))
    else:
        take(request, partial(make_contact, registration=row), _("Contact created."))
    return redirect("events:guest", slug, pk)
