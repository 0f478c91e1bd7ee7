"""The German catalogue is whole, fits the code, and is compiled."""

import gettext
import re

import pytest

from tests.guards.messages import ROOT, catalogue, in_python, in_template, to_translate

FOLDER = ROOT / "locale/de/LC_MESSAGES"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


@pytest.fixture(scope="module")
def german():
    return catalogue((FOLDER / "django.po").read_text())


def test_no_message_is_missing_from_the_catalogue(german):
    places = to_translate()

    assert sorted(f"{places[key]}: {key[1]}" for key in set(places) - set(german)) == []


def test_no_message_of_the_catalogue_is_out_of_use(german):
    assert sorted(set(german) - set(to_translate())) == []


def test_every_message_is_translated(german):
    assert sorted(key for key, texts in german.items() if not all(texts)) == []


def test_translations_keep_the_placeholders(german):
    wrong = [
        key[1]
        for key, texts in german.items()
        if any(set(PLACEHOLDER.findall(t)) - set(PLACEHOLDER.findall(key[1])) for t in texts)
    ]

    assert wrong == []


def test_compiled_catalogue_is_fresh(german):
    with open(FOLDER / "django.mo", "rb") as file:
        compiled = gettext.GNUTranslations(file)._catalog

    assert flat(compiled) == {
        (f"{context}\x04{msgid}" if context else msgid, number): text
        for (context, msgid), texts in german.items()
        for number, text in enumerate(texts)
        if text
    }


def flat(compiled: dict) -> dict:
    """Like the source: a plural is keyed by its form, a single message by 0."""
    return {
        (key if isinstance(key, tuple) else (key, 0)): text for key, text in compiled.items() if key
    }


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('x = _("Save")', [("", "Save")]),
        ('pgettext("step", "Sent")', [("step", "Sent")]),
        ('ngettext("%d hit", "%d hits", n)', [("", "%d hit")]),
        ("_(name)", []),
        ('other("Save")', []),
    ],
)
def test_messages_in_python_are_found(source, found):
    assert list(in_python(source)) == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('{% translate "Save" %}', [("", "Save")]),
        ('{% translate "Sent" context "step" %}', [("step", "Sent")]),
        ('{% include "x.html" with label=_("It\'s") %}', [("", "It's")]),
        (
            "{% blocktranslate with d=day %}until {{ d }}{% endblocktranslate %}",
            [("", "until %(d)s")],
        ),
        (
            "{% blocktranslate count n=x %}{{ n }} a{% plural %}{{ n }} b{% endblocktranslate %}",
            [("", "%(n)s a")],
        ),
        ("<p>Save</p>", []),
    ],
)
def test_messages_in_templates_are_found(source, found):
    assert list(in_template(source)) == found


def test_fuzzy_and_broken_lines_are_read_right():
    text = '#, fuzzy\nmsgid "a"\nmsgstr "b"\n\nmsgctxt "c"\nmsgid ""\n"x"\n"y"\nmsgstr "z\\n"\n'

    assert catalogue(text) == {("", "a"): [""], ("c", "xy"): ["z\n"]}
