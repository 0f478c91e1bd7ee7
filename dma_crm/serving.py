"""What must hold before a process serves real people."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

checks: list[Callable[[], str]] = []


def register(check: Callable[[], str]) -> None:
    """`check()` answers why serving without DEMO is unsafe, or an empty string."""
    checks.append(check)


def refuse_unsafe_serving() -> None:
    """Stop a web or job process that would serve with demo accounts or made-up secrets."""
    if settings.DEMO:
        return
    reasons = [reason for check in checks if (reason := check())]
    if not settings.DEBUG and not settings.SECRET_KEY_GIVEN:
        reasons.append("SECRET_KEY is not set")
    if not settings.DEBUG and not settings.ENCRYPTION_KEYS_GIVEN:
        reasons.append("ENCRYPTION_KEYS is not set")
    if reasons:
        raise ImproperlyConfigured("Refusing to serve: " + "; ".join(reasons))
