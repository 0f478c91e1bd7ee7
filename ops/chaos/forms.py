"""How much of everything a run has, and for how long."""

from dataclasses import dataclass

EVERYTHING = (
    *("killed", "without_broker", "mail_server_hangs", "beats", "database_restarts"),
    *("without_claim", "sent_first"),
)


@dataclass(frozen=True)
class Form:
    """`scale` divides all waiting of the product; all else are numbers and seconds."""

    scale: float
    mails: int = 1000
    kills: int = 20
    redis: int = 3
    postgresql: int = 2
    crowd: int = 100  # mails of the other scenarios
    outage: float = 20  # without a broker
    hang: float = 600  # the mail server says nothing
    hour: float = 3600  # no beat
    restarts: int = 5  # of PostgreSQL under load
    pause: float = 0.3  # between two requests of a visitor
    scenarios: tuple[str, ...] = EVERYTHING


FORMS = {
    "short": Form(
        scale=20,
        mails=80,
        kills=3,
        redis=1,
        postgresql=1,
        scenarios=("killed",),
    ),
    "scaled": Form(scale=15, crowd=60, outage=5, hang=40, hour=15, restarts=3),
    "full": Form(scale=1, pause=2),
}
