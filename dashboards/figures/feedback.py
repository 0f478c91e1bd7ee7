"""What founders say of the help they got, and what has become of it.

Advisors see the numbers of their own cases as they are. Everybody else gets none below five: an
answer given in confidence must not be read off a table.
"""

from datetime import timedelta

from django.db.models import Min, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.filters import midnight
from accounts.models import AGENCY_ROLES, Role
from dashboards.figures.referrals import listed, named, referrals_of
from dashboards.figures.shapes import Cell, Figure, Row, marks, none_yet, number
from dashboards.filters import FiguresFilter
from dma_crm.small_cells import WITHHELD, conceals
from referrals.feedback.counting import (
    GROUPS,
    Voices,
    impact_by_months,
    impact_shown,
    in_total,
    voices_by_recipient,
)
from referrals.models import IMPACT_MONTHS, FounderFeedback, ImpactSurvey


def sees_all(chosen: FiguresFilter) -> bool:
    return chosen.actor.role == Role.ADVISOR


def founders_answers(chosen: FiguresFilter) -> Figure:
    """Partner users get what was said of themselves, not of those they referred to."""
    referrals = referrals_of(chosen)
    if chosen.actor.role == Role.PARTNER:
        referrals = referrals.filter(recipient_id=chosen.actor.organisation_id)
    voices = voices_by_recipient(referrals)
    partners = named(voices)
    shown = {p.pk: told(voices[p.pk], chosen) for p in partners}
    rows = [row(chosen, p.spoken_name, p.reference, shown[p.pk]) for p in partners]
    total = in_total(voices.values())
    return Figure(
        name="rueckmeldungen",
        title=_("Founders' answers per partner"),
        kind="bar",
        columns=[_("Partner"), _("Asked"), _("Answered"), _("Was in touch"), _("It helped")],
        rows=rows,
        total=total_row(chosen, total, list(shown.values())),
        chart=chart(rows),
        filter_text=chosen.spoken("period", "owner", "topic", "partner"),
        definition=definition(
            chosen,
            _(
                "Counted are referrals created in the period whose founder was asked, ten days"
                " after they were completed."
            ),
        ),
        empty="" if voices else none_yet(first_asked(FounderFeedback, chosen)),
    )


def told(voices: Voices, chosen: FiguresFilter) -> list:
    return voices.plain() if sees_all(chosen) else voices.shown()


def row(chosen: FiguresFilter, label: str, recipient: str, values: list) -> Row:
    return Row(
        label,
        [
            cell(chosen, recipient, value, group)
            for value, group in zip(values, GROUPS, strict=True)
        ],
    )


def cell(chosen: FiguresFilter, recipient: str, value, group: str) -> Cell:
    """Its list for those who may read the answers themselves."""
    if isinstance(value, str) or chosen.actor.role not in AGENCY_ROLES:
        return Cell(value)
    return number(value, *listed(chosen, recipient, feedback=group))


def total_row(chosen: FiguresFilter, total: Voices, shown: list[list]) -> Row:
    """A sum from which a hidden number could be found is withheld."""
    columns = zip(*shown, strict=True)
    sums = [
        WITHHELD if conceals(column) else value
        for value, column in zip(told(total, chosen), columns, strict=False)
    ]
    return row(chosen, _("Total"), chosen.value("partner"), sums or told(total, chosen))


def chart(rows: list[Row]) -> dict:
    """Of those only whose numbers may all be told."""
    whole = [one for one in rows if not conceals([c.value for c in one.cells])]
    drawn = [marks(one.label, one.cells[1:]) for one in whole]
    columns = [_("Partner"), _("Answered"), _("Was in touch"), _("It helped")]
    return {"columns": columns, "rows": drawn}


def impact(chosen: FiguresFilter) -> Figure:
    counted = impact_by_months(surveys_of(chosen))
    rows = [months_row(chosen, months, counted.get(months, [0] * 5)) for months in IMPACT_MONTHS]
    return Figure(
        name="wirkung",
        title=_("Impact"),
        kind="bar",
        columns=[
            _("After months"),
            _("Asked"),
            _("Answered"),
            _("Founded"),
            _("Still running"),
            _("Jobs"),
        ],
        rows=rows,
        total=None,
        chart={"columns": [], "rows": []},
        filter_text=chosen.spoken("period", "owner"),
        definition=definition(
            chosen,
            _(
                "Counted are founders asked in the period, 6, 12 and 36 months after their first"
                " completed referral that helped. Nobody is counted who has not answered."
            ),
        ),
        empty="" if counted else none_yet(first_asked(ImpactSurvey, chosen)),
    )


def months_row(chosen: FiguresFilter, months: int, numbers: list[int]) -> Row:
    values = numbers if sees_all(chosen) else impact_shown(numbers)
    return Row(str(months), [Cell(value) for value in values])


def surveys_of(chosen: FiguresFilter) -> QuerySet[ImpactSurvey]:
    rows = ImpactSurvey.objects.visible_to(chosen.actor)
    since, until = chosen.span.since, chosen.span.until
    if since:
        rows = rows.filter(created_at__gte=midnight(since))
    if until:
        rows = rows.filter(created_at__lt=midnight(until + timedelta(days=1)))
    return rows.filter(person__owner_id=chosen.owner_id) if chosen.owner_id else rows


def definition(chosen: FiguresFilter, text: str) -> str:
    hint = _("Numbers below 5 are not shown.")
    return text if sees_all(chosen) else f"{text} {hint}"


def first_asked(model, chosen: FiguresFilter):
    """Partners are not told since when others are asked."""
    first = model.objects.visible_to(chosen.actor).aggregate(at=Min("created_at"))["at"]
    return first and timezone.localdate(first)
