"""Where the founders are: ventures and their people per phase, as of now."""

from django.db.models import Count, Exists, Min, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.models import Affiliation, AffiliationRole, Person, Stage, Startup
from dashboards.figures.shapes import Figure, Row, none_yet, number
from dashboards.filters import FiguresFilter, about_topic, owner_parameter, query


def startups_of(chosen: FiguresFilter) -> QuerySet:
    startups = Startup.objects.visible_to(chosen.actor)
    if chosen.owner_id:
        startups = startups.filter(owner_id=chosen.owner_id)
    return about_topic(startups, chosen.value("topic"))


def founding(startups: QuerySet) -> QuerySet:
    """The ties of people who are founders of these ventures today."""
    ties = Affiliation.objects.filter(role=AffiliationRole.FOUNDER, until=None)
    return ties.filter(person__state="active", startup__in=startups)


def founders_of(startups: QuerySet, actor) -> QuerySet:
    """Each once, however many ventures they have."""
    ties = founding(startups).filter(person=OuterRef("pk"))
    return Person.objects.visible_to(actor).filter(Exists(ties))


def founders_per_phase(chosen: FiguresFilter) -> Figure:
    startups = startups_of(chosen)
    ventures = dict(startups.order_by().values_list("stage").annotate(n=Count("pk")))
    counted = founding(startups).order_by().values_list("startup__stage")
    people = dict(counted.annotate(n=Count("person", distinct=True)))
    stages = [stage for stage in Stage.objects.all() if stage.active or stage.pk in ventures]
    rows = [
        phase_row(chosen, s.label, s.code, ventures.get(s.pk, 0), people.get(s.pk, 0))
        for s in stages
    ]
    everybody = founding(startups).aggregate(n=Count("person", distinct=True))["n"]
    total = phase_row(chosen, _("Total"), "", sum(ventures.values()), everybody)
    return Figure(
        name="phasen",
        title=_("Founders per phase"),
        kind="bar",
        columns=[_("Phase"), _("Startups"), _("Founders")],
        rows=rows,
        total=total,
        drawn=1,
        ordered=True,
        filter_text=chosen.spoken("owner", "topic"),
        definition=_(
            "Counted are ventures by their phase today, whatever the period, and the people who"
            " are their founders today. In the total, people with several ventures count once."
        ),
        empty="" if ventures else none_yet(first_startup(chosen)),
    )


def phase_row(chosen: FiguresFilter, label: str, code: str, ventures: int, people: int) -> Row:
    url, owner = reverse("dashboards:stages"), owner_parameter(chosen.owner_id)
    same = {"stage": code, "owner": owner, "topic": chosen.value("topic")}
    return Row(
        label,
        [
            number(ventures, url, query(**same)),
            number(people, url, query(**same, show="founders")),
        ],
    )


def first_startup(chosen: FiguresFilter):
    first = Startup.objects.visible_to(chosen.actor).aggregate(at=Min("created_at"))["at"]
    return first and timezone.localdate(first)
