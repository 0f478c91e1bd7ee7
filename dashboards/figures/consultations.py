"""How much is advised: complete consultations per month and kind."""

from collections import Counter
from datetime import date

from django.db.models import Count, Min, QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from consultations.models import Consultation, ConsultationKind
from dashboards.aggregates import month_of
from dashboards.figures.shapes import Figure, Row, none_yet, number
from dashboards.filters import FiguresFilter, query
from dashboards.periods import last_of, months_in


def consultations_of(chosen: FiguresFilter) -> QuerySet:
    rows = visible(chosen)
    if chosen.span.since:
        rows = rows.filter(held_on__gte=chosen.span.since)
    if chosen.span.until:
        rows = rows.filter(held_on__lte=chosen.span.until)
    if chosen.owner_id:
        rows = rows.filter(advisor_id=chosen.owner_id)
    if chosen.value("topic"):
        rows = rows.filter(topics__code=chosen.value("topic"))
    return rows


def visible(chosen: FiguresFilter) -> QuerySet:
    return Consultation.objects.complete().visible_to(chosen.actor)


def consultations_per_month(chosen: FiguresFilter) -> Figure:
    counted = consultations_of(chosen).annotate(month=month_of("held_on"))
    counted = counted.order_by().values_list("month", "kind").annotate(n=Count("pk"))
    counts = Counter({(month, kind): n for month, kind, n in counted})
    months = months_of(chosen, counts)
    rows = [
        month_row(chosen, date_format(m, "M Y"), m, last_of(m), [counts[m, k] for k in KINDS])
        for m in months
    ]
    sums = [sum(counts[month, kind] for month in months) for kind in KINDS]
    span = (months[0], last_of(months[-1])) if months else (None, None)
    return Figure(
        name="beratungen",
        title=_("Consultations per month"),
        kind="stacked-column",
        columns=[_("Month"), *(str(kind.label) for kind in ConsultationKind), _("Total")],
        rows=rows,
        total=month_row(chosen, _("Total"), *span, sums),
        drawn=len(KINDS),
        sum_at=len(KINDS),
        filter_text=chosen.spoken("period", "owner", "topic"),
        definition=_("Counted are complete consultations by the day they were held."),
        empty="" if counts else none_yet(visible(chosen).aggregate(on=Min("held_on"))["on"]),
    )


KINDS = ConsultationKind.values


def months_of(chosen: FiguresFilter, counts: Counter) -> list[date]:
    """Every month of the period, also the empty ones; of all time those from first to last."""
    held = [month for month, _kind in counts]
    since, until = chosen.span.since, chosen.span.until
    if not held:
        return []
    return months_in(since or min(held), until or max(held))


def month_row(chosen, label: str, since, until, numbers: list[int]) -> Row:
    url = reverse("consultations:consultations")
    same = {"advisor": chosen.owner_id, "topic": chosen.value("topic")}
    same |= {"since": since, "until": until}
    by_kind = zip(numbers, KINDS, strict=True)
    cells = [number(n, url, query(**same, kind=kind)) for n, kind in by_kind]
    return Row(label, [*cells, number(sum(numbers), url, query(**same))])
