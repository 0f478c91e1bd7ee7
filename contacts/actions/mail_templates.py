"""Wording mails anew; every former wording is kept."""

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.actors import Actor
from accounts.history import EditConflict
from contacts.actions.catalogue import create_worded
from contacts.models import MailTemplate, MailTemplateVersion

KEPT = MailTemplateVersion.KEPT


@transaction.atomic
def create_template(
    *, model: type[MailTemplate], code: str, values: dict[str, Any], by: Actor, at: datetime
) -> MailTemplate:
    template = create_worded(model=model, code=code, values=values, by=by, at=at)
    keep(template, by=by, at=at)
    return template


@transaction.atomic
def reword_template(
    *,
    row: MailTemplate,
    values: dict[str, Any],
    version: int | None = None,
    by: Actor,
    at: datetime,
) -> MailTemplate:
    """A new version, where it reads differently. Raises EditConflict unless `version` is current.

    (Default: the one the row was read with.) Place and use are no wording.
    """
    expected = row.version if version is None else version
    stored = MailTemplate.objects.select_for_update().get(pk=row.pk)
    if stored.version != expected:
        raise EditConflict(stored)
    differs = any(getattr(stored, name) != values.get(name, getattr(stored, name)) for name in KEPT)
    if differs:
        keep(stored, by=Actor.system(), at=stored.modified_at)  # nothing, if it has its row
    changed = {**values, "version": expected + differs, "modified_at": at}
    if not MailTemplate.objects.filter(pk=row.pk, version=expected).update(**changed):
        raise EditConflict(MailTemplate.objects.get(pk=row.pk))
    stored.refresh_from_db()
    if differs:
        keep(stored, by=by, at=at)
    return stored


def restore_version(
    *, template: MailTemplate, number: int, by: Actor, at: datetime
) -> MailTemplate:
    """Word it as it was then, which makes a new version. Raises EditConflict.

    Raises MailTemplateVersion.DoesNotExist.
    """
    former = template.versions.get(number=number)
    values = {name: getattr(former, name) for name in KEPT}
    return reword_template(row=template, values=values, by=by, at=at)


def keep(template: MailTemplate, *, by: Actor, at: datetime) -> None:
    row = MailTemplateVersion(
        template=template,
        number=template.version,
        at=at,
        created_at=at,
        modified_at=at,
        **{name: getattr(template, name) for name in KEPT},
        **by.as_history(),
    )
    MailTemplateVersion.objects.bulk_create([row], ignore_conflicts=True)
