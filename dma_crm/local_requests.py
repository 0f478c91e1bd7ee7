"""Whether a request was made on this very machine."""

from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import HttpRequest, split_domain_port

FORWARDED = (
    *("Forwarded", "Via", "X-Real-Ip"),
    *("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"),
)


def is_local(request: HttpRequest) -> bool:
    """A proxy on this machine asks from loopback as well, but for strangers.

    It names them in a header that they can add to but not take away, or hands on the public name
    that they asked for.
    """
    if any(name in request.headers for name in FORWARDED) or asked_by_public_name(request):
        return False
    return is_loopback(request.META.get("REMOTE_ADDR", ""))


def asked_by_public_name(request: HttpRequest) -> bool:
    public = urlsplit(settings.BASE_URL).hostname or ""
    asked, _port = split_domain_port(request.get_host())
    return asked == public and public != "localhost" and not is_loopback(public)


def is_loopback(text: str) -> bool:
    try:
        address = ip_address(text)
    except ValueError:  # a name, or nothing: a socket in the file system, which a proxy uses
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback
