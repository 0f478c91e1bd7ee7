"""Who is asked for help and what comes of it: referrals per recipient and state."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Count, Min, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.filters import midnight
from contacts.models import PartnerOrganisation
from dashboards.aggregates import day_of, median
from dashboards.figures.shapes import Cell, Figure, Row, marks, none_yet, number
from dashboards.filters import FiguresFilter, query
from dma_crm.workdays import working_days_between
from referrals.filters import GROUP_NAMES, GROUPS
from referrals.models import Referral, ReferralStatus, ReferralStep

ANSWERS = ("accept", "decline")


def referrals_of(chosen: FiguresFilter) -> QuerySet:
    rows = Referral.objects.visible_to(chosen.actor)
    since, until = chosen.span.since, chosen.span.until
    if since:
        rows = rows.filter(created_at__gte=midnight(since))
    if until:
        rows = rows.filter(created_at__lt=midnight(until + timedelta(days=1)))
    if chosen.owner_id:
        rows = rows.filter(need__owner_id=chosen.owner_id)
    if chosen.value("topic"):
        rows = rows.filter(need__topics__code=chosen.value("topic"))
    if chosen.value("partner"):
        rows = rows.filter(recipient__reference=chosen.value("partner"))
    return rows


def referrals_per_partner(chosen: FiguresFilter) -> Figure:
    rows = referrals_of(chosen)
    counted = rows.order_by().values_list("recipient", "status").annotate(n=Count("pk"))
    counts = Counter({(recipient, status): n for recipient, status, n in counted})
    partners = named({recipient for recipient, _status in counts})
    states = [s for s in ReferralStatus if any((p.pk, s) in counts for p in partners)]
    days = days_to_answer(rows, partners)
    every = [n for answers in days.values() for n in answers]
    return Figure(
        name="vermittlungen",
        title=_("Referrals per partner and state"),
        kind="stacked-bar",
        columns=[
            _("Partner"),
            _("Total"),
            _("Working days to answer (median)"),
            *(str(state.label) for state in states),
        ],
        sum_at=0,
        rows=[partner_row(chosen, p, counts, states, days[p.pk]) for p in partners],
        total=sum_row(chosen, partners, counts, states, every),
        chart=chart(chosen, partners, counts),
        filter_text=chosen.spoken("period", "owner", "topic", "partner"),
        definition=_(
            "Counted are referrals created in the period, in the state they have today. An answer"
            " is accepting or declining; working days are those of the recipient."
        ),
        empty="" if counts else none_yet(first_referral(chosen)),
    )


def named(ids: Iterable) -> list[PartnerOrganisation]:
    return list(PartnerOrganisation.objects.filter(pk__in=ids).order_by("sort_name", "id"))


def partner_row(chosen, partner, counts: Counter, states, answers) -> Row:
    numbers = [counts[partner.pk, state] for state in states]
    return table_row(chosen, partner.spoken_name, partner.reference, states, numbers, answers)


def sum_row(chosen, partners, counts: Counter, states, answers) -> Row:
    numbers = [sum(counts[p.pk, state] for p in partners) for state in states]
    return table_row(chosen, _("Total"), chosen.value("partner"), states, numbers, answers)


def table_row(chosen, label: str, recipient: str, states, numbers: list[int], answers) -> Row:
    cells = [
        number(n, *listed(chosen, recipient, status=state.value))
        for state, n in zip(states, numbers, strict=True)
    ]
    total = number(sum(numbers), *listed(chosen, recipient))
    return Row(label, [total, Cell(median(answers)), *cells])


def listed(chosen: FiguresFilter, recipient: str, **more: str) -> tuple[str, str]:
    """The list of referrals behind a number: its address and its query."""
    same = {
        "tab": "alle",
        "recipient": recipient,
        "owner": chosen.owner_id,
        "topic": chosen.value("topic"),
        "since": chosen.span.since,
        "until": chosen.span.until,
    }
    return reverse("referrals:referrals"), query(**same, **more)


def chart(chosen: FiguresFilter, partners, counts: Counter) -> dict:
    """The states put together to four groups, as many as colours can be told apart."""
    return {
        "columns": [_("Partner"), *map(str, GROUP_NAMES.values())],
        "rows": [
            marks(partner.spoken_name, grouped(chosen, partner, counts)) for partner in partners
        ],
    }


def grouped(chosen: FiguresFilter, partner, counts: Counter) -> list[Cell]:
    return [
        number(
            sum(counts[partner.pk, state] for state in states),
            *listed(chosen, partner.reference, group=group),
        )
        for group, states in GROUPS.items()
    ]


def days_to_answer(rows: QuerySet, partners) -> dict:
    """Per recipient: (working days, how often), from the sending to the first answer.

    The database counts pairs of days, so that the calendar is asked once for each pair.
    """
    first = ReferralStep.objects.filter(referral=OuterRef("pk"), action__in=ANSWERS)
    first = Subquery(first.order_by("at").values("at")[:1])
    pairs = (
        rows.filter(sent_at__isnull=False)
        .annotate(answered_at=first)
        .filter(answered_at__isnull=False)
        .annotate(sent_on=day_of("sent_at"), answered_on=day_of("answered_at"))
        .order_by()
        .values_list("recipient", "sent_on", "answered_on")
        .annotate(n=Count("pk"))
    )
    known, days = {partner.pk: partner for partner in partners}, defaultdict(list)
    for recipient, sent_on, answered_on, n in pairs:
        waited = working_days_between(sent_on, answered_on, known[recipient])
        days[recipient].append((waited, n))
    return days


def first_referral(chosen: FiguresFilter):
    first = Referral.objects.visible_to(chosen.actor).aggregate(at=Min("created_at"))["at"]
    return first and timezone.localdate(first)
