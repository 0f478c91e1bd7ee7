"""What the OpenAPI document says beside paths and bodies: headers of answers, our deliveries."""

from typing import Any

from rest_framework.permissions import SAFE_METHODS

HEADERS: dict[str, tuple[str, dict]] = {
    "ETag": ("For If-None-Match and If-Match.", {"type": "string"}),
    "Location": ("Where it can be read from now on.", {"type": "string", "format": "uri"}),
    "Retry-After": ("Seconds to wait.", {"type": "integer", "minimum": 1}),
    "WWW-Authenticate": ("The scheme wanted.", {"type": "string", "const": "Bearer"}),
}
OF_STATUS = {
    "201": ["Location"],
    "401": ["WWW-Authenticate"],
    "429": ["Retry-After"],
    "503": ["Retry-After"],
}
DELIVERY_HEADERS = {
    "webhook-id": "The same for every attempt: what you have seen already needs no second look.",
    "webhook-timestamp": "Seconds since 1970. Refuse what is more than five minutes off.",
    "webhook-signature": "`v1,…` in Base64; two of them, a blank between, while a secret changes.",
}
MOMENT = {"type": "string", "format": "date-time"}
UUID = {"type": "string", "format": "uuid"}
ID = "01936a00-5c5e-7b30-9d9e-5a0c2f1e7b42"


def name_headers(result, generator, request, public):
    """What each answer always carries."""
    result["components"]["headers"] = {
        name: {"description": says, "schema": schema, "required": True}
        for name, (says, schema) in HEADERS.items()
    }
    for methods in result["paths"].values():
        for method, operation in methods.items():
            for status, response in operation["responses"].items():
                names = [*OF_STATUS.get(status, []), *etag(method, operation, status)]
                if names:
                    refs = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
                    response["headers"] = refs
    return result


def etag(method: str, operation: dict, status: str) -> list[str]:
    """All that was written, and what can be asked for conditionally."""
    asked = {each["name"] for each in operation["parameters"]}
    tagged = method.upper() not in SAFE_METHODS or "If-None-Match" in asked
    return ["ETag"] if tagged and status in {"200", "201", "304"} else []


def name_deliveries(result, generator, request, public):
    """What we send to the address of a webhook (OpenAPI 3.1, `webhooks`)."""
    changed = {
        "id": UUID,
        "reference": {"type": "string"},
        "status": {"$ref": "#/components/schemas/ReferralStatus"},
        "version": {"type": "integer"},
    }
    result["components"]["schemas"] |= {
        "ReferralChanged": event({"$ref": "#/components/schemas/WebhookEvent"}, changed),
        "Ping": event({"const": "ping"}, {"id": UUID}),
    }
    state = {"id": ID, "reference": "V-2026-0042", "status": "accepted", "version": 3}
    result["webhooks"] = {
        "referral": delivery(
            "ReferralChanged",
            "A referral has changed its state",
            "Told to both organisations. Fetch the referral to learn more.",
            {"type": "referral.accepted", "data": state},
        ),
        "ping": delivery(
            "Ping",
            "You are trying your webhook out",
            "The id is that of the webhook.",
            {"type": "ping", "data": {"id": ID}},
        ),
    }
    return result


def event(kind: dict, data: dict[str, Any]) -> dict:
    return closed({"type": kind, "timestamp": MOMENT, "data": closed(data)})


def closed(properties: dict[str, Any]) -> dict:
    return {"type": "object", "properties": properties, "required": list(properties)}


def delivery(schema: str, summary: str, says: str, example: dict) -> dict:
    media = {
        "schema": {"$ref": f"#/components/schemas/{schema}"},
        "examples": {"Delivery": {"value": {"timestamp": "2026-11-23T09:15:00.000Z", **example}}},
    }
    answers = {
        "2XX": "Taken; anything else is tried again",
        "410": "Gone for good: the webhook is switched off",
        "429": "Later; `Retry-After` is heeded up to a day, with 503 as well",
    }
    return {
        "post": {
            "operationId": f"{schema[0].lower()}{schema[1:]}",
            "summary": summary,
            "description": says,
            "tags": ["Webhooks"],
            "security": [],
            "parameters": [
                {
                    "in": "header",
                    "name": name,
                    "required": True,
                    "description": text,
                    "schema": {"type": "string"},
                }
                for name, text in DELIVERY_HEADERS.items()
            ],
            "requestBody": {"required": True, "content": {"application/json": media}},
            "responses": {status: {"description": text} for status, text in answers.items()},
        }
    }
