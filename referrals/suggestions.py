"""Which partner fits: services scored by rules that can be said aloud, each reason in words.

The points are set by judgement, not learnt: topic decides, then phase and area, then whether the
partner has room and answers in time. Equal scores go by name, so the order is always the same.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, F, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.forms.people import LANGUAGES
from contacts.models import Capacity, LegalForm, PartnerOrganisation, Stage, Topic
from referrals.clock import local_day
from referrals.models import ReferralStep, Service

RECORD_OF = timedelta(days=365)
ENOUGH_ANSWERS = 3
TOPIC_POINTS = 40
FITS, FITS_ALL, MISFIT = "fits", "fits_all", "misfit"
POINTS: dict[str, dict[str, int]] = {
    "stage": {FITS: 15, FITS_ALL: 8, MISFIT: -20},
    "legal_form": {FITS: 6, FITS_ALL: 3, MISFIT: -20},
    "area": {FITS: 15, FITS_ALL: 8, MISFIT: -40},
    "language": {FITS: 10, FITS_ALL: 0, MISFIT: -10},
}
CAPACITY_POINTS = {Capacity.OPEN: 10, Capacity.LIMITED: 3, Capacity.FULL: -40}
RECORD_POINTS = 15
WAITING_POINT_DAYS, WAITING_POINTS_AT_MOST = 7, 8


@dataclass(frozen=True)
class Wish:
    """What is looked for; what is not known is empty and decides nothing."""

    topics: tuple[Topic, ...] = ()
    stage: Stage | None = None
    legal_form: str = ""
    postcode: str = ""
    languages: tuple[str, ...] = ()


@dataclass(frozen=True)
class AnswerRecord:
    """How a partner answered in the last twelve months."""

    answers: int = 0
    in_time: int = 0
    working_days: int = 0


@dataclass(frozen=True)
class Suggestion:
    partner: PartnerOrganisation
    service: Service
    score: int
    reasons: list[str]
    warnings: list[str]


@dataclass
class Tally:
    score: int = 0
    reasons: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def add(self, points: int, reason: str = "", warning: str = "") -> None:
        self.score += points
        self.reasons += [reason] if reason else []
        self.warnings += [warning] if warning else []


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
    """The best service of each of the best `limit` partners, in four queries however many."""
    wish = Wish(tuple(topics), stage, legal_form, postcode.strip(), tuple(languages))
    services = list(candidates(wish))
    records = answer_records({service.partner_id for service in services}, at)
    nothing = AnswerRecord()
    rated = [rate(s, wish, records.get(s.partner_id, nothing), local_day(at)) for s in services]
    rated.sort(key=lambda s: (-s.score, s.partner.sort_name, s.service.name, str(s.service.pk)))
    best: dict[Any, Suggestion] = {}
    for suggestion in rated:
        best.setdefault(suggestion.partner.pk, suggestion)
    return list(best.values())[:limit]


def candidates(wish: Wish):
    """Published services of active partners, those on one of the topics if there are any."""
    services = Service.objects.published().filter(partner__is_agency=False)
    if wish.topics:
        services = services.filter(topics__in=wish.topics).distinct()
    return services.select_related("partner").prefetch_related("topics", "stages").order_by("pk")


def answer_records(partner_ids: set, at: datetime) -> dict[Any, AnswerRecord]:
    """One aggregate over accepted, declined and expired; five of seven days are worked."""
    steps = ReferralStep.objects.filter(
        referral__recipient__in=partner_ids,
        action__in=["accept", "decline", "expire"],
        at__range=(at - RECORD_OF, at),
    )
    answered = ~Q(action="expire")
    rows = (
        steps.order_by()
        .values("referral__recipient")
        .annotate(
            answers=Count("pk"),
            in_time=Count("pk", filter=answered & Q(at__date__lte=F("referral__respond_by"))),
            took=Avg(F("at") - F("referral__sent_at"), filter=answered),
        )
    )
    return {row["referral__recipient"]: record_from(row) for row in rows}


def record_from(row: dict[str, Any]) -> AnswerRecord:
    days = row["took"] / timedelta(days=1) * 5 / 7 if row["took"] else 0
    return AnswerRecord(row["answers"], row["in_time"], max(1, math.ceil(days)))


def rate(service: Service, wish: Wish, record: AnswerRecord, today: date) -> Suggestion:
    tally = Tally()
    rate_topics(tally, service, wish)
    rate_stage(tally, service, wish)
    rate_legal_form(tally, service, wish)
    rate_area(tally, service, wish)
    rate_language(tally, service, wish)
    rate_room(tally, service, today)
    rate_record(tally, record)
    return Suggestion(service.partner, service, tally.score, tally.reasons, tally.warnings)


def rate_topics(tally: Tally, service: Service, wish: Wish) -> None:
    offered = {topic.pk for topic in service.topics.all()}
    for topic in wish.topics:
        if topic.pk in offered:
            tally.add(
                round(TOPIC_POINTS / len(wish.topics)), _("Topic %(topic)s") % {"topic": topic}
            )


def rate_stage(tally: Tally, service: Service, wish: Wish) -> None:
    if not wish.stage:
        return
    fit = fit_of(wish.stage.pk, [stage.pk for stage in service.stages.all()])
    word = {"stage": wish.stage}
    tally.add(
        POINTS["stage"][fit],
        _("Phase %(stage)s") % word if fit == FITS else "",
        _("Not meant for the phase %(stage)s") % word if fit == MISFIT else "",
    )


def rate_legal_form(tally: Tally, service: Service, wish: Wish) -> None:
    if not wish.legal_form or wish.legal_form == LegalForm.UNDECIDED:
        return
    fit = fit_of(wish.legal_form, service.legal_forms)
    word = {"form": dict(LegalForm.choices).get(wish.legal_form, wish.legal_form)}
    tally.add(
        POINTS["legal_form"][fit],
        _("Legal form %(form)s") % word if fit == FITS else "",
        _("Not meant for the legal form %(form)s") % word if fit == MISFIT else "",
    )


def rate_area(tally: Tally, service: Service, wish: Wish) -> None:
    if not wish.postcode:
        return
    prefixes = sorted(filter(wish.postcode.startswith, service.postcode_prefixes), key=len)
    fit = FITS if prefixes else MISFIT if service.postcode_prefixes else FITS_ALL
    tally.add(
        POINTS["area"][fit],
        _("Your area %(prefix)s…") % {"prefix": prefixes[-1]} if prefixes else "",
        _("Outside their area") if fit == MISFIT else "",
    )


def rate_language(tally: Tally, service: Service, wish: Wish) -> None:
    """German goes without saying; only another language tells partners apart."""
    foreign = [code for code in wish.languages if code != "de"]
    if not foreign or "de" in wish.languages and not set(foreign) & set(service.languages):
        return
    spoken = [code for code in foreign if code in service.languages]
    for code in spoken:
        tally.add(0, _("Speaks %(language)s") % {"language": dict(LANGUAGES).get(code, code)})
    tally.add(POINTS["language"][FITS if spoken else MISFIT])


def rate_room(tally: Tally, service: Service, today: date) -> None:
    partner = service.partner
    capacity = Capacity(partner.capacity)
    if capacity == Capacity.FULL and not partner.is_full_on(today):
        capacity = Capacity.OPEN
    reason = {Capacity.OPEN: _("Free"), Capacity.LIMITED: _("Few places")}.get(capacity, "")
    full = _("Takes no new cases at the moment") if capacity == Capacity.FULL else ""
    tally.add(CAPACITY_POINTS[capacity], reason, full)
    if service.waiting_days:
        points = min(service.waiting_days // WAITING_POINT_DAYS, WAITING_POINTS_AT_MOST)
        days = service.waiting_days
        waiting = ngettext("Waiting time %(n)s day", "Waiting time %(n)s days", days)
        tally.add(-points, warning=waiting % {"n": days})


def rate_record(tally: Tally, record: AnswerRecord) -> None:
    """Few answers say nothing. A partner who mostly answers late loses its bonus, no more."""
    if record.answers < ENOUGH_ANSWERS:
        return
    share = record.in_time / record.answers
    days = record.working_days
    usual = ngettext(
        "Mostly answers in %(n)s working day", "Mostly answers in %(n)s working days", days
    )
    late = _("Often answers late")
    in_time = share >= 0.5
    tally.add(
        round(RECORD_POINTS * share),
        usual % {"n": days} if in_time else "",
        "" if in_time else late,
    )


def fit_of(wanted: Any, offered: list) -> str:
    """An empty list means all."""
    if not offered:
        return FITS_ALL
    return FITS if wanted in offered else MISFIT
