"""What goes over the wire, for the OpenAPI document; a test holds it against the schema."""

from partner_api.schema import answered, sent

AGENCY = {"id": "00000000-0000-7000-8000-000000000001", "name": "Digitale Mutterboden Agentur"}
CHAMBER = {"id": "01936a00-1111-7000-8000-000000000002", "name": "IHK Lüneburg-Wolfsburg"}
FOUNDER = {
    "id": "5f3e1c0a-8a66-4d0e-9a5c-3d1b7f2e4a10",
    "display_name": "Jana Muster",
    "emails": ["jana@gruenden.example"],
    "phones": ["+4953619999"],
}
WAITING = {
    "id": "01936a00-5c5e-7b30-9d9e-5a0c2f1e7b42",
    "reference": "V-2026-0042",
    "status": "sent",
    "status_label": "Gesendet",
    "status_since": "2026-11-23T09:15:00Z",
    "direction": "received",
    "need": {"id": "01936a00-5c5d-7c11-8e0f-1f2e3d4c5b6a", "reference": "A-2026-0031"},
    "sender": AGENCY,
    "recipient": CHAMBER,
    "service": {"id": "01936a00-2222-7000-8000-000000000003", "name": "Gründungsberatung"},
    "topics": ["funding"],
    "topics_label": ["Förderung und Zuschüsse"],
    "stage": "conception",
    "stage_label": "Konzeption",
    "postcode": "38440",
    "question": "Welche Förderung passt zu einem Käseladen?",
    "reason": "Berät zu Förderung, im Schnitt in zwei Arbeitstagen.",
    "founder": None,
    "respond_by": "2026-11-30",
    "responsible": "",
    "your_reference": "",
    "decline_reason": None,
    "decline_reason_label": None,
    "forward_to": None,
    "first_contact_on": None,
    "resume_on": None,
    "outcome": None,
    "outcome_label": None,
    "withdrawn_reason": None,
    "withdrawn_reason_label": None,
    "allowed_actions": ["accept", "ask", "decline", "forward"],
    "version": 2,
    "created_at": "2026-11-23T09:14:58Z",
    "modified_at": "2026-11-23T09:15:00Z",
}
LABELS = {
    "query": "Rückfrage offen",
    "accepted": "Angenommen",
    "in_progress": "In Bearbeitung",
    "on_hold": "Pausiert",
    "completed": "Abgeschlossen",
    "declined": "Abgelehnt",
    "forwarded": "Weitergeleitet",
    "withdrawn": "Zurückgezogen",
    "sent": "Gesendet",
}


def now(status: str, *allowed: str, **changed) -> dict:
    """The referral after a step, an hour later."""
    moment = "2026-11-23T10:15:00Z"
    return {
        **WAITING,
        "status": status,
        "status_label": LABELS[status],
        "status_since": moment,
        "modified_at": moment,
        "allowed_actions": list(allowed),
        "version": 3,
        **changed,
    }


def as_sender(status: str, *allowed: str, **changed) -> dict:
    return now(status, *allowed, **{"direction": "sent", "your_reference": "F-17", **changed})


MINE = {"founder": FOUNDER, "responsible": "Kim Yılmaz", "your_reference": "4711"}
ACCEPTED = now("accepted", "decline", "forward", "undo", "start", "complete", **MINE)
WORKING = {**MINE, "first_contact_on": "2026-11-23"}
CITY = {"id": "01936a00-3333-7000-8000-000000000004", "name": "Wolfsburg AG"}
TEXT = {"text": "Gibt es schon einen Businessplan?"}


def step(body: dict, answer: dict) -> list:
    return [sent("Request", body), answered("Answer", answer)]


