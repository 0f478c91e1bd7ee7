"""The pages of an appointment."""

import functools

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.decorators import agency_required, role_required
from accounts.history import EditConflict
from accounts.models import Role
from consultations.appointments import actions
from consultations.appointments.clock import when_in_words
from consultations.appointments.forms import AppointmentForm, NewAppointmentForm
from consultations.appointments.models import Appointment
from consultations.errors import AppointmentClosedError
from contacts.models import Agency, Person, Startup
from contacts.views.editing import create_page, edit_page, form_page
from contacts.views.follow_ups import ask_about

FORM = "consultations/appointment_form.html"


@role_required(Role.ADVISOR)
@require_http_methods(["GET", "HEAD", "POST"])
def appointment_create(request):
    """With `?person=P-…`, or one of the people of `?startup=S-…`; without, it asks with whom."""
    if not {"person", "startup"} & set(request.GET):
        return ask_about(request, _("Agree on an appointment"))
    startup, people = case_of(request)
    case = startup or people[0]
    form = NewAppointmentForm(
        request.POST or None,
        user_id=request.user.pk,
        people=people,
        at=timezone.now(),
        initial={"place": agency_address(), "person": people.first()},
    )
    context = {"cancel_url": case.get_absolute_url(), "about": case, "people": people}
    create = functools.partial(agree, request, form, startup)
    return create_page(request, form, create, model=Appointment, template=FORM, context=context)


def case_of(request) -> tuple[Startup | None, QuerySet[Person]]:
    """404 where there is nobody to meet."""
    startup, everybody = None, Person.objects.visible_to(request.actor).order_by("sort_name", "id")
    if "startup" in request.GET:
        startups = Startup.objects.visible_to(request.actor)
        startup = get_object_or_404(startups, reference=request.GET["startup"])
        ties = startup.affiliations.filter(until=None)
        people = everybody.filter(pk__in=ties.values("person"))
    else:
        people = everybody.filter(reference=request.GET.get("person", ""))
    if not people:
        raise Http404
    return startup, people


def agency_address() -> str:
    home = Agency.objects.select_related("organisation").defer("logo").get().organisation
    street = f"{home.street} {home.house_number}".strip()
    return ", ".join(filter(None, [street, f"{home.postcode} {home.town}".strip()]))


def agree(request, form, startup, *, id) -> Appointment:
    appointment = actions.agree_appointment(
        **form.everything(),
        id=id,
        person=form.cleaned_data["person"],
        startup=startup,
        advisor=request.user,
        by=request.actor,
        at=timezone.now(),
    )
    messages.success(request, _("Appointment agreed."))
    warn_of_overlaps(request, appointment)
    return appointment


def warn_of_overlaps(request, appointment) -> None:
    for other in Appointment.objects.overlapping(appointment).select_related("person")[:3]:
        words = _("You have another appointment then: %(name)s, %(when)s (%(reference)s).")
        facts = {"name": other.person, "when": when_in_words(other), "reference": other}
        messages.warning(request, words % facts)


def found(request, reference) -> Appointment:
    rows = Appointment.objects.visible_to(request.actor).with_names()
    return get_object_or_404(rows, reference=reference)


def own(request, reference) -> Appointment:
    rows = Appointment.objects.editable_by(request.actor).with_names()
    return get_object_or_404(rows, reference=reference)


@agency_required
@require_safe
def appointment(request, reference):
    row = found(request, reference)
    context = {
        "appointment": row,
        "when": when_in_words(row),
        "mine": Appointment.objects.editable_by(request.actor).filter(pk=row.pk).exists(),
        "begun": row.starts_at <= timezone.now(),
        "address": row.person.emails.first() if row.told else None,
    }
    return render(request, "consultations/appointment.html", context)


@role_required(Role.ADVISOR)
@require_http_methods(["GET", "HEAD", "POST"])
def appointment_edit(request, reference):
    row = own(request, reference)
    form = AppointmentForm(request.POST or None, record=row, at=timezone.now())
    context = {"cancel_url": row.get_absolute_url(), "about": row.person}
    save = functools.partial(change, request, form, row)
    try:
        return edit_page(request, form, save, record=row, template=FORM, context=context)
    except AppointmentClosedError as error:
        form.add_error(None, error.message)
        return form_page(request, FORM, form, {"record": row, **context})


def change(request, form, row, *, version) -> None:
    actions.change_appointment(
        appointment=row,
        **form.everything(),
        version=version,
        by=request.actor,
        at=timezone.now(),
    )
    messages.success(request, _("Appointment changed."))
    warn_of_overlaps(request, row)


@role_required(Role.ADVISOR)
@require_POST
def appointment_cancel(request, reference):
    row = own(request, reference)
    undo = reverse("consultations:appointment_restore", args=[row.reference])
    said = _("Appointment called off.")
    return acted(request, row, actions.cancel_appointment, said, extra_tags=f"undo={undo}")


@role_required(Role.ADVISOR)
@require_POST
def appointment_restore(request, reference):
    row = own(request, reference)
    return acted(request, row, actions.restore_appointment, _("The appointment stands again."))


def acted(request, row, action, said: str, *, extra_tags: str = ""):
    try:
        action(appointment=row, by=request.actor, at=timezone.now())
    except (EditConflict, AppointmentClosedError):
        messages.error(request, AppointmentClosedError.message)
    else:
        messages.success(request, said, extra_tags=extra_tags)
    return redirect(row)
