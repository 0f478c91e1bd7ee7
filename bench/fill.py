"""Fill the database of DATABASE_URL for bench/api.py; prints what it needs as JSON."""

import json
import os
import sys
from datetime import timedelta

os.environ["DJANGO_SETTINGS_MODULE"] = "dma_crm.settings"

import django

django.setup()

from django.db import connection  # noqa: E402 - after the set-up
from django.test.client import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.actions import create_api_key  # noqa: E402
from accounts.actors import Actor  # noqa: E402
from accounts.models import DEFAULT_SCOPES  # noqa: E402
from bench.volume import multiply_referrals  # noqa: E402
from contacts.models import PartnerOrganisation  # noqa: E402
from referrals.models import Referral  # noqa: E402

KEYS, ACCEPTED = 60, 60


def main(size: int) -> None:
    total = multiply_referrals(size)
    partner = PartnerOrganisation.objects.get(name="IHK Lüneburg-Wolfsburg")
    keys = [new_key(partner) for _ in range(KEYS)]
    chosen = waiting_for(partner)
    print(
        json.dumps(
            {
                "referrals": total,
                "keys": keys[1:],
                "sent": chosen[1:],
                "queries": queries(keys[0], chosen[0]),
            }
        )
    )


def waiting_for(partner) -> list[str]:
    """So many of the partner's referrals that wait for its answer."""
    ever_sent = Referral.objects.filter(recipient=partner, sent_at__isnull=False)
    chosen = list(ever_sent.order_by("id").values_list("pk", flat=True)[: ACCEPTED + 1])
    Referral.objects.filter(pk__in=chosen).update(status="sent", closed_at=None)
    return [str(pk) for pk in chosen]


def new_key(partner) -> str:
    at = timezone.now()
    _key, secret = create_api_key(
        organisation=partner, name="bench", scopes=DEFAULT_SCOPES,
        expires_at=at + timedelta(days=1), by=Actor.system(), at=at,
    )  # fmt: skip
    return secret


def queries(key: str, referral: str) -> dict[str, int]:
    """SQL statements of one request each, the key and its check included."""
    client = Client(SERVER_NAME="127.0.0.1", headers={"Authorization": f"Bearer {key}"})
    asked = {
        "SQL statements, list of 50": ("get", "/api/v1/referrals/"),
        "SQL statements, detail": ("get", f"/api/v1/referrals/{referral}/"),
        "SQL statements, accept": ("post", f"/api/v1/referrals/{referral}/accept/"),
    }
    client.get("/api/v1/referrals/")
    return {name: counted(client, *how) for name, how in asked.items()}


def counted(client: Client, method: str, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        given = {"data": {}, "content_type": "application/json"} if method == "post" else {}
        response = getattr(client, method)(path, **given)
    if response.status_code != 200:
        raise RuntimeError(f"{path}: {response.status_code} {response.content[:300]!r}")
    return len(captured)


main(int(sys.argv[1]))
