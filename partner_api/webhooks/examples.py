"""What goes over the wire about webhooks, for the OpenAPI document."""

from partner_api.schema import answered, sent

BODY = {"url": "https://fachverfahren.example/dma", "events": ["referral.sent"]}
WEBHOOK = {
    "id": "01936a00-aaaa-7000-8000-00000000000a",
    **BODY,
    "state": "active",
    "state_label": "Aktiv",
    "disabled_reason": None,
    "disabled_reason_label": None,
    "failures": 0,
    "previous_secret_until": None,
    "created_at": "2026-11-23T09:00:00Z",
    "modified_at": "2026-11-23T09:00:00Z",
}
SECRET = {"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwcMjVGxhV9Qs="}
ROTATED = {**WEBHOOK, "previous_secret_until": "2026-11-24T09:00:00Z", **SECRET}
DELIVERY = {
    "id": "01936a00-bbbb-7000-8000-00000000000b",
    "type": "referral.sent",
    "state": "delivered",
    "state_label": "Zugestellt",
    "body": (
        '{"type":"referral.sent","timestamp":"2026-11-23T09:15:00.000Z","data":'
        '{"id":"01936a00-5c5e-7b30-9d9e-5a0c2f1e7b42","reference":"V-2026-0042",'
        '"status":"sent","version":2}}'
    ),
    "attempts": 1,
    "due_at": "2026-11-23T09:15:00Z",
    "delivered_at": "2026-11-23T09:15:03Z",
    "tries": [{"at": "2026-11-23T09:15:02Z", "status_code": 204, "error": None, "duration_ms": 86}],
    "created_at": "2026-11-23T09:15:00Z",
}
AGAIN = {**DELIVERY, "state": "queued", "state_label": "Wartet", "attempts": 0}
AGAIN["delivered_at"] = None
PING = {**AGAIN, "type": "ping", "tries": []}


def page(row: dict) -> list:
    return [answered("One page", {"next": None, "previous": None, "results": [row]})]


CREATE = [sent("Only new referrals", BODY), answered("Created", {**WEBHOOK, **SECRET})]
CHANGE = [
    sent("All events", {"events": []}),
    sent("Switch it off", {"state": "disabled"}),
    answered("Changed", {**WEBHOOK, "events": []}),
]
