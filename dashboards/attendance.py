"""Who registered for events, who came, and whom we first met there: the rows behind the figures."""

from datetime import timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.filters import midnight
from consultations.models import Consultation
from contacts.models import Affiliation, AffiliationRole, Person, PersonState
from dashboards.aggregates import day_of
from dashboards.periods import Span
from events.models import Event, EventState, Registration, RegistrationState
from events.people import SOURCE

REGISTERED, CONFIRMED, ATTENDED, MISSED, MOVED_UP = (
    "registered", "confirmed", "attended", "missed", "moved_up",
)  # fmt: skip
GROUPS = {
    REGISTERED: _("Registered"),
    CONFIRMED: _("Confirmed"),
    ATTENDED: _("Attended"),
    MISSED: _("Did not come"),
    MOVED_UP: _("Moved up"),
}
ADVISED, FOUNDING, CASE = "advised", "founding", "case"
OUTCOMES = {
    "": _("First contacts"),
    ADVISED: _("Advised"),
    FOUNDING: _("With a venture"),
    CASE: _("Became a case"),
}


def condition(group: str) -> Q:
    """Of registrations; of events without any check-in nobody is said to have stayed away."""
    if group == CONFIRMED:
        return Q(state=RegistrationState.CONFIRMED)
    if group == ATTENDED:
        return Q(checked_in_at__isnull=False)
    if group == MISSED:
        seen = Registration.objects.filter(checked_in_at__isnull=False)
        over = Q(event__ends_at__lt=timezone.now(), event__in=seen.values("event"))
        return Q(state=RegistrationState.CONFIRMED, checked_in_at=None) & over
    return Q(moved_up_at__isnull=False) if group == MOVED_UP else Q()


def counts() -> dict[str, Count]:
    return {group: Count("pk", filter=condition(group)) for group in GROUPS}


def events_in(span: Span, actor) -> QuerySet[Event]:
    """Those that took or take place, by the local day on which they start."""
    events = Event.objects.visible_to(actor).filter(state=EventState.PUBLISHED)
    if span.since:
        events = events.filter(starts_at__gte=midnight(span.since))
    if span.until:
        events = events.filter(starts_at__lt=midnight(span.until + timedelta(days=1)))
    return events


def registrations_in(span: Span, actor, *, topic: str = "") -> QuerySet[Registration]:
    """Whoever never confirmed the address is nobody; who cancelled later had registered."""
    rows = Registration.objects.visible_to(actor).filter(confirmed_at__isnull=False)
    rows = rows.filter(event__in=events_in(span, actor))
    return rows.filter(event__topics__code=topic) if topic else rows


def first_contacts_in(span: Span, actor, *, owner_id: int | None = None) -> QuerySet[Person]:
    """People whose source is an event, by the day of the first contact."""
    people = Person.objects.visible_to(actor).filter(source__code=SOURCE)
    people = people.exclude(state=PersonState.ANONYMISED)
    people = people.annotate(met_on=Coalesce("first_contact_on", day_of("created_at")))
    if span.since:
        people = people.filter(met_on__gte=span.since)
    if span.until:
        people = people.filter(met_on__lte=span.until)
    return people.filter(owner_id=owner_id) if owner_id else people


def with_outcomes(people: QuerySet[Person]) -> QuerySet[Person]:
    talks = Consultation.objects.complete()
    talks = talks.filter(Q(person=OuterRef("pk")) | Q(others=OuterRef("pk")))
    ties = Affiliation.objects.filter(
        person=OuterRef("pk"), role=AffiliationRole.FOUNDER, startup__isnull=False
    )
    return people.annotate(advised=Exists(talks), founding=Exists(ties))


def outcome(name: str) -> Q:
    if name == CASE:
        return Q(advised=True) | Q(founding=True)
    return Q(**{name: True}) if name else Q()
