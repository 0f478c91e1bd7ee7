"""Kinds of mail for tests, and a real SMTP server."""

import pytest

from outbox.messages import Message
from outbox.registry import register_kind
from tests.outbox.sink import started_sink


def build(mail):
    word = mail.subjects.get("word", "Guten Tag")
    return Message(f"Betreff {word}", f"{word}\n", f"<html><head></head><p>{word}</p></html>")


def build_broken(mail):
    raise LookupError(mail.recipient)


def may_go(mail, at):
    return "Einwilligung fehlt" if mail.subjects.get("consent") == "gone" else ""


register_kind("test", build=build, may_go=may_go, label="Testmail")
register_kind("test_hold", build=build, policy="hold")
register_kind("test_broken", build=build_broken)


@pytest.fixture
def sink():
    controller = started_sink()
    yield controller
    controller.stop()


@pytest.fixture
def smtp(settings, sink):
    """The product sends to the sink."""
    settings.MAIL_SERVER = sink.settings()
    return sink
