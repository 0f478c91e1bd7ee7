"""How well one service fits what is looked for: rules that can be said aloud, each in words.

The points are set by judgement, not learnt: topic decides, then phase and area, then whether the
partner has room and answers in time. What a service rules out itself (phase, legal form, area) is
no matter of points: it is not eligible, and says why. docs/matching.md tells the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.forms.people import LANGUAGES
from contacts.models import (
    Capacity,
    LegalForm,
    PartnerOrganisation,
    Stage,
    StageKind,
    Topic,
)
from referrals.models import Service

POINTS = {
    "topics": 40,
    "stage": 15,
    "any_stage": 8,
    "legal_form": 6,
    "any_legal_form": 3,
    "area": 15,
    "anywhere": 8,
    "language": 10,
    "no_language": -10,
    "free": 10,
    "few_places": 3,
    "full": -40,
    "absent": -10,
    "waiting_week": -1,
    "waiting_at_most": -8,
    "answers": 15,
}
WAITING_WEEK = 7
ENOUGH_ANSWERS = 3


@dataclass(frozen=True)
class Wish:
    """What is looked for; what is not known is empty and decides nothing."""

    topics: tuple[Topic, ...] = ()
    stage: Stage | None = None
    legal_form: str = ""
    postcode: str = ""
    languages: tuple[str, ...] = ()

    @property
    def known_stage(self) -> Stage | None:
        """A venture that pauses or has ended is in none of the phases services are meant for."""
        return self.stage if self.stage and self.stage.kind == StageKind.OPEN else None

    @property
    def known_legal_form(self) -> str:
        return "" if self.legal_form == LegalForm.UNDECIDED else self.legal_form


@dataclass(frozen=True)
class AnswerRecord:
    """How a partner answered in the last twelve months."""

    answers: int = 0
    in_time: int = 0
    working_days: int = 0


@dataclass
class Tally:
    """Points with their reasons; warnings, which exclude nobody; hindrances, which do."""

    score: int = 0
    reasons: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    hindrances: list[str] = field(default_factory=list)

    def good(self, points: int, reason: str) -> None:
        self.score += points
        self.reasons.append(reason)

    def warn(self, points: int, warning: str) -> None:
        self.score += points
        self.warnings.append(warning)


def rate(service: Service, wish: Wish, record: AnswerRecord, today: date) -> Tally:
    tally = Tally()
    rate_topics(tally, service, wish)
    rate_stage(tally, service, wish)
    rate_legal_form(tally, service, wish)
    rate_area(tally, service, wish)
    rate_language(tally, service, wish)
    rate_room(tally, service, today)
    rate_waiting(tally, service)
    rate_record(tally, record)
    return tally


def rate_topics(tally: Tally, service: Service, wish: Wish) -> None:
    """The points are shared out among the topics wished for."""
    offered = {topic.pk for topic in service.topics.all()}
    met = [topic for topic in wish.topics if topic.pk in offered]
    for topic in met:
        tally.good(0, _("Topic %(topic)s") % {"topic": topic})
    tally.score += round(POINTS["topics"] * len(met) / (len(wish.topics) or 1))


def rate_stage(tally: Tally, service: Service, wish: Wish) -> None:
    stages, stage = {each.pk for each in service.stages.all()}, wish.known_stage
    if not stage:
        return
    if not stages:
        tally.good(POINTS["any_stage"], _("For every phase"))
    elif stage.pk in stages:
        tally.good(POINTS["stage"], _("Phase %(stage)s") % {"stage": stage})
    else:
        tally.hindrances.append(_("Not meant for the phase %(stage)s") % {"stage": stage})


def rate_legal_form(tally: Tally, service: Service, wish: Wish) -> None:
    form = wish.known_legal_form
    word = {"form": dict(LegalForm.choices).get(form, form)}
    if not form:
        return
    if not service.legal_forms:
        tally.good(POINTS["any_legal_form"], _("For every legal form"))
    elif form in service.legal_forms:
        tally.good(POINTS["legal_form"], _("Legal form %(form)s") % word)
    else:
        tally.hindrances.append(_("Not meant for the legal form %(form)s") % word)


def rate_area(tally: Tally, service: Service, wish: Wish) -> None:
    """A postcode known only in its beginning may still lie in a smaller area: it is not decided."""
    area, postcode = service.postcode_prefixes, wish.postcode.strip()
    if not postcode:
        return
    within = sorted(filter(postcode.startswith, area), key=len)
    if not area:
        tally.good(POINTS["anywhere"], _("Works everywhere"))
    elif within:
        tally.good(POINTS["area"], _("Your area %(prefix)s…") % {"prefix": within[-1]})
    elif not any(prefix.startswith(postcode) for prefix in area):
        tally.hindrances.append(
            _("Postcode %(postcode)s is outside their area (%(area)s)")
            % {"postcode": postcode, "area": spoken_area(area)}
        )


def spoken_area(prefixes: Iterable[str]) -> str:
    shown = sorted(prefixes)
    return ", ".join(f"{prefix}…" for prefix in shown[:5]) + (" …" if len(shown) > 5 else "")


def rate_language(tally: Tally, service: Service, wish: Wish) -> None:
    """German goes without saying; only another language tells partners apart."""
    foreign = [code for code in wish.languages if code != "de"]
    spoken = [code for code in foreign if code in service.languages]
    if spoken:
        tally.good(POINTS["language"], _("Speaks %(language)s") % {"language": names_of(spoken)})
    elif foreign and service.languages and "de" not in wish.languages:
        word = {"language": names_of(foreign)}
        tally.warn(POINTS["no_language"], _("Does not speak %(language)s") % word)


def names_of(codes: Iterable[str]) -> str:
    names = dict(LANGUAGES)
    return ", ".join(str(names.get(code, code)) for code in codes)


def rate_room(tally: Tally, service: Service, today: date) -> None:
    """The organisation and this one service may each be full; being full warns, no more."""
    partner = service.partner
    if partner.absent_from and partner.absent_from <= today <= partner.absent_until:
        word = {"day": spoken_day(partner.absent_until)}
        tally.warn(POINTS["absent"], _("Away until %(day)s") % word)
    full = full_words(service, today)
    if full:
        tally.warn(POINTS["full"], full)
    elif partner.capacity == Capacity.LIMITED:
        tally.good(POINTS["few_places"], _("Few places"))
    else:
        tally.good(POINTS["free"], _("Free"))


def full_words(service: Service, today: date) -> str:
    partner: PartnerOrganisation = service.partner
    if partner.is_full_on(today) and partner.full_until is None:
        return _("Takes no new cases at the moment")
    whole = partner.full_until if partner.is_full_on(today) else None
    days = [day for day in (whole, service.full_until) if day and today <= day]
    return _("Full until %(day)s") % {"day": spoken_day(max(days))} if days else ""


def spoken_day(day: date) -> str:
    return date_format(day, "SHORT_DATE_FORMAT")


def rate_waiting(tally: Tally, service: Service) -> None:
    days = service.waiting_days
    if days:
        points = max(days // WAITING_WEEK * POINTS["waiting_week"], POINTS["waiting_at_most"])
        waiting = ngettext("Waiting time %(n)s day", "Waiting time %(n)s days", days)
        tally.warn(points, waiting % {"n": days})


def rate_record(tally: Tally, record: AnswerRecord) -> None:
    """Few answers say nothing. A partner who mostly answers late loses its bonus, no more."""
    if record.answers < ENOUGH_ANSWERS:
        return
    share, days = record.in_time / record.answers, record.working_days
    points = round(POINTS["answers"] * share)
    if share >= 0.5:
        usual = ngettext(
            "Mostly answers in %(n)s working day", "Mostly answers in %(n)s working days", days
        )
        tally.good(points, usual % {"n": days})
    else:
        tally.warn(points, _("Often answers late"))
