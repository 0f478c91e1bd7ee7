"""The rules of Open Referral HSDS 3 for what we export, in our words as JSON Schema.

Source: the schemas of github.com/openreferral/specification (schema/*.json, versions 3.0 and 3.1):
which members are required, their types and closed lists of codes. Members that we do not write are
left out, and nothing else may be written.
"""

UUID = {"type": "string", "format": "uuid"}
TEXT = {"type": "string"}
EMAIL = {"type": "string", "format": "email"}
URI = {"type": "string", "format": "uri"}
KINDS = {"enum": ["physical", "postal", "virtual"]}


def record(required: str, **members) -> dict:
    return {
        "type": "object",
        "properties": members,
        "required": required.split(),
        "additionalProperties": False,
    }


def several(item: dict) -> dict:
    return {"type": "array", "items": item}


TAXONOMY = record("id name description", id=UUID, name=TEXT, description=TEXT)
TERM = record(
    "id name description",
    id=UUID,
    code=TEXT,
    name=TEXT,
    description=TEXT,
    taxonomy_id=UUID,
    language=TEXT,
    taxonomy=TAXONOMY,
)
ATTRIBUTE = record(
    "id link_id taxonomy_term_id link_entity",
    id=UUID,
    link_id=UUID,
    taxonomy_term_id=UUID,
    link_type=TEXT,
    link_entity=TEXT,
    value=TEXT,
    taxonomy_term=TERM,
)
PHONE = record("id number", id=UUID, number=TEXT)
CONTACT = record("id", id=UUID, name=TEXT, email=EMAIL)
LANGUAGE = record("id", id=UUID, service_id=UUID, name=TEXT, code=TEXT)
AREA = record("id", id=UUID, service_id=UUID, name=TEXT, extent=TEXT, extent_type=TEXT)
ADDRESS = record(
    "id address_1 city state_province postal_code country address_type",
    id=UUID,
    location_id=UUID,
    address_1=TEXT,
    city=TEXT,
    state_province=TEXT,
    postal_code=TEXT,
    country={"type": "string", "pattern": "^[A-Z]{2}$"},
    address_type=KINDS,
)
LOCATION = record(
    "id location_type",
    id=UUID,
    location_type=KINDS,
    organization_id=UUID,
    name=TEXT,
    addresses=several(ADDRESS),
)
PLACE = record("id", id=UUID, service_id=UUID, location_id=UUID, location=LOCATION)
ORGANIZATION = record(
    "id name description",
    id=UUID,
    name=TEXT,
    alternate_name=TEXT,
    description=TEXT,
    email=EMAIL,
    website=URI,
)
SERVICE = record(
    "id name status organization",
    id=UUID,
    organization_id=UUID,
    name=TEXT,
    description=TEXT,
    email=EMAIL,
    status={"enum": ["active", "inactive", "defunct", "temporarily closed"]},
    alert=TEXT,
    fees_description=TEXT,
    eligibility_description=TEXT,
    assured_date={"type": "string", "format": "date"},
    last_modified={"type": "string", "format": "date-time"},
    organization=ORGANIZATION,
    languages=several(LANGUAGE),
    service_areas=several(AREA),
    service_at_locations=several(PLACE),
    contacts=several(CONTACT),
    phones=several(PHONE),
    attributes=several(ATTRIBUTE),
)
NUMBER, FLAG = {"type": "integer"}, {"type": "boolean"}
PAGE = record(
    "total_items total_pages page_number size first_page last_page empty contents",
    total_items=NUMBER,
    total_pages=NUMBER,
    page_number=NUMBER,
    size=NUMBER,
    first_page=FLAG,
    last_page=FLAG,
    empty=FLAG,
    contents=several(SERVICE),
)
