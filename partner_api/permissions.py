"""Which scope a method needs."""

from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import SAFE_METHODS, BasePermission


class Denied(BasePermission):
    """The default: an endpoint that names no permission is closed."""

    def has_permission(self, request, view):
        return False


class HasScope(BasePermission):
    """The view says `read_scope` and `write_scope`, None where any key will do."""

    message = _("This key lacks the scope that is needed here.")

    def has_permission(self, request, view):
        if request.auth is None:
            return False
        scope = view.read_scope if request.method in SAFE_METHODS else view.write_scope
        return scope is None or scope in request.auth.scopes
