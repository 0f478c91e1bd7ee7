"""Tickets: a short code, in letters and as a QR code, that lets a guest in and does nothing else.

The link in a guest's mail can cancel, so it is never what somebody at the door gets to see.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from events.models import EventState, Registration, RegistrationState

QUIET = 4  # modules of white around it, as ISO/IEC 18004 wants
HALF = 5


def has_ticket(row: Registration, at: datetime) -> bool:
    """For a confirmed seat in a room; nobody stands at the door of what is online only."""
    event = row.event
    seated = row.state == RegistrationState.CONFIRMED and event.state == EventState.PUBLISHED
    in_a_room = event.venue_id is not None or not event.online
    return seated and in_a_room and at <= event.ends_at


def spelt(code: str) -> str:
    """As it is read out loud."""
    return f"{code[:HALF]}-{code[HALF:]}"


def ticket_of(row: Registration) -> dict[str, Any]:
    """The QR code holds an address, so that also an ordinary camera leads the door to the guest."""
    url = settings.BASE_URL + reverse("events:ticket", args=[row.ticket_code])
    return {"code": spelt(row.ticket_code), **qr_code(url)}


def qr_code(text: str) -> dict[str, Any]:
    """`path` draws the dark modules in a square of `size` units: an SVG that needs no style."""
    from qrcode import QRCode  # noqa: PLC0415 - slow to import, few requests need it

    code = QRCode(border=QUIET)
    code.add_data(text)
    rows = code.get_matrix()
    dark = [(x, y) for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark]
    return {"size": len(rows), "path": "".join(f"M{x} {y}h1v1h-1z" for x, y in dark)}
