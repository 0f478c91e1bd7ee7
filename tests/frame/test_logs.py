import logging

import pytest
from django.conf import settings

from dma_crm.logs import SecretPathFilter


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/antwort/geheim123/", "/antwort/…/"),
        ("/abbestellen/geheim123/", "/abbestellen/…/"),
        ("/rueckmeldung/geheim123/danke/", "/rueckmeldung/…/danke/"),
        ("/antwort/geheim123/annehmen/", "/antwort/…/annehmen/"),
        ("/konto/password/reset/key/1-abc-def/", "/konto/password/reset/key/…/"),
        ("/personen/P-2026-0001/", "/personen/P-2026-0001/"),
    ],
)
def test_keys_in_paths_are_not_logged(path, shown):
    record = logging.makeLogRecord({"msg": "%s: %s", "args": ("Not Found", path)})

    assert SecretPathFilter().filter(record) is True
    assert record.getMessage() == f"Not Found: {shown}"


def test_other_records_pass_unchanged():
    record = logging.makeLogRecord({"msg": "%(path)s %(n)d", "args": {"path": "/x/", "n": 5}})

    SecretPathFilter().filter(record)

    assert record.getMessage() == "/x/ 5"


def test_the_handler_filters():
    assert settings.LOGGING["handlers"]["stderr"]["filters"] == ["request_id", "secret_path"]
