"""Addresses as the envelope and the headers may carry them: ASCII, one address, no line breaks."""

import functools
import re
import unicodedata

from django.conf import settings

LOCAL_PART = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")
LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


class BadAddressError(ValueError):
    """No mail can go there; the address itself is not in the message."""


def own_domain() -> str:
    return ascii_domain(settings.MAIL_FROM.rpartition("@")[2])


@functools.lru_cache(maxsize=1000)
def ascii_address(address: str) -> str:
    """`zoë@müller.de` is refused, `zoe@müller.de` becomes `zoe@xn--mller-kva.de`."""
    local, _, domain = address.strip().rpartition("@")
    if not LOCAL_PART.fullmatch(local):
        raise BadAddressError("local part")
    return f"{local}@{ascii_domain(domain)}"


def ascii_domain(domain: str) -> str:
    """The A-labels of IDNA 2008. Python's own codec knows 2003 only, where ß becomes ss: a mail

    to straße.example would go to somebody else's strasse.example.
    """
    name = ".".join(ascii_label(label) for label in domain.split("."))
    if len(name) > 253:
        raise BadAddressError("domain")
    return name


def ascii_label(label: str) -> str:
    label = unicodedata.normalize("NFC", label).lower()
    if not label.isascii() and label.replace("-", "").isalnum():
        label = "xn--" + label.encode("punycode").decode()
    if not LABEL.fullmatch(label):
        raise BadAddressError("domain")
    return label
