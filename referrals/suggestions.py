"""Which partner fits: the services of all partners, rated (referrals/rating.py) and put in order.

The order depends on nothing but what is stored and asked: equal scores go by the folded names of
partner and service, at last by id.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import ExtractIsoWeekDay, TruncDate

from contacts.folding import fold
from contacts.models import PartnerOrganisation, Stage, Topic
from referrals.clock import local_day
from referrals.models import ReferralStep, Service
from referrals.rating import AnswerRecord, Wish, rate

RECORD_OF = timedelta(days=365)
# However long the catalogue grows, no more are rated: those that meet most of the topics first,
# of these those for the phase.
MOST_RATED = 500
MOST_UNFIT = 10


@dataclass(frozen=True)
class Suggestion:
    """One service with what speaks for it; `hindrances` say why one that is not eligible is not."""

    partner: PartnerOrganisation
    service: Service
    score: int
    reasons: list[str]
    warnings: list[str]
    hindrances: list[str] = field(default_factory=list)

    @property
    def eligible(self) -> bool:
        return not self.hindrances

    @property
    def rank(self) -> tuple:
        """Whoever is excluded comes last, those with the fewest hindrances first."""
        names = fold(self.partner.sort_name), fold(self.service.name), self.service.name
        return (len(self.hindrances), -self.score, *names, str(self.service.pk))


@dataclass(frozen=True)
class Matches:
    """Partners that may help, best first, and those that a limit of their own excludes."""

    fitting: list[Suggestion]
    unfit: list[Suggestion]


def suggest(
    *,
    topics: Iterable[Topic],
    stage: Stage | None = None,
    legal_form: str = "",
    postcode: str = "",
    languages: Iterable[str] = (),
    at: datetime,
    limit: int = 3,
) -> list[Suggestion]:
    """The best eligible service of each of the best `limit` partners, in four queries."""
    wish = Wish(tuple(topics), stage, legal_form, postcode, tuple(languages))
    return match(wish, at=at, limit=limit).fitting


def match(wish: Wish, *, at: datetime, limit: int = 3) -> Matches:
    """Each partner once: with its best service, or where none is eligible, with the nearest."""
    services = list(candidates(wish))
    records = answer_records({service.partner_id for service in services}, at)
    today, nothing = local_day(at), AnswerRecord()
    rated = [
        suggestion(each, wish, records.get(each.partner_id, nothing), today) for each in services
    ]
    best: dict[Any, Suggestion] = {}
    for one in sorted(rated, key=lambda each: each.rank):
        best.setdefault(one.partner.pk, one)
    fitting = [one for one in best.values() if one.eligible]
    unfit = [one for one in best.values() if not one.eligible]
    return Matches(fitting[:limit], unfit[:MOST_UNFIT])


def suggestion(service: Service, wish: Wish, record: AnswerRecord, today: date) -> Suggestion:
    tally = rate(service, wish, record, today)
    return Suggestion(
        service.partner, service, tally.score, tally.reasons, tally.warnings, tally.hindrances
    )


def candidates(wish: Wish) -> QuerySet[Service]:
    """Published services of active partners, those on one of the topics if there are any."""
    services = Service.objects.published().filter(partner__is_agency=False)
    order = ["partner__sort_name", "name", "pk"]
    if wish.topics:
        services = services.filter(topics__in=wish.topics).annotate(met=Count("topics"))
        order = ["-met", *order]
    if wish.known_stage:
        named = Service.stages.through.objects.filter(service=OuterRef("pk"))
        meant = Exists(named.filter(stage=wish.known_stage)) | ~Exists(named)
        services = services.annotate(meant=meant)
        order = [*order[:-3], "-meant", *order[-3:]]
    rows = services.select_related("partner").prefetch_related("topics", "stages")
    return rows.order_by(*order)[:MOST_RATED]


def answer_records(partner_ids: set, at: datetime) -> dict[Any, AnswerRecord]:
    """One aggregate over accepted, declined and expired, by the weekday of sending and the days
    it took: a short list however many there are.

    A step of the last twelve months has changed its referral since: that is what the index knows.
    """
    since = at - RECORD_OF
    steps = ReferralStep.objects.filter(
        referral__recipient__in=partner_ids,
        referral__modified_at__gte=since,
        action__in=["accept", "decline", "expire"],
        at__range=(since, at),
    )
    sent_at, in_time = "referral__sent_at", Q(at__date__lte=F("referral__respond_by"))
    rows = (
        steps.order_by()
        .annotate(sent_on=ExtractIsoWeekDay(sent_at), took=TruncDate("at") - TruncDate(sent_at))
        .values("referral__recipient", "action", "sent_on", "took")
        .annotate(n=Count("pk"), in_time=Count("pk", filter=in_time))
    )
    by_partner = defaultdict(list)
    for row in rows:
        by_partner[row["referral__recipient"]].append(row)
    return {partner: record_from(rows) for partner, rows in by_partner.items()}


def record_from(rows: list[dict[str, Any]]) -> AnswerRecord:
    given = [row for row in rows if row["action"] != "expire"]
    days: Counter[int] = Counter()
    for row in given:
        days[worked(row["sent_on"], row["took"].days)] += row["n"]
    return AnswerRecord(
        answers=sum(row["n"] for row in rows),
        in_time=sum(row["in_time"] for row in given),
        working_days=max(1, mostly(days)),
    )


def worked(weekday: int, days: int) -> int:
    """Days from Monday to Friday among those that follow a weekday; 1 is Monday."""
    return sum((weekday - 1 + day) % 7 < 5 for day in range(1, days + 1))


def mostly(days: Counter[int]) -> int:
    """The number that half of them do not exceed: one that took very long says nothing."""
    seen = accumulate(days[number] for number in sorted(days))
    half = days.total() / 2
    return next((n for n, sofar in zip(sorted(days), seen, strict=True) if sofar >= half), 0)
