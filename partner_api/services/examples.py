"""What goes over the wire about services, for the OpenAPI document."""

from partner_api.schema import answered, sent

NEW_BODY = {
    "name": "Förderberatung",
    "description": "Eine Stunde zu Zuschüssen und Darlehen.",
    "topics": ["funding"],
    "stages": ["conception"],
    "legal_forms": [],
    "postcode_prefixes": ["38"],
    "eligibility": "Vor der Gewerbeanmeldung.",
    "cost": "kostenlos",
    "languages": ["de", "en"],
    "waiting_days": 7,
    "status": "published",
}
SERVICE = {
    "id": "01936a00-2222-7000-8000-000000000003",
    "partner": {
        "id": "01936a00-1111-7000-8000-000000000002",
        "name": "IHK Lüneburg-Wolfsburg",
    },
    "own": True,
    **NEW_BODY,
    "topics_label": ["Förderung und Zuschüsse"],
    "stages_label": ["Konzeption"],
    "legal_forms_label": [],
    "full_until": None,
    "status_label": "Veröffentlicht",
    "assured_on": None,
    "version": 1,
    "created_at": "2026-11-23T09:00:00Z",
    "modified_at": "2026-11-23T09:00:00Z",
}
FULL = {**SERVICE, "full_until": "2027-01-31", "version": 2}
PAGE = [answered("One page", {"next": None, "previous": None, "results": [SERVICE]})]
NEW = [sent("A service", NEW_BODY), answered("Created", SERVICE)]
DETAIL = [answered("A service of yours", SERVICE)]
CHANGE = [sent("Full until the end of January", {"full_until": "2027-01-31"})]
CHANGE.append(answered("Changed", FULL))
FUNDING = {
    "id": "0b6f0a55-97a1-5a0e-8a4a-0d7f3b1c2d11",
    "code": "funding",
    "name": "Förderung und Zuschüsse",
    "description": "Förderung und Zuschüsse",
    "taxonomy_id": "0b6f0a55-97a1-5a0e-8a4a-0d7f3b1c2d10",
    "language": "de",
    "taxonomy": {
        "id": "0b6f0a55-97a1-5a0e-8a4a-0d7f3b1c2d10",
        "name": "Themen",
        "description": "Themen",
    },
}
HSDS_SERVICE = {
    "id": SERVICE["id"],
    "organization_id": SERVICE["partner"]["id"],
    "name": SERVICE["name"],
    "description": SERVICE["description"],
    "status": "active",
    "fees_description": SERVICE["cost"],
    "eligibility_description": SERVICE["eligibility"],
    "last_modified": "2026-11-23T09:00:00.000+00:00",
    "organization": {
        "id": SERVICE["partner"]["id"],
        "name": SERVICE["partner"]["name"],
        "alternate_name": "IHK",
        "description": "Die Kammer der gewerblichen Wirtschaft.",
    },
    "languages": [
        {
            "id": "0b6f0a55-97a1-5a0e-8a4a-0d7f3b1c2d12",
            "service_id": SERVICE["id"],
            "name": "Deutsch",
            "code": "de",
        }
    ],
    "service_areas": [
        {
            "id": "0b6f0a55-97a1-5a0e-8a4a-0d7f3b1c2d13",
            "service_id": SERVICE["id"],
            "name": "Postleitzahlen, die mit 38 beginnen",
            "extent": "38",
            "extent_type": "text",
        }
    ],
    "service_at_locations": [],
    "contacts": [{"id": "0b6f0a55-97a1-5a0e-8a4a-0d7f3b1c2d14", "name": "Kim Yılmaz"}],
    "phones": [],
    "attributes": [
        {
            "id": "0b6f0a55-97a1-5a0e-8a4a-0d7f3b1c2d15",
            "link_id": SERVICE["id"],
            "link_entity": "service",
            "link_type": "topic",
            "value": "funding",
            "taxonomy_term_id": FUNDING["id"],
            "taxonomy_term": FUNDING,
        }
    ],
}
HSDS = [
    answered(
        "One page",
        {
            "total_items": 1,
            "total_pages": 1,
            "page_number": 1,
            "size": 1,
            "first_page": True,
            "last_page": True,
            "empty": False,
            "contents": [HSDS_SERVICE],
        },
    )
]
