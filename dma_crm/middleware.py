"""Small request-wide rules: figures, request id, security policy, language, hostile input."""

import re
import time
from uuid import uuid4

from django.conf import settings
from django.middleware.gzip import GZipMiddleware
from django.utils import translation
from django.utils.cache import patch_vary_headers

from dma_crm import request_metrics
from dma_crm.errors import bad_request
from dma_crm.logs import following
from dma_crm.problems import is_api

WELL_FORMED_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class RequestMetricsMiddleware:
    """Outermost, so that what is counted is what the visitor waits for; sending is not in it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        started = time.perf_counter()
        response = self.get_response(request)
        seconds = time.perf_counter() - started
        request_metrics.observe(request.method, route_of(request), response.status_code, seconds)
        return response


def route_of(request) -> str:
    """Static files and addresses that do not exist have none."""
    return request.resolver_match.view_name if request.resolver_match else "none"


class RequestIdMiddleware:
    """Takes a proxy's X-Request-ID or makes one, for logs and the answer."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        given = request.headers.get("X-Request-ID", "")
        request.id = given if WELL_FORMED_ID.fullmatch(given) else uuid4().hex
        with following(request.id):
            response = self.get_response(request)
        response["X-Request-ID"] = request.id
        return response


class ContentSecurityPolicyMiddleware:
    """Sends SECURE_CSP unless the view set a policy of its own."""

    def __init__(self, get_response):
        self.get_response = get_response
        self.policy = "; ".join(
            f"{name} {' '.join(values)}" for name, values in settings.SECURE_CSP.items()
        )

    def __call__(self, request):
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.policy)
        return response


class PermissionsPolicyMiddleware:
    """No page asks for camera, microphone or place unless its view says so (the door scans)."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        return response


class NoStoreMiddleware:
    """What a view does not give a Cache-Control of its own, no cache keeps.

    Else the Back button of a shared computer shows personal data after the logout. Clients of the
    API may keep an answer and ask by its ETag whether it still holds.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        kept = "no-cache" if is_api(request) else "no-store"
        response.headers.setdefault("Cache-Control", f"{kept}, private")
        return response


class ApiGZipMiddleware(GZipMiddleware):
    """For the API alone: it wants a key and no cookie, so no page can make a browser ask (BREACH).

    A row of a list has many names; compressed it is a fifth.
    """

    def process_response(self, request, response):
        return super().process_response(request, response) if is_api(request) else response


class LanguageMiddleware:
    """German first; `?lang=en` chooses English, the API also listens to Accept-Language."""

    def __init__(self, get_response):
        self.get_response = get_response
        self.known = {code for code, _name in settings.LANGUAGES}

    def __call__(self, request):
        with translation.override(self.language(request)):
            request.LANGUAGE_CODE = translation.get_language()
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language())
        if is_api(request):
            patch_vary_headers(response, ["Accept-Language"])
        return response

    def language(self, request) -> str:
        asked = request.GET.get("lang", "")
        if asked in self.known:
            return asked
        if is_api(request) and "Accept-Language" in request.headers:
            return translation.get_language_from_request(request)
        return settings.LANGUAGE_CODE


class HostileInputMiddleware:
    """NUL and lone surrogates fit in no text column: 400 before any view sees them.

    Bodies sent to the API are checked by its own parser; reading them here would empty them.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if any(unstorable(text) for text in self.texts(request)):
            return bad_request(request)
        return self.get_response(request)

    def texts(self, request):
        yield request.path
        for data in (request.GET, {} if request.path.startswith("/api/") else request.POST):
            for name in data:
                yield name
                yield from data.getlist(name)


def unstorable(text: str) -> bool:
    return UNSTORABLE.search(text) is not None
