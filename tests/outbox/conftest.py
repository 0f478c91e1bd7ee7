"""Kinds of mail for tests, and a real SMTP server."""

import pytest

from outbox.registry import register_kind
from tests.factories.outbox import build
from tests.outbox.sink import started_sink


def build_broken(mail):
    raise LookupError(mail.recipient)


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
