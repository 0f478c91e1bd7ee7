import json
import logging
import sys

import pytest
from django.conf import settings
from django.urls import reverse

from dma_crm.environment import log_format
from dma_crm.logs import (
    DiscreetFormatter,
    JsonFormatter,
    SecretPathFilter,
    current_request_id,
    following,
)
from tests.guards.routes import all_routes


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


def test_no_page_that_a_token_opens_is_logged_with_it():
    kept = {"token": "geheim123", "path": "annehmen"}
    opened = [(name, entry.pattern.converters) for name, entry in all_routes()]
    paths = [
        reverse(name.partition("<")[0], kwargs={each: kept[each] for each in parameters})
        for name, parameters in opened
        if "token" in parameters
    ]

    assert len(paths) > 10
    assert [path for path in paths if "geheim123" in SecretPathFilter().hidden(path)] == []


def test_other_records_pass_unchanged():
    record = logging.makeLogRecord({"msg": "%(path)s %(n)d", "args": {"path": "/x/", "n": 5}})

    SecretPathFilter().filter(record)

    assert record.getMessage() == "/x/ 5"


def test_the_handler_filters():
    assert settings.LOGGING["handlers"]["stderr"]["filters"] == ["request_id", "secret_path"]


def broken_record() -> logging.LogRecord:
    """An error that names somebody, and came of another that does."""
    words = "Key (email)=(zoe@gruenden.example) exists"
    try:
        try:
            raise ValueError(words)
        except ValueError as error:
            raise KeyError(words) from error
    except KeyError:
        record = logging.LogRecord(
            "outbox", logging.ERROR, __file__, 1, "job %s\nfailed", ("x",), sys.exc_info()
        )
    record.created, record.request_id = 1_773_133_200.25, "abc-12345"
    return record


def test_an_entry_is_one_json_object():
    text = JsonFormatter().format(broken_record())
    line = json.loads(text)

    assert "\n" not in text
    assert line.pop("exception").endswith("KeyError")
    assert line == {
        "time": "2026-03-10T09:00:00.250Z",
        "level": "ERROR",
        "logger": "outbox",
        "request_id": "abc-12345",
        "message": "job x\nfailed",
    }


def test_entries_without_an_error_and_a_request():
    line = json.loads(JsonFormatter().format(logging.makeLogRecord({"msg": "Zoë"})))

    assert "exception" not in line
    assert (line["message"], line["request_id"]) == ("Zoë", "-")


@pytest.mark.parametrize("formatter", [JsonFormatter(), DiscreetFormatter("{message}", style="{")])
def test_the_words_of_an_error_are_not_logged(formatter):
    """Its kind and place are, also of the error that led to it."""
    text = formatter.format(broken_record())

    assert "ValueError" in text
    assert "KeyError" in text
    assert "broken_record" in text
    assert "zoe@" not in text


def test_an_error_that_hides_its_cause_hides_it_here_too():
    try:
        try:
            raise ValueError
        except ValueError:
            raise KeyError from None
    except KeyError:
        text = DiscreetFormatter().formatException(sys.exc_info())

    assert text.endswith("\nKeyError")
    assert "\nValueError" not in text


def test_what_is_caused_remembers_its_cause():
    assert current_request_id() == ""
    with following("abc-12345"):
        with following(""):
            assert current_request_id() == "abc-12345"
        with following("def-12345"):
            assert current_request_id() == "def-12345"
        assert current_request_id() == "abc-12345"


@pytest.mark.parametrize("word", ["line", "json"])
def test_formats_of_the_log(word):
    assert log_format(word) == word
    assert word in settings.LOGGING["formatters"]


def test_an_unknown_format_is_refused():
    with pytest.raises(ValueError, match="line or json"):
        log_format("xml")
