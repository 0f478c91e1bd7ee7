"""What takes place, where, and who comes."""

from events.models.door import (
    TICKET_LENGTH,
    TICKET_LETTERS,
    DoorEntry,
    DoorOutcome,
    DoorStep,
    new_ticket_code,
)
from events.models.events import (
    STATE_STEPS,
    Event,
    EventFormat,
    EventState,
    RegistrationKind,
    Room,
    Venue,
)
from events.models.feedback import Feedback
from events.models.registrations import (
    ACTIVE,
    REGISTRATION_STEPS,
    SEATED,
    Registration,
    RegistrationState,
    SenderWindow,
)

__all__ = [
    "ACTIVE",
    "REGISTRATION_STEPS",
    "SEATED",
    "STATE_STEPS",
    "TICKET_LENGTH",
    "TICKET_LETTERS",
    "DoorEntry",
    "DoorOutcome",
    "DoorStep",
    "Event",
    "EventFormat",
    "EventState",
    "Feedback",
    "Registration",
    "Room",
    "RegistrationKind",
    "RegistrationState",
    "SenderWindow",
    "Venue",
    "new_ticket_code",
]
