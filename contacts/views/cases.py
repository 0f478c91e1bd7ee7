"""The case page (Fallakte): of a venture, and of a person."""

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.absence import represented_by
from accounts.decorators import agency_required
from accounts.models import Role
from contacts import case as cases
from contacts import registry
from contacts.forms.people import LANGUAGES
from contacts.models import Person, Stage, Startup
from contacts.registry import Case
from contacts.timeline import as_node, timeline_of


@agency_required
@require_safe
def startup(request, reference):
    """All there is on a venture and its people, in a constant number of queries."""
    rows = Startup.objects.visible_to(request.actor).select_related("stage", "owner")
    venture = get_object_or_404(rows, reference=reference)
    ties = cases.people_of(venture)
    people = tuple(tie.person for tie in ties)
    case = Case(tuple(person.pk for person in people), venture.pk, people, venture)
    stages = list(Stage.objects.all())
    context = {
        "startup": venture,
        "ties": ties,
        "stages": [stage for stage in stages if stage.active],
        "steps": cases.steps_of(venture, stages),
        "query": f"?startup={venture.reference}",
        "panels": cases.panels_of(registry.case_panels, case, request.actor),
    }
    return render(request, "contacts/startup.html", context | shared(request, case))


@agency_required
@require_safe
def person(request, reference):
    """A person; what happens in their venture stands on the same timeline."""
    rows = Person.objects.visible_to(request.actor).select_related("owner", "source")
    somebody = get_object_or_404(rows.prefetch_related("emails", "phones"), reference=reference)
    ties = cases.startups_of(somebody)
    ventures = [tie.startup for tie in ties if tie.startup_id]
    venture = ventures[0] if ventures else None
    case = Case((somebody.pk,), venture and venture.pk, (somebody,), venture)
    context = {
        "person": somebody,
        "ties": ties,
        "query": f"?person={somebody.reference}",
        "objections": cases.objections_of(somebody),
        "may_erase": request.actor.role == Role.ADMIN,
        "languages": [name for code, name in LANGUAGES if code in somebody.languages],
        "panels": cases.panels_of(registry.case_panels, case, request.actor)
        + cases.panels_of(registry.person_panels, somebody, request.actor),
    }
    return render(request, "contacts/person.html", context | shared(request, case))


def shared(request, case: Case) -> dict:
    timeline = timeline_of(case, request.actor)
    represented = represented_by(request.actor)
    follow_ups = cases.open_follow_ups(case, request.actor, represented)
    return {
        "founding_panels": cases.panels_of(registry.founding_panels, case, request.actor),
        "past": timeline.nodes(),
        "planned": timeline.planned_nodes(),
        "last_contact": timeline.last_contact and as_node(timeline.last_contact),
        "follow_ups": follow_ups,
        "series_runs": cases.running_series(case, request.actor, represented),
        "next_step": follow_ups[0] if follow_ups else None,
        "consents": cases.consents_of(case, request.actor),
        "may_write": request.actor.role == Role.ADVISOR,
        "may_meet": bool(case.person_ids),
    }
