"""Who comes to events, per month, format and host, and whom we first met there."""

from collections import Counter
from datetime import date

from django.db.models import Count, F, Min
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from contacts.models import PartnerOrganisation
from dashboards.aggregates import day_of
from dashboards.attendance import (
    ATTENDED,
    CONFIRMED,
    GROUPS,
    MISSED,
    OUTCOMES,
    REGISTERED,
    counts,
    events_in,
    first_contacts_in,
    outcome,
    registrations_in,
    with_outcomes,
)
from dashboards.figures.shapes import Cell, Figure, Row, marks, none_yet, number
from dashboards.filters import FiguresFilter, query
from dashboards.periods import Span, first_of, last_of, months_in
from dma_crm.small_cells import WITHHELD, conceals
from events.models import EventFormat, Registration
from events.voices import EventVoices, together, voices_by_format

DRAWN = (REGISTERED, ATTENDED, MISSED)


def counted_by(chosen: FiguresFilter, **key) -> dict:
    """Per value of `key`: how many of each group, in the order of GROUPS."""
    ((name, expression),) = key.items()
    rows = registrations_in(chosen.span, chosen.actor, topic=chosen.value("topic"))
    rows = rows.order_by().annotate(**{name: expression}).values_list(name).annotate(**counts())
    return {value: numbers for value, *numbers in rows}


def events_per_month(chosen: FiguresFilter) -> Figure:
    days = counted_by(chosen, day=day_of("event__starts_at"))
    counted: dict[date, Counter] = {}
    for day, numbers in days.items():
        month = counted.setdefault(first_of(day), Counter())
        month.update(dict(zip(GROUPS, numbers, strict=True)))
    months = months_shown(chosen.span, list(counted))
    rows = [
        row_of(
            chosen,
            date_format(month, "M Y"),
            [counted.get(month, Counter())[group] for group in GROUPS],
            since=month,
            until=last_of(month),
        )
        for month in months
    ]
    span = {"since": months[0], "until": last_of(months[-1])} if months else {}
    total = [sum(one[group] for one in counted.values()) for group in GROUPS]
    return figure(
        chosen,
        rows,
        row_of(chosen, _("Total"), total, **span),
        name="veranstaltungen",
        title=_("Events: registered, attended, did not come"),
        kind="column",
        first=_("Month"),
    )


def months_shown(span: Span, found: list[date]) -> list[date]:
    """Every month of the period, also the empty ones; of all time those from first to last."""
    if not found:
        return []
    return months_in(span.since or min(found), span.until or max(found))


def events_per_format(chosen: FiguresFilter) -> Figure:
    counted = counted_by(chosen, key=F("event__format"))
    rows = [
        row_of(chosen, str(kind.label), counted[kind], format=kind.value)
        for kind in EventFormat
        if kind in counted
    ]
    named = {"name": "formate", "title": _("Guests per format"), "first": _("Format")}
    return grouped(chosen, counted, rows, **named)


def events_per_host(chosen: FiguresFilter) -> Figure:
    counted = counted_by(chosen, key=F("event__host"))
    hosts = PartnerOrganisation.objects.filter(pk__in=counted).order_by("sort_name", "id")
    rows = [row_of(chosen, h.spoken_name, counted[h.pk], host=h.reference) for h in hosts]
    named = {"name": "gastgeber", "title": _("Guests per host"), "first": _("Host")}
    return grouped(chosen, counted, rows, **named)


def grouped(chosen: FiguresFilter, counted: dict, rows: list[Row], **more) -> Figure:
    sums = [sum(column) for column in zip(*counted.values(), strict=True)] or [0] * len(GROUPS)
    return figure(chosen, rows, row_of(chosen, _("Total"), sums), kind="bar", **more)


def figure(chosen: FiguresFilter, rows: list[Row], total: Row, *, first: str, **more) -> Figure:
    anything = any(cell.value for cell in total.cells)
    return Figure(
        columns=[first, *map(str, GROUPS.values())],
        rows=rows,
        total=total,
        chart=chart(first, rows),
        sum_at=list(GROUPS).index(CONFIRMED),  # those who came and those who did not
        filter_text=spoken(chosen),
        definition=_(
            "Counted are registrations with a confirmed address for events that start in the"
            " period and were not called off, whatever became of them later. Confirmed: has a"
            " seat. Moved up: was given one from the waiting list. Did not come: had a seat, was"
            " not checked in, and the event is over; of events where nobody was checked in, none."
        ),
        empty="" if anything else none_yet(first_event(chosen)),
        **more,
    )


def chart(first: str, rows: list[Row]) -> dict:
    shown = [place for place, group in enumerate(GROUPS) if group in DRAWN]
    drawn = [marks(row.label, [row.cells[place] for place in shown]) for row in rows]
    return {"columns": [first, *(str(GROUPS[group]) for group in DRAWN)], "rows": drawn}


