"""What every model of ours has: a factory, visible_to, a privacy class for each field."""

from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command

from dma_crm.privacy import BASE_FIELDS
from tests import factories
from tests.guards.test_layers import ROOT

OURS = {path.parent.name for path in ROOT.glob("*/apps.py")}
MODELS = {m._meta.label: m for m in apps.get_models() if m._meta.app_label in OURS}
MADE = {
    factory._meta.model._meta.label
    for name, factory in vars(factories).items()
    if name.endswith("Factory")
}

BY_ACTION = "written by the action whose tests read it"
BY_MIGRATION = "rows of the agency's catalogue, made by a migration"
NO_FACTORY = {
    "accounts.Change": BY_ACTION,
    "accounts.ReadLog": BY_ACTION,
    "contacts.Agency": BY_MIGRATION,
    "contacts.EntryWord": "made by the search index",
    "contacts.Erasure": BY_ACTION,
    "contacts.ImportRun": "made by an import",
    "contacts.ImportedRow": "made by an import",
    "contacts.MailTemplate": BY_MIGRATION,
    "contacts.MailTemplateVersion": BY_ACTION,
    "contacts.MatchKey": "made by the search index",
    "contacts.Objection": BY_ACTION,
    "contacts.PersonEmail": "PersonFactory(email=…)",
    "contacts.PersonPhone": "PersonFactory(phone=…)",
    "contacts.SearchEntry": "made by the search index",
    "contacts.SearchWord": "made by the search index",
    "contacts.Source": BY_MIGRATION,
    "contacts.Stage": BY_MIGRATION,
    "contacts.StageChange": BY_ACTION,
    "contacts.Topic": BY_MIGRATION,
    "dma_crm.JobRun": "three columns, made in place",
    "dma_crm.ReferenceCounter": BY_ACTION,
    "events.DoorEntry": BY_ACTION,
    "events.SenderWindow": "made by requests",
    "outbox.MailboxPosition": "made by the sweep",
    "partner_api.IdempotencyRecord": "made by requests",
    "partner_api.KeyMinute": "made by requests",
    "referrals.MutedNotice": BY_ACTION,
    "referrals.ReferralMessage": BY_ACTION,
    "referrals.ReferralNotice": BY_ACTION,
    "referrals.ReferralStep": BY_ACTION,
}

OF_PARENT = "reached only through a record that has visible_to"
CATALOGUE = "wording that every role may read"
INTERNAL = "never shown as a row"
NO_VISIBLE_TO = {
    "accounts.Change": OF_PARENT,
    "consultations.CalendarFeed": "each opens their own, by their user",
    "consultations.ConfidentialNote": "read only through the one function that writes ReadLog",
    "contacts.Affiliation": OF_PARENT,
    "contacts.Agency": CATALOGUE,
    "contacts.EntryWord": INTERNAL,
    "contacts.FollowUpSeries": CATALOGUE,
    "contacts.ImportRun": "shown to those who may import, whole",
    "contacts.ImportedRow": "shown to those who may import, whole",
    "contacts.MailTemplate": CATALOGUE,
    "contacts.MailTemplateVersion": OF_PARENT,
    "contacts.MatchKey": INTERNAL,
    "contacts.Objection": OF_PARENT,
    "contacts.PersonEmail": OF_PARENT,
    "contacts.PersonPhone": OF_PARENT,
    "contacts.SearchEntry": INTERNAL,
    "contacts.SearchWord": INTERNAL,
    "contacts.SeriesStep": OF_PARENT,
    "contacts.Source": CATALOGUE,
    "contacts.Stage": CATALOGUE,
    "contacts.StageChange": OF_PARENT,
    "contacts.Topic": CATALOGUE,
    "dma_crm.JobRun": "the system's own state, on the Systemstatus page",
    "dma_crm.ReferenceCounter": INTERNAL,
    "events.DoorEntry": INTERNAL,
    "events.SenderWindow": INTERNAL,
    "events.Room": CATALOGUE,
    "events.Venue": CATALOGUE,
    "outbox.MailboxPosition": INTERNAL,
    "partner_api.IdempotencyRecord": INTERNAL,
    "partner_api.KeyMinute": INTERNAL,
    "referrals.AnswerLink": "opened by its token alone",
    "referrals.IntroductionParty": OF_PARENT,
    "referrals.ReferralMessage": OF_PARENT,
    "referrals.ReferralNotice": INTERNAL,
}


def test_every_model_has_a_factory_or_a_reason():
    assert set(MODELS) - MADE == set(NO_FACTORY)


def test_every_model_has_visible_to_or_a_reason():
    without = {
        name for name, model in MODELS.items() if not hasattr(model._default_manager, "visible_to")
    }

    assert without == set(NO_VISIBLE_TO)


@pytest.mark.parametrize("name", sorted(MODELS))
def test_every_field_is_classified_once(name):
    model = MODELS[name]
    own = {field.name for field in model._meta.get_fields() if not field.auto_created}
    classes = model.PRIVACY.classes.values()
    named = [field for fields in classes for field in fields]

    assert sorted(named) == sorted(set(named)), "a field is classified twice"
    assert set(named) - BASE_FIELDS == own - BASE_FIELDS, "forgotten or no longer there"


@pytest.mark.django_db
def test_no_migration_is_missing():
    out = StringIO()
    try:
        call_command("makemigrations", check=True, dry_run=True, stdout=out, stderr=out)
    except SystemExit:
        pytest.fail(out.getvalue())
