"""How many seats an event has left, and who is next; exact only while the event's row is locked."""

from django.db.models import Count, Max, Q, QuerySet

from events.models import SEATED, Event, Registration, RegistrationState

SURE = SEATED - {RegistrationState.HELD}


def taken_seats(event: Event) -> int:
    return event.registrations.seated().count()


def free_seats(event: Event) -> int | None:
    """None: there is no limit."""
    return None if event.capacity is None else max(0, event.capacity - taken_seats(event))


def has_seat(event: Event) -> bool:
    """For somebody new: those in line come first."""
    return free_seats(event) != 0 and not event.registrations.waiting().exists()


def turns_away(event: Event) -> bool:
    return not event.has_waiting_list and not has_seat(event)


def next_in_line(event: Event) -> int:
    return (event.registrations.aggregate(last=Max("queue"))["last"] or 0) + 1


def position(registration: Registration) -> int:
    """1 is next."""
    earlier = Registration.objects.waiting().filter(
        event_id=registration.event_id, queue__lt=registration.queue
    )
    return earlier.count() + 1


def shown_seats(event: Event) -> int | None:
    """What everybody may read of `free_seats`.

    Seats held for addresses that nobody has confirmed yet are not in it: else a stranger could
    try an address and see by the number whether it was registered before.
    """
    if event.capacity is None:
        return None
    sure = event.registrations.filter(state__in=SURE)
    return max(0, event.capacity - sure.count())


def with_sure_seats(events: QuerySet[Event]) -> QuerySet[Event]:
    """Of a whole list what `left_of` needs, in its one query."""
    sure = Q(registrations__state__in=SURE)
    return events.annotate(sure_seats=Count("registrations", filter=sure, distinct=True))


def left_of(event) -> int | None:
    """As `shown_seats`, of a row of `with_sure_seats`."""
    return None if event.capacity is None else max(0, event.capacity - event.sure_seats)


def shown_waiting(event: Event) -> int:
    """As `shown_seats`, of the waiting list."""
    return event.registrations.waiting().filter(confirmed_at__isnull=False).count()
