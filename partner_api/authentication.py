"""Bearer keys: the key names the organisation, the request never does."""

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed

from accounts.actors import Actor
from accounts.keys import find_key

SCHEME = "Bearer"


class KeyHolder(AnonymousUser):
    """The partner's system behind a key: known to us, yet no user."""

    is_authenticated = True


class ApiKeyAuthentication(BaseAuthentication):
    """`request.auth` is the Actor of the key; its organisation came with it in one query."""

    def authenticate(self, request):
        scheme, _blank, secret = request.headers.get("Authorization", "").partition(" ")
        if not scheme:
            return None
        key = find_key(secret.strip(), timezone.now()) if scheme.lower() == "bearer" else None
        if key is None:
            raise AuthenticationFailed(_("This key is unknown, expired or revoked."))
        return KeyHolder(), Actor.of_key(key)

    def authenticate_header(self, request):
        return SCHEME


class ApiKeyScheme(OpenApiAuthenticationExtension):
    target_class = ApiKeyAuthentication
    name = "apiKey"

    def get_security_definition(self, auto_schema):
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A key made under Verwaltung or by `manage.py create_api_key`.",
        }
