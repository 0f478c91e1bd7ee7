"""Founders' answers as numbers: what may be said of them to those who must not read them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from dma_crm.small_cells import HIDDEN, SMALLEST_SHOWN, hidden
from referrals.models import ImpactSurvey, Referral

ANSWERED = Q(feedback__answered_at__isnull=False)
GROUPS = {
    "asked": Q(feedback__isnull=False),
    "answered": ANSWERED,
    "contacted": ANSWERED & Q(feedback__contacted=True),
    "helped": ANSWERED & Q(feedback__helped=True),
}
Shown = int | str


@dataclass(frozen=True)
class Voices:
    """Of so many asked so many answered, of whom so many say yes to either question."""

    asked: int = 0
    answered: int = 0
    contacted: int = 0
    helped: int = 0

    def shown(self) -> list[Shown]:
        """Fit for everybody. Of fewer than five answers not even a zero is told: all say no."""
        answers: list[Shown] = [hidden(self.contacted), hidden(self.helped)]
        if 0 < self.answered < SMALLEST_SHOWN:
            answers = [HIDDEN, HIDDEN]
        return [hidden(self.asked), hidden(self.answered), *answers]

    def plain(self) -> list[Shown]:
        return [self.asked, self.answered, self.contacted, self.helped]


def voices_by_recipient(referrals: QuerySet[Referral]) -> dict:
    """In one query; only recipients about whom somebody was asked."""
    counts = {name: Count("feedback", filter=rows) for name, rows in GROUPS.items()}
    rows = referrals.filter(GROUPS["asked"]).order_by().values_list("recipient").annotate(**counts)
    return {recipient: Voices(*numbers) for recipient, *numbers in rows}


def in_total(voices: Iterable[Voices]) -> Voices:
    columns = zip(*(one.plain() for one in voices), strict=True)
    return Voices(*map(sum, columns))


def impact_by_months(surveys: QuerySet[ImpactSurvey]) -> dict[int, list[int]]:
    """Per step: asked, answered, founded, running, jobs."""
    answered = Q(answered_at__isnull=False)
    rows = surveys.order_by().values_list("months")
    rows = rows.annotate(
        asked=Count("pk"),
        answered=Count("pk", filter=answered),
        founded=Count("pk", filter=answered & Q(founded=True)),
        running=Count("pk", filter=answered & Q(running=True)),
        jobs=Coalesce(Sum("jobs"), 0),
    )
    return {months: list(numbers) for months, *numbers in rows}


def impact_shown(numbers: list[int]) -> list[Shown]:
    """Jobs in fewer than five businesses would tell of each of them."""
    asked, answered, founded, running, jobs = numbers
    if 0 < answered < SMALLEST_SHOWN:
        return [hidden(asked), *[HIDDEN] * 4]
    told = HIDDEN if 0 < running < SMALLEST_SHOWN else hidden(jobs)
    return [hidden(asked), answered, hidden(founded), hidden(running), told]
