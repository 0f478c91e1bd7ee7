"""Markdown to the HTML of a mail: no HTML of others, few elements, buttons, our own links."""

import re
from collections.abc import Iterator

import nh3
from django.conf import settings
from markdown_it import MarkdownIt
from markdown_it.token import Token

ELEMENTS = {
    "a", "blockquote", "br", "code", "em", "h1", "h2", "h3", "hr", "li", "ol", "p", "pre",
    "strong", "ul",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "class"}, "ol": {"start"}}
SCHEMES = {"https", "http", "mailto", "tel"}
SENTENCE_END = ".,;:!?)"
_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True})


def html_of(source: str) -> str:
    tokens = _markdown.parse(source)
    for index, token in enumerate(tokens):
        if token.type == "inline":
            token.children = list(with_links(token.children or []))
            if tokens[index - 1].type == "paragraph_open" and is_one_link(token.children):
                token.children[0].attrSet("class", "button")
    html = _markdown.renderer.render(tokens, _markdown.options, {})
    clean = nh3.clean(
        html, tags=ELEMENTS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel=None
    )
    return clean.replace("\u2028", "<br>\n")


def is_one_link(children: list[Token]) -> bool:
    """One written link and nothing else; an address that is its own label stays a plain link."""
    return (
        len(children) == 3
        and children[0].type == "link_open"
        and children[1].content != children[0].attrGet("href")
    )


def with_links(children: list[Token]) -> Iterator[Token]:
    """Addresses of ours become links. Others do not: a stranger's text may hold them."""
    inside = 0
    for token in children:
        inside += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        if token.type == "text" and not inside and settings.BASE_URL in token.content:
            yield from linked(token.content)
        else:
            yield token


def linked(text: str) -> Iterator[Token]:
    for piece in re.split(rf"({re.escape(settings.BASE_URL)}/[^\s\u2028]*)", text):
        url = piece.rstrip(SENTENCE_END) if piece.startswith(settings.BASE_URL + "/") else ""
        if url:
            yield Token("link_open", "a", 1, attrs={"href": url})
            yield written(url)
            yield Token("link_close", "a", -1)
        yield written(piece[len(url) :])


def written(text: str) -> Token:
    return Token("text", "", 0, content=text)
