"""Writing partner organisations and the agency's own row."""

from copy import copy
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.actors import Actor
from accounts.history import note_change, save_changes
from contacts import registry
from contacts.actions.startups import sort_name
from contacts.models import Agency, Capacity, PartnerOrganisation
from contacts.search.index import index_record
from dma_crm.models import next_reference


@transaction.atomic
def create_partner(*, name: str, by: Actor, at: datetime, **fields: Any) -> PartnerOrganisation:
    partner = PartnerOrganisation.objects.create(
        reference=next_reference(PartnerOrganisation, at=at),
        name=name,
        sort_name=sort_name(name),
        created_at=at,
        modified_at=at,
        **fields,
    )
    note_change(partner, {}, by=by, at=at)
    index_record(partner)
    return partner


@transaction.atomic
def update_partner(
    *,
    partner: PartnerOrganisation,
    changes: dict[str, Any],
    version: int,
    by: Actor,
    at: datetime,
) -> PartnerOrganisation:
    """Change fields. Raises EditConflict. A day until which it is full goes with being full."""
    if "name" in changes:
        changes = {**changes, "sort_name": sort_name(changes["name"])}
    if changes.get("capacity", partner.capacity) != Capacity.FULL:
        changes = {**changes, "full_until": None}
    before = copy(partner)
    save_changes(partner, changes, by=by, at=at, version=version)
    index_record(partner)
    if absence_of(partner) != absence_of(before):
        for hook in registry.absence_hooks:
            hook(partner=partner, before=before, by=by, at=at)
    return partner


def absence_of(partner: PartnerOrganisation) -> tuple:
    return partner.absent_from, partner.absent_until


@transaction.atomic
def update_agency(
    *,
    agency: Agency,
    changes: dict[str, Any],
    organisation: dict[str, Any],
    version: int,
    by: Actor,
    at: datetime,
) -> Agency:
    """How the agency shows itself, and its own row among the organisations. Raises EditConflict.

    `version` is the organisation's: the two are edited as one.
    """
    update_partner(partner=agency.organisation, changes=organisation, version=version, by=by, at=at)
    Agency.objects.filter(pk=agency.pk).update(**changes, modified_at=at)
    agency.refresh_from_db()
    return agency