def row_of(chosen: FiguresFilter, label: str, numbers, **narrowed) -> Row:
    url = reverse("dashboards:guests")
    same = {"since": chosen.span.since, "until": chosen.span.until, "topic": chosen.value("topic")}
    same |= narrowed
    pairs = zip(numbers, GROUPS, strict=True)
    return Row(label, [number(n, url, query(**same, group=group)) for n, group in pairs])


def spoken(chosen: FiguresFilter) -> str:
    """Events are everybody's: advisors see the same numbers as managers."""
    topic = [chosen.words("topic")] if chosen.value("topic") else []
    return ", ".join(map(str, [chosen.period_words, *topic]))


def first_event(chosen: FiguresFilter) -> date | None:
    rows = Registration.objects.visible_to(chosen.actor).filter(confirmed_at__isnull=False)
    first = rows.aggregate(at=Min("event__starts_at"))["at"]
    return first and timezone.localdate(first)


def first_contacts(chosen: FiguresFilter) -> Figure:
    people = with_outcomes(first_contacts_in(chosen.span, chosen.actor, owner_id=chosen.owner_id))
    names = list(OUTCOMES)
    counted = {f"n_{name}": Count("pk", filter=outcome(name)) for name in names}
    months: dict[date, Counter] = {}
    for day, *numbers in people.order_by().values_list("met_on").annotate(**counted):
        months.setdefault(first_of(day), Counter()).update(dict(zip(names, numbers, strict=True)))
    shown = months_shown(chosen.span, list(months))
    rows = [
        contacts_row(
            chosen,
            date_format(month, "M Y"),
            [months.get(month, Counter())[name] for name in names],
            since=month,
            until=last_of(month),
        )
        for month in shown
    ]
    span = {"since": shown[0], "until": last_of(shown[-1])} if shown else {}
    sums = [sum(one[name] for one in months.values()) for name in names]
    return Figure(
        name="erstkontakte",
        title=_("First contacts at events who became cases"),
        kind="column",
        columns=[_("Month"), *map(str, OUTCOMES.values())],
        rows=rows,
        total=contacts_row(chosen, _("Total"), sums, **span),
        chart=contacts_chart(rows),
        filter_text=chosen.spoken("period", "owner"),
        definition=_(
            "Counted are people whose source is an event, by the day of the first contact."
            " Advised: in a complete consultation, today. With a venture: its founder. A case is"
            " either."
        ),
        empty="" if months else none_yet(first_met(chosen)),
    )


def contacts_row(chosen: FiguresFilter, label: str, numbers: list[int], **narrowed) -> Row:
    url, same = reverse("dashboards:first_contacts"), {"owner": chosen.owner_id, **narrowed}
    pairs = zip(numbers, OUTCOMES, strict=True)
    return Row(label, [number(n, url, query(**same, outcome=name)) for n, name in pairs])


def contacts_chart(rows: list[Row]) -> dict:
    drawn = [marks(row.label, [row.cells[0], row.cells[-1]]) for row in rows]
    return {"columns": [_("Month"), _("First contacts"), _("Became a case")], "rows": drawn}


def first_met(chosen: FiguresFilter) -> date | None:
    everybody = first_contacts_in(Span(None, None), chosen.actor)
    return everybody.aggregate(on=Min("met_on"))["on"]


def guests_voices(chosen: FiguresFilter) -> Figure:
    """What guests say, per format; of few answers nothing, whoever looks."""
    events = events_in(chosen.span, chosen.actor)
    if chosen.value("topic"):
        events = events.filter(topics__code=chosen.value("topic"))
    voices = voices_by_format(events)
    shown = [(str(kind.label), voices[kind].shown()) for kind in EventFormat if kind in voices]
    rows = [Row(label, [Cell(value) for value in values]) for label, values in shown]
    total = together(voices.values())
    return Figure(
        name="stimmen",
        title=_("Guests' answers per format"),
        kind="bar",
        columns=[
            _("Format"),
            _("Came"),
            _("Answered"),
            _("Helped (1 to 5, mean)"),
            _("Recommend it"),
        ],
        rows=rows,
        total=voices_total(total, [values for _label, values in shown]),
        chart={"columns": [], "rows": []},
        filter_text=spoken(chosen),
        definition=_(
            "Counted are answers of guests who came to events that start in the period. Numbers"
            " below 5 are not shown, nor what fewer than 5 answers say."
        ),
        empty="" if total.came else none_yet(first_event(chosen)),
    )


def voices_total(total: EventVoices, shown: list[list]) -> Row:
    """A sum from which a hidden number could be found is withheld."""
    columns = list(zip(*shown, strict=True)) or [()] * 4
    pairs = zip(total.shown(), columns, strict=True)
    return Row(_("Total"), [Cell(WITHHELD if conceals(c) else value) for value, c in pairs])
