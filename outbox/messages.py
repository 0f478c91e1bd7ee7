"""Mails are written in Markdown: the text part is the source, the HTML part is made of it."""

import functools
import re
import unicodedata
from dataclasses import dataclass, field, replace
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import escape

from outbox import sources
from outbox.markup import SLOT, html_of, inserted, slot
from outbox.signing import Sender, sender

SUBJECT_LENGTH = 200
ALONE = re.compile(r"^\[([^\]\n]+)\]\((\S+)\)[ \t]*$", re.MULTILINE)
BLANK_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True)
class Message:
    """What a recipient reads. `html` is a whole document, `reply_to` an address or empty.

    `unsubscribe` is an https address that ends such mails when it is POSTed to (RFC 8058).
    `calendar` is an iCalendar object that calendars act on, by `method` (RFC 6047).
    `made_of` is kept with the mail once it has gone, among its `subjects`: what its builder needs
    to show it again as it was sent, though its wording is another one by then.
    """

    subject: str
    text: str
    html: str
    reply_to: str = ""
    unsubscribe: str = ""
    calendar: str = ""
    method: str = ""
    made_of: dict[str, str] = field(default_factory=dict)


def with_calendar(message: Message, calendar: str, method: str) -> Message:
    return replace(message, calendar=calendar, method=method)


def render(
    name: str, context: dict[str, Any], *, reply_to: str = "", unsubscribe: str = ""
) -> Message:
    """The mail `<app>/<name>`, from `<app>/mails/<name>.subject.txt` and `<name>.md`, in German.

    A link alone in its paragraph, `[Jetzt antworten]({{ url }})`, becomes a button. Addresses
    below BASE_URL become links by themselves. `sender` is in the context. Raises
    TemplateDoesNotExist.
    """
    app, _, mail = name.rpartition("/")
    path = f"{app}/mails/{mail}"
    context = {"sender": sender(), **context}
    with translation.override(settings.LANGUAGE_CODE):
        subject = one_line(sources.plain(f"{path}.subject.txt", context))[:SUBJECT_LENGTH]
        text = sources.plain(f"{path}.md", context)
        html = html_of(sources.defused(f"{path}.md", context))
    return Message(subject, signed_text(text), framed(subject, html), reply_to, unsubscribe)


def one_line(text: str) -> str:
    """Blanks of every kind become one space (also U+2028, which splits headers), controls go."""
    words = " ".join(text.split())
    if words.isprintable():  # has none
        return words
    return "".join(sign for sign in words if unicodedata.category(sign) not in {"Cc", "Cs"})


def signed_text(source: str) -> str:
    """The source with our name below; a button is its label and the address in a line of its own,

    because mail programs that find addresses in text take a closing bracket for part of them.
    """
    if "](" in source:
        source = ALONE.sub(r"\1:\n\2", source)
    if "\n\n\n" in source:
        source = BLANK_LINES.sub("\n\n", source)
    name, footer = sender().name, sender().footer
    lines = [line for line in ("" if footer.startswith(name) else name, footer) if line]
    return "\n".join([source.strip(), *(["", "-- ", *lines] if lines else []), ""])


def framed(subject: str, body: str) -> str:
    """The whole document of an HTML part; `body` is clean HTML."""
    return inserted(frame(sender()), {"subject": escape(subject), "body": body})


@functools.lru_cache
def frame(who: Sender) -> list[str]:
    """The template's text and the names of what is inserted, in turn."""
    context = {"subject": slot("subject"), "body": slot("body"), "sender": who}
    return SLOT.split(render_to_string("outbox/mail.html", context))
