"""People and partners' systems who use the product meanwhile, and write down what they got."""

import http.client
import json
import threading
import time
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from django.test import Client
from django.utils import timezone

from accounts.actions import create_api_key
from accounts.actors import Actor
from accounts.models import Scope
from tests.factories import PartnerFactory, UserFactory, WebhookEndpointFactory

PAGES = ("/veranstaltungen/", "/", "/wiedervorlagen/", "/vermittlungen/", "/healthz")
REFERRALS = "/api/v1/referrals/"
PATIENCE = 30  # seconds for one answer
BROKEN = 0  # in place of a status: no answer at all


@dataclass(frozen=True)
class Visit:
    at: float
    what: str
    status: int
    seconds: float


class Visitors:
    """An advisor who reads pages, and a partner's system that refers founders.

    The system repeats what failed with the same Idempotency-Key until it is told that it is done.
    """

    def __init__(self, address: str, receiver, pause: float):
        """`pause`: seconds between two requests of each."""
        self.pause = pause
        self.netloc = address.removeprefix("http://")
        self.partner = PartnerFactory()
        for path in ("/200", "/first-500"):
            WebhookEndpointFactory(organisation=self.partner, url=receiver.url(path))
        client = Client()
        client.force_login(UserFactory())
        self.cookie = f"sessionid={client.cookies['sessionid'].value}"
        scopes = (Scope.REFERRALS_READ, Scope.REFERRALS_WRITE)
        _key, self.secret = create_api_key(
            organisation=self.partner, scopes=scopes, by=Actor.system(), at=timezone.now()
        )
        self.visits: list[Visit] = []
        self.referred: list[str] = []

    def __enter__(self) -> "Visitors":
        self.left = threading.Event()
        self.visits = []
        self.threads = [threading.Thread(target=work) for work in (self.read, self.refer)]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *exception) -> None:
        self.left.set()
        for thread in self.threads:
            thread.join()

    def read(self) -> None:
        while not self.left.is_set():
            for page in PAGES:
                self.ask("GET", page, Cookie=self.cookie)
                self.left.wait(self.pause)

    def refer(self) -> None:
        while not self.left.wait(self.pause):
            key = uuid4().hex
            body = json.dumps(referral(key))
            while self.post(key, body) != http.client.CREATED:
                if self.left.wait(self.pause):
                    return
            self.referred.append(key)

    def post(self, key: str, body: str) -> int:
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        return self.ask("POST", REFERRALS, body, Authorization=f"Bearer {self.secret}", **headers)

    def ask(self, method: str, path: str, body: str | None = None, **headers: str) -> int:
        at, started = time.time(), time.monotonic()
        status = self.status(method, path, body, headers)
        self.visits.append(Visit(at, f"{method} {path}", status, time.monotonic() - started))
        return status

    def status(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> int:
        connection = http.client.HTTPConnection(self.netloc, timeout=PATIENCE)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status
        except (OSError, http.client.HTTPException):
            return BROKEN
        finally:
            connection.close()

    def told(self) -> dict:
        slowest = max((visit.seconds for visit in self.visits), default=0)
        statuses = Counter(str(visit.status) for visit in self.visits)
        return {"requests": dict(sorted(statuses.items())), "slowest_seconds": round(slowest, 2)}

    def odd(self, *allowed: int) -> list[str]:
        """Answers that are neither well nor allowed now."""
        well = {200, 201, *allowed}
        return [f"{each.what}: {each.status}" for each in self.visits if each.status not in well]


def referral(key: str) -> dict:
    given = timezone.now() - timedelta(hours=1)
    return {
        "founder": {
            "given_name": "Jana",
            "family_name": f"Muster {key}",
            "emails": [f"ok-{key}@gruenden.example"],
        },
        "topics": ["funding"],
        "question": "Welche Förderung passt?",
        "consent": {"given_at": given.isoformat(), "text": "Ja.", "evidence": "Formular"},
        "your_reference": key,
    }
