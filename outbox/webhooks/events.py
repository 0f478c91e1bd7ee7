"""Which events there are; the apps that own them register them in `AppConfig.ready()`."""

from typing import Any

from outbox.webhooks.errors import WebhookError

PING = "ping"
_events: set[str] = {PING}


def register_events(*names: str) -> None:
    """Names as `referral.accepted`; a receiver gets them as `type`."""
    _events.update(names)


def event_names() -> list[str]:
    return sorted(_events)


def event_choices() -> list[tuple[str, str]]:
    """For forms and the schema: what an endpoint may choose. A ping comes whatever it chose."""
    return [(name, name) for name in event_names() if name != PING]


def checked_events(events: Any) -> list[str]:
    """Without doubles and in order; raises WebhookError for one that nobody registered."""
    chosen: list[Any] = (
        list(events) if isinstance(events, list | tuple | set | frozenset) else [None]
    )
    if not all(isinstance(name, str) and name in _events for name in chosen):
        raise WebhookError("unknown_event", field="events")
    return sorted(set(chosen))
