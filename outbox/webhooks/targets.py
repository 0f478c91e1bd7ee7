"""Where a webhook may go: HTTPS to public addresses, by an explicit list.

Python's `is_global` lets through 64:ff9b::/96 (NAT64), 2002::/16 (6to4) and IPv4-compatible
addresses, by which a receiver could make us call our own network.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from outbox.addresses import ascii_domain
from outbox.webhooks.errors import WebhookError

URL_LENGTH = 500
PORTS = {"https": 443, "http": 80}
FIRST_FREE_PORT = 1024  # below stand services that take other things than HTTPS for commands
UNSAFE = re.compile(r"[^\x21-\x7e]|[\\\"<>^`{|}]")  # of RFC 3986 nothing of this may stand bare
# A name or an address in brackets, and a port: nothing that two programs could read in two ways.
AUTHORITY = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[^\[\]:@%\\\s]+)(?::[0-9]*)?")
NUMBER = re.compile(r"\d+|0x[0-9a-f]*")

# The special-purpose address registries of IANA, read in November 2026.
CLOSED_IPV4 = [
    IPv4Network("0.0.0.0/8"),  # this host
    IPv4Network("10.0.0.0/8"),  # private
    IPv4Network("100.64.0.0/10"),  # shared by a provider's customers
    IPv4Network("127.0.0.0/8"),  # loopback
    IPv4Network("168.63.129.16/32"),  # not in the registry: the secrets of a machine at Azure
    IPv4Network("169.254.0.0/16"),  # link-local, the secrets of machines at other providers
    IPv4Network("172.16.0.0/12"),  # private
    IPv4Network("192.0.0.0/24"),  # protocol assignments
    IPv4Network("192.0.2.0/24"),  # documentation
    IPv4Network("192.31.196.0/24"),  # AS112
    IPv4Network("192.52.193.0/24"),  # AMT
    IPv4Network("192.88.99.0/24"),  # 6to4 relays
    IPv4Network("192.168.0.0/16"),  # private
    IPv4Network("192.175.48.0/24"),  # AS112
    IPv4Network("198.18.0.0/15"),  # benchmarks
    IPv4Network("198.51.100.0/24"),  # documentation
    IPv4Network("203.0.113.0/24"),  # documentation
    IPv4Network("224.0.0.0/4"),  # multicast
    IPv4Network("240.0.0.0/4"),  # reserved, broadcast
]
# Beyond this everything is special: loopback, IPv4-mapped and -compatible addresses, NAT64
# (64:ff9b::/96, 64:ff9b:1::/48), 100::/64, fc00::/7, fe80::/10, fec0::/10, ff00::/8 …
UNICAST_IPV6 = IPv6Network("2000::/3")
CLOSED_IPV6 = [
    IPv6Network("2001::/23"),  # Teredo, ORCHID, benchmarks, AMT …
    IPv6Network("2001:db8::/32"),  # documentation
    IPv6Network("2002::/16"),  # 6to4: an IPv4 address stands in it
    IPv6Network("2620:4f:8000::/48"),  # AS112
    IPv6Network("3ffe::/16"),  # 6bone, given back
    IPv6Network("3fff::/20"),  # documentation
]


@dataclass(frozen=True)
class Target:
    """A webhook's address taken apart; `host` in ASCII, `path` with the query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def netloc(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.netloc}{self.path}"

    @property
    def exempt(self) -> bool:
        """A receiver of tests; settings refuse such outside of DEBUG and DEMO."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}" in {each.lower() for each in settings.WEBHOOK_TEST_HOSTS}


def target_of(url: str) -> Target:
    """Raises WebhookError where it must not be called, as far as that can be told by its text.

    What a name leads to is looked up, and checked, each time something is sent.
    """
    target = taken_apart(url)
    if target.exempt:
        return target
    if target.scheme != "https":
        raise WebhookError("https_required", field="url")
    if target.port != PORTS["https"] and target.port < FIRST_FREE_PORT:
        raise WebhookError("port_not_allowed", field="url")
    literal = address_of(target.host)
    if (literal and not is_public(literal)) or (not literal and "." not in target.host):
        raise WebhookError("not_public", field="url")
    return target


def taken_apart(url: str) -> Target:
    try:
        return parsed(url)
    except ValueError as error:  # BadAddressError is one, too
        raise WebhookError("invalid_url", field="url") from error


def parsed(url: str) -> Target:
    """Raises ValueError."""
    if not isinstance(url, str) or len(url) > URL_LENGTH:
        raise ValueError("text")
    parts = urlsplit(written_out(url.strip()))
    if parts.scheme not in PORTS or not parts.hostname or parts.fragment:
        raise ValueError("parts")
    port = parts.port if parts.port is not None else PORTS[parts.scheme]
    if not port:
        raise ValueError("port")
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    return Target(parts.scheme, host_of(parts), port, path)


def written_out(url: str) -> str:
    """Only the host may be written in other letters than ASCII."""
    scheme, separator, rest = url.partition("://")
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if not separator or UNSAFE.search(scheme + rest[len(authority) :]):
        raise ValueError("signs")
    if not AUTHORITY.fullmatch(authority):
        raise ValueError("authority")
    return url


def host_of(parts: SplitResult) -> str:
    """An address in its one form, or a name in ASCII. `0x7f.1` and `2130706433` are neither:

    resolvers read them as addresses, though they look like names.
    """
    name = (parts.hostname or "").removesuffix(".")
    if ":" in name:
        return str(IPv6Address(name))
    host = ascii_domain(name)
    if NUMBER.fullmatch(host.rpartition(".")[2]):
        return str(IPv4Address(host))
    return host


def address_of(host: str) -> IPv4Address | IPv6Address | None:
    """None for a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in CLOSED_IPV4)
    return address in UNICAST_IPV6 and not any(address in network for network in CLOSED_IPV6)
