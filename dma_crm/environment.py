"""Settings from environment variables: typed, and every mistake reported at once."""

import contextlib
import os
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "ja", "on"}
# A scheme, or a host with perhaps a scheme before, a star for its subdomains, and a port behind.
FRAMING_SITE = re.compile(
    r"https?:|(?:https?://)?(?:\*\.)?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*(?::\d+)?"
)
FALSE = {"", "0", "false", "no", "nein", "off"}


class Environment:
    """Reads variables and keeps a list of what is wrong with them until `check` is called."""

    def __init__(self, variables: dict[str, str] | None = None):
        self.variables = dict(os.environ if variables is None else variables)
        self.errors: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        return self.variables.get(name, "").strip() or default

    def words(self, name: str, default: str = "") -> list[str]:
        """A comma-separated list, blanks dropped."""
        return [word.strip() for word in self.text(name, default).split(",") if word.strip()]

    def flag(self, name: str, *, default: bool = False) -> bool:
        raw = self.variables.get(name)
        if raw is None:
            return default
        word = raw.strip().lower()
        if word not in TRUE | FALSE:
            self.errors.append(
                f"{name}={raw!r} is neither yes (1, true, ja) nor no (0, false, nein)"
            )
        return word in TRUE

    def parsed(self, name: str, parse: Callable[[str], object], default: str = ""):
        """The value run through `parse`, whose ValueError becomes one line of the report."""
        try:
            return parse(self.text(name, default))
        except ValueError as error:
            self.errors.append(f"{name}: {error}")
            return None

    def check(self) -> None:
        """Raise one error that names every wrong variable."""
        if self.errors:
            raise ImproperlyConfigured(
                "Wrong environment variables:\n- " + "\n- ".join(self.errors)
            )


def database(url: str) -> dict:
    """Django's DATABASES entry for `sqlite:///path` or `postgresql://user:pw@host:port/name`."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return sqlite(parts.path[1:] or ":memory:")
    if parts.scheme in {"postgres", "postgresql"}:
        return postgresql(parts)
    raise ValueError(f"{parts.scheme!r} is not a known database, use sqlite:// or postgresql://")


def sqlite(name: str) -> dict:
    """Without IMMEDIATE most concurrent writers fail at once with 'database is locked'."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": name,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;",
        },
    }


def postgresql(parts) -> dict:
    """Web processes keep connections for their threads; a new one costs more than most pages.

    The first two options are for what goes through `dma_crm/statements.py`: Django's own cursors
    never prepare. Rows by their keys need no plan of their own for each list of keys. The last one
    says that the database lies in memory or on an SSD: reading by an index costs no seeking there.
    """
    options: dict = {
        "prepare_threshold": 0,
        "options": "-c plan_cache_mode=force_generic_plan -c random_page_cost=1.1",
        **dict(parse_qsl(parts.query)),
    }
    if os.environ.get("DMA_SERVING") == "web":
        options["pool"] = {"min_size": 1, "max_size": 20, "timeout": 5}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


def site(url: str) -> str:
    """Goes into headers of mails, which are ASCII."""
    if not url.isascii():
        raise ValueError("expected the name of the site in ASCII (xn--…)")
    return url.rstrip("/")


def mail_server(url: str) -> dict | None:
    """Host, port, login and encryption of `smtp://`, `smtp+tls://` (STARTTLS) or `smtp+ssl://`.

    None for an empty value: mails then stay in the outbox and are shown under Verwaltung.
    """
    if not url:
        return None
    parts = urlsplit(url)
    ports = {"smtp": 25, "smtp+tls": 587, "smtp+ssl": 465}
    if parts.scheme not in ports or not parts.hostname:
        raise ValueError("expected smtp://, smtp+tls:// or smtp+ssl:// with a host")
    return {
        "host": parts.hostname,
        "port": parts.port or ports[parts.scheme],
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_tls": parts.scheme == "smtp+tls",
        "use_ssl": parts.scheme == "smtp+ssl",
    }


def mailbox(url: str) -> dict | None:
    """Host, port, login, encryption and folder of `imaps://` or `imap+tls://` (STARTTLS); `imap://`

    goes unencrypted. Without a path the folder is INBOX. None for an empty value.
    """
    if not url:
        return None
    parts = urlsplit(url)
    ports = {"imap": 143, "imap+tls": 143, "imaps": 993}
    folder = unquote(parts.path[1:]) or "INBOX"
    if parts.scheme not in ports or not (parts.hostname and parts.username and parts.password):
        raise ValueError("expected imaps://, imap+tls:// or imap:// with user, password and host")
    if not (folder.isascii() and folder.isprintable()):
        raise ValueError("the folder must be named in ASCII")
    return {
        "host": parts.hostname,
        "port": parts.port or ports[parts.scheme],
        "username": unquote(parts.username),
        "password": unquote(parts.password),
        "use_tls": parts.scheme == "imap+tls",
        "use_ssl": parts.scheme == "imaps",
        "folder": folder,
    }


def framing_sites(text: str) -> list[str]:
    """Sources as `frame-ancestors` of a Content-Security-Policy takes them."""
    sites = [site.strip() for site in text.split(",") if site.strip()]
    wrong = [site for site in sites if not FRAMING_SITE.fullmatch(site)]
    if wrong:
        raise ValueError(f"{wrong[0]!r} is no site; expected https: or https://www.example.org")
    return sites


def log_format(text: str) -> str:
    if text not in {"line", "json"}:
        raise ValueError("expected line or json")
    return text


def whole_number(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise ValueError(f"{text!r} is no whole number")
    return int(text)


def kept_secret(path: Path) -> str:
    """A random secret made once and shared by all processes of this checkout.

    Written whole to a file of its own and then linked, so of two processes that start together
    one wins and both read the same, complete secret.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):
            os.link(fresh, path)
        fresh.unlink()
    return path.read_text()
