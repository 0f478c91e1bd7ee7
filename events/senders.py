"""How often one internet address may register: counted in the database, see docs/adr/0012.

Each registration writes anyway, so each is counted; addresses are kept as digests for two hours.
"""

from datetime import datetime

from django.conf import settings
from django.db.models import F

from dma_crm.crypto import keyed_digest
from events.models import SenderWindow

SECONDS = 3600
KEPT_HOURS = 2


def hour_of(at: datetime) -> int:
    return int(at.timestamp()) // SECONDS


def may_send(address: str, *, at: datetime) -> bool:
    """Count one more; False beyond the allowance of this hour."""
    if not settings.REGISTRATIONS_PER_HOUR:
        return True
    row = {"digest": keyed_digest("event-sender", address), "hour": hour_of(at)}
    SenderWindow.objects.bulk_create([SenderWindow(**row)], ignore_conflicts=True)
    left = SenderWindow.objects.filter(**row, sent__lt=settings.REGISTRATIONS_PER_HOUR)
    return bool(left.update(sent=F("sent") + 1))


def seconds_left(at: datetime) -> int:
    return SECONDS - int(at.timestamp()) % SECONDS


def forget_old_windows(*, at: datetime) -> None:
    SenderWindow.objects.filter(hour__lt=hour_of(at) - KEPT_HOURS).delete()
