"""Who may open the outbox: the one place that says so."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.core.exceptions import PermissionDenied

from accounts.models import AGENCY_ROLES, Role


def readers() -> frozenset[str]:
    """Administrators. In a demo nothing is sent, so the outbox stands for everybody's mailbox:

    there the whole agency opens it, and follows the links in mails to founders and partners.
    """
    return frozenset(AGENCY_ROLES) if settings.DEMO else frozenset({Role.ADMIN})


def reader_required(view: Callable) -> Callable:
    @wraps(view)
    def checked(request, *args, **kwargs):
        if request.actor.role not in readers():
            raise PermissionDenied
        return view(request, *args, **kwargs)

    checked.audience = readers()  # type: ignore[attr-defined]
    return checked
