"""Kinds of mail for tests, a real SMTP server and a real webhook receiver."""

import functools

import pytest

from outbox.registry import register_kind
from outbox.webhooks import delivery as webhook_delivery
from outbox.webhooks.sender import post
from tests.factories.outbox import build
from tests.outbox.receiver import running_receiver
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


@pytest.fixture
def receiver(settings):
    """A partner's system that may be called although it is not public."""
    with running_receiver() as receiver:
        settings.WEBHOOK_TEST_HOSTS = [receiver.netloc]
        yield receiver


@pytest.fixture
def hurried(monkeypatch):
    """Receivers get half a second."""
    monkeypatch.setattr(webhook_delivery, "post", functools.partial(post, seconds=0.5))
