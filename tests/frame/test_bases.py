"""The small shared things: ids, wording, secrets, privacy lists, fields."""

import tomllib
from pathlib import Path

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django import forms
from django.utils import translation

from contacts.models import Topic
from dma_crm import VERSION, crypto
from dma_crm.demo import Demo
from dma_crm.fields import HttpsURLField
from dma_crm.models import JobRun, new_id
from dma_crm.privacy import Privacy

ROOT = Path(__file__).resolve().parents[2]


def test_version_is_told_alike_everywhere():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert project["version"] == VERSION
    assert f"softwareVersion: {VERSION}" in (ROOT / "publiccode.yml").read_text().replace('"', "")


def test_ids_sort_by_time():
    ids = [new_id() for _number in range(100)]

    assert ids == sorted(ids)
    assert {each.version for each in ids} == {7}


def test_label_is_in_the_reader_s_language_else_german_else_the_code():
    topic = Topic(code="funding", names={"de": "Förderung", "en": "Funding"})

    with translation.override("en"):
        assert (topic.label, str(topic)) == ("Funding", "Funding")
    with translation.override("de"):
        assert topic.label == "Förderung"
    with translation.override("en"):
        assert Topic(code="tax", names={"de": "Steuern"}).label == "Steuern"
        assert Topic(code="tax", names={}).label == "tax"


def test_what_is_encrypted_can_be_read_by_every_key(settings):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.ENCRYPTION_KEYS = [old]
    hidden = crypto.encrypt("Geheimnis")
    assert "Geheimnis" not in hidden

    settings.ENCRYPTION_KEYS = [new, old]
    assert crypto.decrypt(hidden) == "Geheimnis"

    settings.ENCRYPTION_KEYS = [new]
    with pytest.raises(InvalidToken):
        crypto.decrypt(hidden)


def test_digest_has_a_key_per_purpose(settings):
    digest = crypto.keyed_digest("link", "x")

    assert len(digest) == 64
    assert digest == crypto.keyed_digest("link", "x")
    assert digest != crypto.keyed_digest("key", "x")
    settings.SECRET_KEY = "another"
    assert digest != crypto.keyed_digest("link", "x")


def test_privacy_lists_are_sets():
    privacy = Privacy(personal="name phone", not_personal="state")

    assert privacy.classes == {
        "personal": {"name", "phone"},
        "sensitive": set(),
        "not_personal": {"state"},
    }
    assert privacy.classified() == {"name", "phone", "state"}


def test_web_address_without_a_scheme_is_https():
    field = HttpsURLField()

    assert field.formfield().clean("dma.example") == "https://dma.example"
    assert isinstance(field.formfield(), forms.URLField)
    assert field.deconstruct()[1] == "django.db.models.URLField"


def test_names_of_rows():
    assert str(JobRun(name="sweep")) == "sweep"
    assert Demo.__doc__
