"""Empty the database of everything but what a fresh installation starts with."""

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models

EMPTIED = ("accounts", "outbox", "contacts", "referrals", "consultations", "events", "partner_api")
# The agency's own words and its own row stay; so do the tables that a migration filled.
KEPT = frozenset(
    {
        "contacts.topic",
        "contacts.source",
        "contacts.stage",
        "contacts.mailtemplate",
        "contacts.agency",
        "contacts.partnerorganisation",
    }
)
ALSO = ("dma_crm.ReferenceCounter", "sessions.Session")


def empty() -> None:
    """In the caller's transaction. Numbers begin anew."""
    tables = sorted(model._meta.db_table for model in emptied())
    with connection.cursor() as cursor:
        for statement in connection.ops.sql_flush(no_style(), tables, reset_sequences=True):
            cursor.execute(statement)
    apps.get_model("contacts.PartnerOrganisation").objects.partners().delete()


def emptied() -> set[type[models.Model]]:
    """Our tables that hold records, and every other table that points at one of them."""
    every = apps.get_models(include_auto_created=True)
    found = {m for m in every if m._meta.app_label in EMPTIED and m._meta.label_lower not in KEPT}
    found |= {apps.get_model(label) for label in ALSO}
    while more := {model for model in every if points_at(model, found)} - found:
        found |= more
    return found


def points_at(model: type[models.Model], targets: set[type[models.Model]]) -> bool:
    return any(field.related_model in targets for field in model._meta.concrete_fields)
