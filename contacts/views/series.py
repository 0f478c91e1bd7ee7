"""Starting a series for somebody, after a look at what it will do, and ending it."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import role_required
from accounts.models import Role
from contacts import actions
from contacts.case import people_of
from contacts.errors import ContactsError
from contacts.models import EndReason, FollowUpSeries, SeriesRun
from contacts.series import preview_of
from contacts.views.editing import back
from contacts.views.follow_ups import LIST, ask_about, subject

SAID = {
    EndReason.ANSWERED: gettext_lazy("Noted that %(name)s has answered. The series has ended."),
    EndReason.BY_HAND: gettext_lazy("The series for %(name)s has ended."),
}


@role_required(Role.ADVISOR)
@require_http_methods(["GET", "HEAD", "POST"])
def series_start(request):
    """For `?person=P-…` or somebody of `?startup=S-…`; `?series=` is the one to look at."""
    person, startup = subject(request)
    if not (person or startup):
        return ask_about(request, _("Start a series"))
    people = [tie.person for tie in people_of(startup)] if startup else [person]
    if not people:
        messages.error(request, _("Nobody is known yet who belongs to this venture."))
        return redirect(startup)
    person = person or people[0]
    chosen = chosen_series(request)
    if request.method == "POST" and chosen:
        return start(request, chosen, person, startup)
    known = FollowUpSeries.objects.filter(active=True)
    letter = {"person": person, "sender": request.user, "at": timezone.now()}
    running = person.series_runs.running().values_list("series_id", flat=True)
    context = {
        "person": person,
        "startup": startup,
        "people": people,
        "known": known,
        "chosen": chosen,
        "is_running": chosen is not None and chosen.pk in running,
        "preview": chosen and preview_of(chosen, **letter),
        "case": startup.name if startup else person.display_name,
        "cancel_url": (startup or person).get_absolute_url(),
    }
    return render(request, "contacts/series_start.html", context)


def chosen_series(request) -> FollowUpSeries | None:
    known = FollowUpSeries.objects.filter(active=True)
    named = request.POST.get("series") or request.GET.get("series", "")
    return known.filter(code=named).first()


def start(request, series, person, startup):
    given = {"series": series, "person": person, "startup": startup, "assignee": request.user}
    try:
        run = actions.start_series(**given, by=request.actor, at=timezone.now())
    except ContactsError as error:
        messages.error(request, error.message)
    else:
        undo = reverse("contacts:series_stop", args=[run.pk])
        said = _("The series “%(series)s” has been started for %(name)s.")
        said %= {"series": series.label, "name": person.display_name}
        messages.success(request, said, extra_tags=f"undo={undo}")
    return redirect(startup or person)


def writable(request, pk) -> SeriesRun:
    rows = SeriesRun.objects.writable_by(request.actor).select_related("person", "startup")
    return get_object_or_404(rows.distinct(), pk=pk)


@role_required(Role.ADVISOR)
@require_POST
def series_stop(request, pk):
    """`reason=answered` where the person has; what was stopped can be taken back."""
    run = writable(request, pk)
    answered = request.POST.get("reason") == EndReason.ANSWERED
    reason = EndReason.ANSWERED if answered else EndReason.BY_HAND
    run = actions.stop_run(run=run, reason=reason, by=request.actor, at=timezone.now())
    undo = reverse("contacts:series_resume", args=[run.pk])
    said = SAID[reason] % {"name": run.person.display_name}
    messages.success(request, said, extra_tags=f"undo={undo}")
    return back(request, LIST)


@role_required(Role.ADVISOR)
@require_POST
def series_resume(request, pk):
    run = writable(request, pk)
    try:
        actions.resume_series(run=run, by=request.actor, at=timezone.now())
    except ContactsError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The series goes on."))
    return back(request, run.person.get_absolute_url())
