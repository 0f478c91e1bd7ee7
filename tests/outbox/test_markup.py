"""Values in mails mean nothing, our own Markdown does."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts.placeholders import fill
from outbox.markup import Form, html_of, slot
from outbox.messages import one_line, signed_text
from outbox.signing import Sender, _source, register_sender, sender
from outbox.sources import defuse

OURS = "http://127.0.0.1:8000/antwort/ab_-c/"


class Seen(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.text += data


@pytest.fixture
def signed_by():
    before = list(_source)
    yield lambda name, footer: register_sender(lambda: Sender(name, footer))
    _source[:] = before


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_any_value_shows_in_a_form_as_where_it_is_parsed_with_it(value):
    form = Form(f"Frage: {slot('value')}.")

    assert form.filled({"value": value}) == html_of(f"Frage: {defuse(value)}.")


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"])))
def test_any_value_shows_as_it_is_and_adds_no_element(value):
    seen = Seen(html_of(f"Frage: {defuse(value)}."))

    assert [tag for tag in seen.tags if tag not in {"p", "br"}] == []
    assert " ".join(seen.text.split()) == " ".join(f"Frage: {value}.".split())


@pytest.mark.parametrize(
    "value",
    [
        "[hier](http://evil.example)", "http://evil.example", "<b>fett</b>", "![x](http://e/x)",
        "# Titel", "\n\n# Titel\n\n", "- a\n- b", "1. a\n2. b", "```\ncode\n```", "    code",
        "**a**", "[x]: http://evil.example", "a\n===", "&lt;script&gt;", "<http://e/>", "\\*a",
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", ["{}", "> {}", "- {}", "# {}", "**{}**", "Text\n{}"])
def test_hostile_values_add_no_element(place, value):
    plain = Seen(html_of(place.format(defuse("wort"))))
    hostile = Seen(html_of(place.format(defuse(value))))

    written = [tag for tag in plain.tags if tag != "br"]
    assert [tag for tag in hostile.tags if tag != "br"] == written


def test_lines_and_indents_of_a_value_are_kept():
    html = html_of("> " + defuse("Zeile 1\r\n\r\n  Zeile 2\x00\x1b"))

    assert html == "<blockquote>\n<p>Zeile 1<br>\n<br>\n  Zeile 2</p>\n</blockquote>\n"


def test_a_link_alone_in_its_paragraph_is_a_button():
    html = html_of(f"[Jetzt antworten]({defuse(OURS)})\n\nOder [hier]({OURS}).\n\n<{OURS}>")

    assert html == (
        f'<p><a href="{OURS}" class="button">Jetzt antworten</a></p>\n'
        f'<p>Oder <a href="{OURS}">hier</a>.</p>\n'
        f'<p><a href="{OURS}">{OURS}</a></p>\n'
    )


def test_addresses_of_ours_become_links_others_do_not():
    html = html_of(defuse(f"Siehe {OURS}, nicht http://evil.example/x oder http://127.0.0.1:8000."))

    assert html == (
        f'<p>Siehe <a href="{OURS}">{OURS}</a>, nicht http://evil.example/x'
        " oder http://127.0.0.1:8000.</p>\n"
    )


def test_raw_html_and_scripts_in_our_markdown_are_dropped():
    html = html_of("<script>x</script>\n\n[a](javascript:alert(1)) ![bild](http://x.example/y.png)")

    assert re.findall(r"<(\w+)", html) == ["p", "p"]


def test_the_text_part_shows_a_button_as_label_and_address(signed_by):
    signed_by("", "")
    text = signed_text(f"Guten Tag\n\n\n\n[Jetzt antworten]({OURS})\n\nText [x]({OURS}) Text")

    assert text == f"Guten Tag\n\nJetzt antworten:\n{OURS}\n\nText [x]({OURS}) Text\n"


@pytest.mark.parametrize(
    ("name", "footer", "signature"),
    [
        ("Nord", "Am Markt 1\n12345 Nordstadt", "\n-- \nNord\nAm Markt 1\n12345 Nordstadt\n"),
        ("Nord", "", "\n-- \nNord\n"),
        ("Nord", "Nord, Am Markt 1", "\n-- \nNord, Am Markt 1\n"),
        ("", "", ""),
    ],
)
def test_mails_are_signed_by_the_agency(signed_by, name, footer, signature):
    signed_by(name, footer)

    assert sender() == Sender(name, footer)
    assert signed_text("Guten Tag") == "Guten Tag\n" + signature


def test_mails_of_an_agency_nobody_named_are_not_signed(signed_by):
    _source.clear()

    assert sender() == Sender()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\r\nBcc: b", "a Bcc: b"),
        ("a\u2028b\u2029c\x85d\x0be\x1cf", "a b c d e f"),
        ("\x00a\x7f\x1b\ud800", "a"),
        ("  ä  ö ", "ä ö"),
    ],
)
def test_headers_get_one_line(text, line):
    assert one_line(text) == line


WORDINGS = [
    "Guten Tag {name},\n\nwie geht es mit **{venture}**?\n\nBis bald\n{name}",
    "# {name}\n\n- {venture}\n- _{name}_ und {venture}.\n\n> {name}",
    "[Hier steht {venture}](https://www.wolfsburg.de/)",
    "[Termin]({link})",
    "[Termin]({link})\n\nOder: {link}.",
    "{link}",
    "[{venture}]({link})",
    "1. {name}\n2. {link}",
]
VALUES = [
    {"name": "Zoë Müller", "venture": "Regional-Kiste", "link": "https://crm.example/t/a-b_c/"},
    {"name": "Dr. O'Neill & Söhne <b>", "venture": "1. Platz", "link": "https://crm.example/x"},
    {"name": "  zwei  Zeilen\nund mehr ", "venture": "[a](https://b.example)", "link": "kein Link"},
    {"name": "*", "venture": "siehe https://crm.example/y.", "link": "https://b.example/z"},
    {"name": "Ada", "venture": "", "link": "https://crm.example/z?a=1&b=2"},
]


@pytest.mark.parametrize("values", VALUES)
@pytest.mark.parametrize("wording", WORDINGS)
def test_a_form_says_what_parsing_it_with_its_values_says(settings, wording, values):
    settings.BASE_URL = "https://crm.example"
    form = Form(fill(wording, {name: slot(name) for name in values}))
    defused = {name: defuse(value) for name, value in values.items()}

    for _again in range(2):
        assert form.filled(values) == html_of(fill(wording, defused))
