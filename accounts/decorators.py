"""Who may press a button: the first line of every page says it."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied

from accounts.models import Role

ANONYMOUS = "anonymous"


def role_required(*roles: Role) -> Callable:
    """Let these roles in, answer 403 to others; strangers have been asked to log in before.

    The wrapped view carries `audience`, which the guard table of URLs reads.
    """

    def decorate(view):
        @wraps(view)
        def checked(request, *args, **kwargs):
            if request.actor.role not in roles:
                raise PermissionDenied
            return view(request, *args, **kwargs)

        checked.audience = frozenset(roles)
        return checked

    return decorate


agency_required = role_required(Role.ADVISOR, Role.MANAGER, Role.ADMIN)


def public(view: Callable) -> Callable:
    """A page for strangers; everything else asks for a login."""
    view = login_not_required(view)
    view.audience = frozenset({ANONYMOUS})
    return view
