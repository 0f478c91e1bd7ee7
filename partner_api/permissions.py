from rest_framework.permissions import BasePermission


class Denied(BasePermission):
    """The default: an endpoint that names no permission is closed."""

    def has_permission(self, request, view):
        return False
