from uuid import UUID

from contacts.models import LegalForm
from referrals.models import Service

LEGAL_FORMS = dict(LegalForm.choices)


def present_service(service: Service, organisation_id: UUID | None) -> dict:
    """Read with its partner, topics and stages; asks no database."""
    topics, stages = list(service.topics.all()), list(service.stages.all())
    return {
        "id": str(service.pk),
        "partner": {"id": str(service.partner.pk), "name": service.partner.name},
        "own": service.partner_id == organisation_id,
        "name": service.name,
        "description": service.description,
        "topics": [topic.code for topic in topics],
        "topics_label": [topic.label for topic in topics],
        "stages": [stage.code for stage in stages],
        "stages_label": [stage.label for stage in stages],
        "legal_forms": service.legal_forms,
        "legal_forms_label": [str(LEGAL_FORMS.get(code, code)) for code in service.legal_forms],
        "postcode_prefixes": service.postcode_prefixes,
        "eligibility": service.eligibility,
        "cost": service.cost,
        "languages": service.languages,
        "waiting_days": service.waiting_days,
        "full_until": service.full_until,
        "status": service.status,
        "status_label": service.get_status_display(),
        "assured_on": service.assured_on,
        "version": service.version,
        "created_at": service.created_at,
        "modified_at": service.modified_at,
    }
