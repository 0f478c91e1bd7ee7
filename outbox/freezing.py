"""Stopping all delivery until a person releases it; also after a backup was restored."""

import logging
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from outbox.models import DeliveryFreeze

logger = logging.getLogger(__name__)


class AlreadyReleasedError(Exception):
    code = "already_released"
    message = _("This stop of delivery has been released in the meantime.")


def current_freeze() -> DeliveryFreeze | None:
    return DeliveryFreeze.objects.open().first()


@transaction.atomic
def freeze_delivery(*, reason: str, by: Actor, at: datetime) -> DeliveryFreeze:
    """From the next claim on nothing leaves. Where it is frozen already, that freeze stands."""
    freeze = DeliveryFreeze(reason=reason, at=at, created_at=at, modified_at=at, **by.as_history())
    DeliveryFreeze.objects.bulk_create([freeze], ignore_conflicts=True)
    standing = DeliveryFreeze.objects.open().get()
    if standing.pk == freeze.pk:
        logger.warning("delivery is frozen by user %s", by.user_id)
    return standing


def release_delivery(*, freeze: DeliveryFreeze, by: Actor, at: datetime) -> DeliveryFreeze:
    """Raises AlreadyReleasedError, so that an old page never releases a later freeze."""
    changes = {"released_at": at, "released_by_label": by.label, "modified_at": at}
    if not DeliveryFreeze.objects.open().filter(pk=freeze.pk).update(**changes):
        raise AlreadyReleasedError
    logger.warning("delivery is released by user %s", by.user_id)
    freeze.refresh_from_db()
    return freeze
