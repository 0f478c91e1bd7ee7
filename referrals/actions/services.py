"""What partners offer: made and edited by themselves or by administrators."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.history import note_change, save_changes
from accounts.models import Role
from contacts.models import PartnerOrganisation, Stage, Topic
from dma_crm.models import new_id
from referrals.errors import InvalidValueError, WrongSideError
from referrals.models import Service


def may_edit(partner_id: Any, actor: Actor) -> bool:
    own = actor.role == Role.PARTNER and actor.organisation_id == partner_id
    return own or actor.role == Role.ADMIN


@transaction.atomic
def create_service(
    *,
    partner: PartnerOrganisation,
    name: str,
    topics: Iterable[Topic],
    stages: Iterable[Stage] = (),
    id: UUID | None = None,
    by: Actor,
    at: datetime,
    **fields: Any,
) -> Service:
    """Raises InvalidValueError where the partner has one of that name already."""
    if not may_edit(partner.pk, by):
        raise WrongSideError
    service = Service(
        id=id or new_id(), partner=partner, name=name, created_at=at, modified_at=at, **fields
    )
    with name_free():
        service.save(force_insert=True)
    service.topics.set(topics)
    service.stages.set(stages)
    note_change(service, {}, by=by, at=at)
    return service


@transaction.atomic
def update_service(
    *, service: Service, changes: dict[str, Any], version: int, by: Actor, at: datetime
) -> Service:
    """`changes` may hold topics and stages. Raises EditConflict, InvalidValueError for the name."""
    if not may_edit(service.partner_id, by):
        raise WrongSideError
    lists = {name: changes[name] for name in ("topics", "stages") if name in changes}
    plain = {name: value for name, value in changes.items() if name not in lists}
    with name_free():
        save_changes(service, plain, by=by, at=at, version=version)
    for name, rows in lists.items():
        getattr(service, name).set(rows)
    return service


@contextmanager
def name_free() -> Iterator[None]:
    """The constraint decides, also between two who save at once."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise InvalidValueError("name", _("There is a service with this name already.")) from error
