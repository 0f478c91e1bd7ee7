"""Published services as Open Referral HSDS 3 says it (docs.openreferral.org, version 3.1).

The page and its `contents` are those of the specification's GET /services: whoever reads HSDS reads
this. Optional members that we have nothing for are left out, because the schema knows no null.
"""

from datetime import date
from typing import Any
from uuid import UUID, uuid5

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from contacts.forms.people import LANGUAGES
from contacts.models import PartnerOrganisation
from dma_crm.models import Worded
from partner_api.services import examples
from partner_api.services.hsds_answers import HsdsPageAnswer
from partner_api.services.views import ORDERING, ServiceView
from partner_api.views import LARGEST_PAGE, Parameters
from referrals.models import Service

TAXONOMIES = {"topic": gettext_lazy("Topics"), "stage": gettext_lazy("Phases")}
LANGUAGE_NAMES = dict(LANGUAGES)
# Our catalogues have codes and no UUIDs: each code gets one of its own under this.
NAMESPACE = UUID("6a1d3a5e-6f0f-5d0e-9a53-6d2f8f1b7c11")


class HsdsParameters(Parameters):
    page = serializers.IntegerField(min_value=1, max_value=100_000, default=1)
    per_page = serializers.IntegerField(min_value=1, max_value=LARGEST_PAGE, default=50)


class HsdsServices(ServiceView):
    parameters = HsdsParameters

    @extend_schema(
        operation_id="list_services_hsds",
        summary="Published services as Open Referral HSDS 3",
        parameters=[HsdsParameters],
        responses=HsdsPageAnswer,
        examples=examples.HSDS,
    )
    def get(self, request):
        """Each with its organisation, areas, contacts, places and the topics as a taxonomy."""
        wanted = self.checked_parameters()
        rows = Service.objects.published().select_related("partner").order_by(*ORDERING)
        total, size = rows.count(), wanted["per_page"]
        first = (wanted["page"] - 1) * size
        page = rows.prefetch_related("topics", "stages")[first : first + size]
        today = timezone.localdate()
        contents = [service_record(row, today) for row in page]
        return Response(page_record(contents, total, wanted["page"], size))


def page_record(contents: list[dict], total: int, number: int, size: int) -> dict:
    pages = max(1, -(-total // size))
    return {
        "total_items": total,
        "total_pages": pages,
        "page_number": number,
        "size": len(contents),
        "first_page": number == 1,
        "last_page": number >= pages,
        "empty": not contents,
        "contents": contents,
    }


def service_record(service: Service, today: date) -> dict:
    full = service.full_until is not None and service.full_until >= today
    return filled(
        id=str(service.pk),
        organization_id=str(service.partner_id),
        name=service.name,
        description=service.description,
        email=service.partner.email,
        status="temporarily closed" if full else "active",
        alert=_("Full until %(day)s") % {"day": service.full_until.isoformat()} if full else "",
        fees_description=service.cost,
        eligibility_description=service.eligibility,
        assured_date=service.assured_on.isoformat() if service.assured_on else "",
        last_modified=service.modified_at.isoformat(timespec="milliseconds"),
        organization=organization_record(service.partner),
        languages=[language_record(service, code) for code in service.languages],
        service_areas=[area_record(service, prefix) for prefix in service.postcode_prefixes],
        service_at_locations=places(service),
        contacts=contacts(service.partner),
        phones=phones(service.partner),
        attributes=[
            *(attribute_record(service, "topic", row) for row in service.topics.all()),
            *(attribute_record(service, "stage", row) for row in service.stages.all()),
        ],
    )


def organization_record(partner: PartnerOrganisation) -> dict:
    return filled(
        id=str(partner.pk),
        name=partner.name,
        alternate_name=partner.short_name,
        description=partner.about or partner.name,
        email=partner.email,
        website=partner.website,
    )


def contacts(partner: PartnerOrganisation) -> list[dict]:
    if not partner.contact_name:
        return []
    record = filled(id=of(partner, "contact"), name=partner.contact_name, email=partner.email)
    return [record]


def phones(partner: PartnerOrganisation) -> list[dict]:
    return [{"id": of(partner, "phone"), "number": partner.phone}] if partner.phone else []


def places(service: Service) -> list[dict]:
    """Where the partner sits; none without a whole address."""
    partner = service.partner
    if not (partner.street and partner.postcode and partner.town):
        return []
    location = {
        "id": of(partner, "location"),
        "location_type": "physical",
        "organization_id": str(partner.pk),
        "name": partner.name,
        "addresses": [address_record(partner)],
    }
    return [
        {
            "id": of(service, "location"),
            "service_id": str(service.pk),
            "location_id": location["id"],
            "location": location,
        }
    ]


def address_record(partner: PartnerOrganisation) -> dict:
    """Its state is not known to us, and HSDS wants the member all the same."""
    return {
        "id": of(partner, "address"),
        "location_id": of(partner, "location"),
        "address_1": f"{partner.street} {partner.house_number}".strip(),
        "city": partner.town,
        "state_province": "",
        "postal_code": partner.postcode,
        "country": settings.WORKING_DAY_CALENDAR.partition("-")[0],
        "address_type": "physical",
    }


def area_record(service: Service, prefix: str) -> dict:
    return {
        "id": of(service, f"area {prefix}"),
        "service_id": str(service.pk),
        "name": _("Postcodes beginning with %(prefix)s") % {"prefix": prefix},
        "extent": prefix,
        "extent_type": "text",
    }


def language_record(service: Service, code: str) -> dict:
    return {
        "id": of(service, f"language {code}"),
        "service_id": str(service.pk),
        "name": str(LANGUAGE_NAMES.get(code, code)),
        "code": code,
    }


def attribute_record(service: Service, kind: str, row: Worded) -> dict:
    term = term_record(kind, row)
    return {
        "id": of(service, f"{kind} {row.code}"),
        "link_id": str(service.pk),
        "link_entity": "service",
        "link_type": kind,
        "value": row.code,
        "taxonomy_term_id": term["id"],
        "taxonomy_term": term,
    }


def term_record(kind: str, row: Worded) -> dict:
    taxonomy = {
        "id": str(uuid5(NAMESPACE, kind)),
        "name": str(TAXONOMIES[kind]),
        "description": str(TAXONOMIES[kind]),
    }
    return {
        "id": str(uuid5(NAMESPACE, f"{kind} {row.code}")),
        "code": row.code,
        "name": row.label,
        "description": row.label,
        "taxonomy_id": taxonomy["id"],
        "language": get_language() or settings.LANGUAGE_CODE,
        "taxonomy": taxonomy,
    }


def of(record: Any, part: str) -> str:
    """The id of something that is part of a record and has no row of its own: always the same."""
    return str(uuid5(record.pk, part))


def filled(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value not in ("", None)}
