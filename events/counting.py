"""How many guests an event has, for whoever may know the number but not the people."""

from collections.abc import Iterable

from django.db.models import Count, Q

from events.models import Registration, RegistrationState

NUMBERS = {
    "registered": Q(),
    "confirmed": Q(state=RegistrationState.CONFIRMED),
    "waiting": Q(state=RegistrationState.WAITING),
    "attended": Q(checked_in_at__isnull=False),
}


def guest_numbers(event_ids: Iterable) -> dict:
    """Per event, in one query: of confirmed addresses, as the figures count them."""
    found = {event_id: dict.fromkeys(NUMBERS, 0) for event_id in event_ids}
    if not found:
        return {}
    rows = Registration.objects.filter(event__in=list(found), confirmed_at__isnull=False)
    numbers = {name: Count("pk", filter=condition) for name, condition in NUMBERS.items()}
    for row in rows.order_by().values("event").annotate(**numbers):
        found[row["event"]] = {name: row[name] for name in NUMBERS}
    return found
