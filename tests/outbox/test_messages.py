"""Mails from templates of an app; the ones here live in tests/outbox/lettering."""

import pytest
from django.apps import apps
from django.template import TemplateDoesNotExist

from outbox.messages import render
from outbox.signing import Sender, _source, register_sender

URL = "http://127.0.0.1:8000/antwort/abcdefghijklmnop/"
REST = {"url": URL, "day": 1.5, "terms": "*gern*"}


@pytest.fixture(autouse=True)
def _lettering(settings):
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "tests.outbox.lettering"]
    assert apps.is_installed("tests.outbox.lettering")
    before = list(_source)
    register_sender(lambda: Sender("", ""))
    yield
    _source[:] = before


def test_a_mail_is_rendered_from_its_two_files():
    name = "Zoë <b>*Müller*</b>"

    message = render("lettering/hello", {"name": name, **REST}, reply_to="dma@x.example")

    assert message.subject == "Guten Tag Zoë <b>*Müller*</b>"
    assert message.text == (
        f"# Guten Tag Zoë <b>*Müller*</b>,\n\nam 1,5 *gern*.\n\nJetzt antworten:\n{URL}\n"
    )
    assert "<h1>Guten Tag Zoë &lt;b&gt;*Müller*&lt;/b&gt;,</h1>" in message.html
    assert "<p>am 1,5 <em>gern</em>.</p>" in message.html
    assert f'<a href="{URL}" class="button">Jetzt antworten</a>' in message.html
    assert "<title>Guten Tag Zoë &lt;b&gt;*Müller*&lt;/b&gt;</title>" in message.html
    assert '<html lang="de">' in message.html
    assert message.reply_to == "dma@x.example"


def test_a_subject_is_one_short_line():
    message = render("lettering/hello", {"name": "a\r\nBcc: b" + "x" * 300, **REST})

    assert message.subject.startswith("Guten Tag a Bcc: bxxx")
    assert len(message.subject) == 200


def test_an_unknown_mail_is_an_error():
    with pytest.raises(TemplateDoesNotExist):
        render("lettering/nothing", {})