STEPS = {
    "accept": step({"responsible": "Kim Yılmaz", "your_reference": "4711"}, ACCEPTED),
    "ask": step(TEXT, now("query", "decline")),
    "answer": step({"text": "Ja, er hängt an."}, as_sender("sent", "withdraw")),
    "decline": step(
        {"reason": "capacity", "text": "Wieder ab Februar."},
        now("declined", "undo", decline_reason="capacity", decline_reason_label="Keine Kapazität"),
    ),
    "forward": step(
        {"recipient": CITY["id"], "text": "Dort gibt es ein Programm dafür."},
        {**WAITING, "forward_to": CITY, "version": 3},
    ),
    "confirm_forward": step({}, as_sender("forwarded", forward_to=CITY)),
    "refuse_forward": step({"text": "Bitte bleiben Sie dran."}, as_sender("sent", "withdraw")),
    "undo": step({}, now("sent", "accept", "ask", "decline", "forward")),
    "start": step(
        {"first_contact_on": "2026-11-23"},
        now("in_progress", "decline", "hold", "complete", **WORKING),
    ),
    "hold": step(
        {"resume_on": "2027-01-11", "text": "Der Businessplan wird überarbeitet."},
        now("on_hold", "resume", **WORKING, resume_on="2027-01-11"),
    ),
    "resume": step({}, now("in_progress", "decline", "hold", "complete", **WORKING)),
    "complete": step(
        {"outcome": "helped", "text": "Antrag gestellt."},
        now("completed", **WORKING, outcome="helped", outcome_label="Geholfen"),
    ),
    "withdraw": step(
        {"reason": "not_needed"},
        as_sender(
            "withdrawn",
            withdrawn_reason="not_needed",
            withdrawn_reason_label="Nicht mehr nötig",
        ),
    ),
    "acknowledge": step({}, as_sender("completed", outcome="helped", outcome_label="Geholfen")),
}
NEW_BODY = {
    "founder": {
        "given_name": "Jana",
        "family_name": "Muster",
        "emails": ["jana@gruenden.example"],
        "phones": ["+4953619999"],
    },
    "startup": "Käserei Muster",
    "topics": ["funding"],
    "question": "Welche Förderung passt zu einem Käseladen?",
    "postcode": "38440",
    "consent": {
        "given_at": "2026-11-23T08:50:00+01:00",
        "text": "Die IHK darf mein Anliegen und meine Kontaktdaten an die Agentur weitergeben.",
        "evidence": "Unterschriebenes Formular, Akte 2026-118",
    },
    "your_reference": "F-17",
}
CREATED = {
    **WAITING,
    "direction": "sent",
    "sender": CHAMBER,
    "recipient": AGENCY,
    "service": None,
    "stage": None,
    "stage_label": None,
    "reason": "",
    "your_reference": "F-17",
    "allowed_actions": ["withdraw"],
}
NEW_REFERRAL = [
    sent("To the agency", NEW_BODY),
    sent("To another partner, the agency in copy", {**NEW_BODY, "recipient": CITY["id"]}),
    answered("Sent", CREATED),
]
PAGE = [
    answered(
        "One page",
        {
            "next": None,
            "previous": None,
            "results": [WAITING],
            "watermark": "2026-11-23T09:20:00Z",
        },
    )
]
DETAIL = [answered("Waits for you", WAITING), answered("Accepted", ACCEPTED)]
STEP_PAGE = [
    answered(
        "One page",
        {
            "next": None,
            "previous": None,
            "results": [
                {
                    "version": 2,
                    "at": "2026-11-23T09:15:00Z",
                    "action": "send",
                    "action_label": "Gesendet",
                    "before": "draft",
                    "before_label": "Entwurf",
                    "after": "sent",
                    "after_label": "Gesendet",
                    "by": AGENCY,
                    "text": "",
                }
            ],
        },
    )
]
MESSAGE_PAGE = [
    answered(
        "One page",
        {
            "next": None,
            "previous": None,
            "results": [
                {
                    "id": "01936a00-7777-7000-8000-000000000007",
                    "at": "2026-11-23T10:15:00Z",
                    "by": CHAMBER,
                    **TEXT,
                }
            ],
        },
    )
]
