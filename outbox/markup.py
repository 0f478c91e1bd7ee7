"""Markdown to the HTML of a mail: no HTML of others, few elements, buttons, our own links.

To parse Markdown takes most of the time of a mail, so what many people get is parsed once: a `Form`
has slots where each mail has a value of its own.
"""

import re
from collections.abc import Iterator, Mapping

import nh3
from django.conf import settings
from markdown_it import MarkdownIt
from markdown_it.token import Token

from outbox.sources import defuse

ELEMENTS = {
    "a", "blockquote", "br", "code", "em", "h1", "h2", "h3", "hr", "li", "ol", "p", "pre",
    "strong", "ul",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "class"}, "ol": {"start"}}
SCHEMES = {"https", "http", "mailto", "tel"}
SENTENCE_END = ".,;:!?)"
SLOT = re.compile("\ue000(\\w+)\ue001")
IN_LINK = re.compile("<a\\b(?:(?!</a>).)*\ue000", re.DOTALL)
WORDS = re.compile(r"[\w,.@+-]+(?: [\w,.@+-]+)*")
PATH = re.compile(r"/[\w/-]*")
EDGES = re.compile(r"\w(?:.*[\w,.;:!?])?", re.DOTALL)
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


def slot(name: str) -> str:
    return f"\ue000{name}\ue001"


def without_slots(source: str) -> str:
    """Signs that somebody typed and that no font shows."""
    return re.sub("[\ue000\ue001]", "", source)


class Form:
    """Markdown with slots, made HTML for one mail after the other."""

    def __init__(self, source: str):
        self.source = source
        html = html_of(source)
        all_are_text = len(SLOT.findall(html)) == len(SLOT.findall(source))  # none in an attribute
        self.pieces = SLOT.split(html) if all_are_text and not IN_LINK.search(html) else []

    def filled(self, values: Mapping[str, str]) -> str:
        """What a value holds never becomes a link to strangers, a heading or a picture.

        All is parsed with the values where one is part of a link, or where it does not begin and
        end like a word: what stands beside it may then mean something else. (A link of ours goes
        on to the next blank only there; in a form it ends with its value.)
        """
        if not (self.pieces and all(map(is_like_a_word, values.values()))):
            return html_of(SLOT.sub(lambda match: defuse(values[match[1]]), self.source))
        return inserted(self.pieces, {name: html_inside(value) for name, value in values.items()})


def inserted(pieces: list[str], values: Mapping[str, str]) -> str:
    """Text and names in turn, as SLOT splits them, with a value for each name."""
    return "".join(values[piece] if at % 2 else piece for at, piece in enumerate(pieces))


def is_like_a_word(text: str) -> bool:
    return bool(EDGES.fullmatch(text)) or is_our_link(text)


def is_our_link(text: str) -> bool:
    start = len(settings.BASE_URL)
    return text.startswith(settings.BASE_URL) and bool(PATH.fullmatch(text, start))


def html_inside(text: str) -> str:
    """The text as part of a paragraph; what is plain needs no parser."""
    if WORDS.fullmatch(text):
        return text
    if is_our_link(text):
        return f'<a href="{text}">{text}</a>'
    return html_of(defuse(text)).removeprefix("<p>").removesuffix("</p>\n")


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
