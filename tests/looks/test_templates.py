"""The CSP forbids inline code and foreign hosts; only a browser would notice at run time."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Mails are no pages: no CSP applies to them, and mail programs read only styles that come along.
MAILS = {ROOT / "outbox/templates/outbox/mail.html"}
FOUND = {*ROOT.glob("templates/**/*.html"), *ROOT.glob("[a-z]*/templates/**/*.html")}
PAGES = sorted(FOUND - MAILS)
STYLES_AND_SCRIPTS = sorted([*ROOT.glob("static/css/*.css"), *ROOT.glob("static/js/*.js")])

INLINE = {
    "style attribute": re.compile(r"\sstyle\s*="),
    "style element": re.compile(r"<style\b"),
    "script with code in it": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>"),
    "event handler attribute": re.compile(r"<[^>{]*\son[a-z]+\s*=", re.I),
    "hx-on, which needs eval": re.compile(r"\bhx-on[:-]"),
    "javascript address": re.compile(r"javascript:", re.I),
}
FOREIGN = re.compile(r"""(?:src|href|action|url|import|from)\s*[=(]?\s*["']?(?:https?:)?//\w""")


def found(patterns, text):
    return [what for what, pattern in patterns.items() if pattern.search(text)]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_template_has_no_inline_code(page):
    assert found(INLINE, page.read_text()) == []


@pytest.mark.parametrize(
    "file", PAGES + STYLES_AND_SCRIPTS, ids=lambda path: str(path.relative_to(ROOT))
)
def test_file_loads_nothing_from_elsewhere(file):
    assert FOREIGN.search(file.read_text()) is None


@pytest.mark.parametrize(
    ("markup", "what"),
    [
        ('<p style="color:red">', "style attribute"),
        ("<style>p {}</style>", "style element"),
        ("<script>alert(1)</script>", "script with code in it"),
        ('<a onclick="x()">', "event handler attribute"),
        ('<a hx-on:click="x()">', "hx-on, which needs eval"),
        ('<a href="javascript:x()">', "javascript address"),
    ],
)
def test_the_search_finds_what_it_is_for(markup, what):
    assert what in found(INLINE, markup)


@pytest.mark.parametrize(
    "text",
    [
        '<img src="https://example.org/x.png">',
        "url(//example.org/x.woff2)",
        "import 'http://example.org/x.js'",
    ],
)
def test_the_search_finds_foreign_hosts(text):
    assert FOREIGN.search(text)
