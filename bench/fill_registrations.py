"""Make the events of bench/registrations.py in the database of DATABASE_URL; prints JSON.

python -m bench.fill_registrations             two open events, statements of a request
python -m bench.fill_registrations SLUG        how many have a seat, and how many wait
"""

import json
import os
import re
import sys
import time
from datetime import timedelta

os.environ["DJANGO_SETTINGS_MODULE"] = "dma_crm.settings"

import django

django.setup()

from django.db import connection  # noqa: E402 - after the set-up
from django.test.client import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.actors import AGENCY_ID, Actor  # noqa: E402
from events.actions import create_event, publish_event  # noqa: E402
from events.models import Event, EventFormat, Venue  # noqa: E402
from events.seats import position  # noqa: E402

SEATS = 100
TOKEN = re.compile(r'name="token" value="([^"]+)"')


def main() -> None:
    """One event to be filled beyond its seats, one for a user alone."""
    crowded, calm = opened("Ansturm", SEATS), opened("Einzeln", None)
    queries = statements(calm)
    print(json.dumps({"crowded": crowded.slug, "calm": calm.slug, "queries": queries}))


def opened(title: str, seats: int | None) -> Event:
    now = timezone.now()
    event = create_event(
        title=title,
        format=EventFormat.TALK,
        starts_at=now + timedelta(days=30),
        ends_at=now + timedelta(days=30, hours=2),
        host_id=AGENCY_ID,
        venue=Venue.objects.first(),
        capacity=seats,
        by=Actor.system(),
        at=now,
    )
    return publish_event(event=event, by=Actor.system(), at=now)


def statements(event: Event) -> dict:
    path, client = f"/veranstaltungen/{event.slug}/anmelden/", Client(SERVER_NAME="127.0.0.1")
    client.get(path)
    with CaptureQueriesContext(connection) as page:
        token = TOKEN.search(client.get(path).content.decode())[1]
    time.sleep(2.1)  # sooner than that no person fills in a form
    said = {"name": "Bench", "email": "statements@post.example", "token": token}
    with CaptureQueriesContext(connection) as post:
        if client.post(path, said).status_code != 302:
            raise SystemExit("The registration was refused.")
    return {
        "SQL statements, registration page": len(page),
        "SQL statements, registration": len(post),
    }


def outcome(slug: str) -> None:
    """Raises SystemExit where seats were given twice or the line has a gap."""
    event = Event.objects.get(slug=slug)
    seated = event.registrations.seated().count()
    waiting = list(event.registrations.waiting())
    places = [position(row) for row in (waiting[:1] + waiting[-1:])]
    if seated > SEATS or (waiting and places != [1, len(waiting)]):
        raise SystemExit(f"{seated} of {SEATS} seats, places {places} of {len(waiting)}")
    print(json.dumps({"seated": seated, "waiting": len(waiting)}))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        outcome(sys.argv[1])
    else:
        main()
