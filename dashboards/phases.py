"""Who is in which phase, and for how long: the list behind the overview of phases."""

from collections import defaultdict
from datetime import date

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from accounts.actors import Actor
from contacts.case import due_words
from contacts.models import Affiliation, FollowUp, Stage, StageKind, Startup
from dashboards.aggregates import day_of, median
from dashboards.filters import NO_STEP, OVERDUE, StagesFilter

SHOWN = 15


def startups_for(chosen: StagesFilter, today: date) -> QuerySet:
    """What the filters leave, each with its next step."""
    rows = chosen.apply(Startup.objects.visible_to(chosen.actor))
    rows = rows.annotate(
        next_due=next_step("due_on", chosen.actor), next_subject=next_step("subject", chosen.actor)
    )
    step = chosen.cleaned_data.get("step", "")
    if step == NO_STEP:
        return rows.filter(next_due=None, stage__kind=StageKind.OPEN)
    return rows.filter(next_due__lt=today) if step == OVERDUE else rows


def next_step(field: str, actor: Actor) -> Subquery:
    """Of the soonest open follow-up of the venture, or of its people for no other venture."""
    people = Affiliation.objects.filter(startup=OuterRef(OuterRef("pk")), until=None)
    its_own = Q(startup=OuterRef("pk"))
    theirs = Q(startup__isnull=True, person__in=people.values("person"))
    planned = FollowUp.objects.visible_to(actor).open().filter(its_own | theirs)
    return Subquery(planned.order_by("due_on", "id").values(field)[:1])


def counted(startups: QuerySet, today: date) -> dict:
    """Per phase: how many, and how many days the middle one has been in it."""
    rows = startups.order_by().annotate(day=day_of("stage_since")).values_list("stage", "day")
    days = defaultdict(list)
    for stage, day, n in rows.annotate(n=Count("pk")):
        days[stage].append(((today - day).days, n))
    return {stage: (sum(n for _d, n in found), median(found)) for stage, found in days.items()}


def phases(startups: QuerySet, today: date) -> list[dict]:
    """All phases in use, each with its first SHOWN ventures, the longest in it first."""
    numbers, first = counted(startups, today), defaultdict(list)
    for startup in said(first_of_each(startups), today):
        first[startup.stage_id].append(startup)
    return [
        {
            "stage": stage,
            "count": numbers.get(stage.pk, (0, None))[0],
            "median": numbers.get(stage.pk, (0, None))[1],
            "startups": first[stage.pk],
        }
        for stage in Stage.objects.all()
        if stage.active or stage.pk in numbers
    ]


def first_of_each(startups: QuerySet) -> QuerySet:
    place = Window(RowNumber(), partition_by="stage", order_by=[F("stage_since"), F("id")])
    rows = startups.annotate(place=place).filter(place__lte=SHOWN)
    return rows.select_related("owner", "stage").order_by("stage_since", "id")


def said(startups, today: date) -> list[Startup]:
    """Each with its next step in words."""
    rows = list(startups)
    for startup in rows:
        startup.due = due_words(startup.next_due, today)
        startup.under_way = startup.stage.kind == StageKind.OPEN
        startup.since = timezone.localdate(startup.stage_since)
    return rows
