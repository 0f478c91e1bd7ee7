"""Bearer keys: the key names the organisation, the request never does."""

from allauth.account.adapter import get_adapter
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed

from accounts.actors import Actor
from accounts.keys import find_key
from accounts.models import ApiKey
from partner_api import ratelimits

SCHEME = "Bearer"


class KeyHolder(AnonymousUser):
    """The partner's system behind a key: known to us, yet no user."""

    is_authenticated = True

    def __init__(self, key: ApiKey):
        super().__init__()
        self.key = key


class ApiKeyAuthentication(BaseAuthentication):
    """`request.auth` is the Actor of the key; found in one query."""

    def authenticate(self, request):
        scheme, _blank, secret = request.headers.get("Authorization", "").partition(" ")
        if not scheme:
            return None
        at, address = timezone.now(), get_adapter().get_client_ip(request)
        ratelimits.check_address(address, at)
        key = find_key(secret.strip(), at) if scheme.lower() == "bearer" else None
        if key is None:
            ratelimits.note_failure(address, at)
            raise AuthenticationFailed(_("This key is unknown, expired or revoked."))
        return KeyHolder(key), Actor.of_key(key)

    def authenticate_header(self, request):
        return SCHEME


class ApiKeyScheme(OpenApiAuthenticationExtension):
    target_class = ApiKeyAuthentication
    name = "apiKey"

    def get_security_definition(self, auto_schema):
        return {
            "type": "http",
            "scheme": "bearer",
            "description": (
                "A key of your organisation, made under Schnittstelle, by the agency under"
                " Verwaltung or by `manage.py create_api_key`."
            ),
        }
