"""A mail as its recipient reads it, for the eyes of administrators."""

import re
from dataclasses import dataclass
from html import unescape

from django.conf import settings

from outbox.messages import Message
from outbox.models import OutboundMail
from outbox.registry import body_is_visible, kind_of

# A piece of an address that is long enough to be a secret, wherever it stands in the path.
SECRET = re.compile(r"(?<=[/=])[A-Za-z0-9_-]{16,}(?=[/?&#\"'\s<).]|$)")
LINK = re.compile(r'<a href="([^"]+)"[^>]*>(.*?)</a>', re.DOTALL)
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)


@dataclass(frozen=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True)
class Preview:
    subject: str
    text: str
    html: str
    links: list[Link]


def preview_of(mail: OutboundMail) -> Preview | None:
    """None if nobody may see its text or it cannot be written (any more).

    Whoever looks after delivery must not answer in a partner's name: secrets in our links are
    masked. In a demo they stay, because the outbox is the only mailbox there is.
    """
    if not body_is_visible(mail):
        return None
    try:
        message = kind_of(mail).build(mail)
    except Exception:  # the same error that makes the mail dead when it is sent
        return None
    return shown(message)


def shown(message: Message) -> Preview:
    if settings.DEMO:
        return Preview(message.subject, message.text, message.html, links_in(message.html))
    return Preview(message.subject, masked(message.text), masked(message.html), [])


def masked(text: str) -> str:
    ours = re.compile(rf"{re.escape(settings.BASE_URL)}/[^\s\"'<)]*")
    return ours.sub(lambda url: SECRET.sub("…", url[0]), text)


def links_in(html: str) -> list[Link]:
    return [
        Link(unescape(re.sub(r"<[^>]+>", "", label)).strip(), unescape(url))
        for url, label in LINK.findall(html)
        if url.startswith(settings.BASE_URL)
    ]
