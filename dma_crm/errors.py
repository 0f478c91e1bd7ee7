"""Error pages; below /api/ the same errors are problem+json."""

import sys
from urllib.parse import urlsplit

from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _

from dma_crm.problems import is_api, problem

RETRY_AFTER_SECONDS = 60


def bad_request(request, exception=None):
    if is_api(request):
        return problem(400, _("Bad request"), _("This request could not be understood."))
    return render(request, "400.html", status=400)


def permission_denied(request, exception=None):
    if is_api(request):
        return problem(403, _("No permission"))
    return render(request, "403.html", status=403)


def not_found(request, exception=None):
    """Never says what was looked for: a foreign record answers like a missing one."""
    if is_api(request):
        return problem(404, _("Page not found"))
    return render(request, "404.html", status=404)


def too_many_requests(request, exception=None):
    if is_api(request):
        response = problem(429, _("Too many attempts"))
    else:
        response = render(request, "429.html", status=429)
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def server_error(request):
    """Django calls this while it handles the exception: a lost database is told apart, as 503."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return unavailable(request)
    return broken(request, 500, _("Something went wrong"))


def unavailable(request):
    response = broken(request, 503, _("Not available at the moment"))
    response["Retry-After"] = "5"
    return response


def broken(request, status: int, title: str):
    """Rendered without context processors: they would ask the database that may be gone."""
    if is_api(request):
        return problem(status, title)
    context = {"request_id": getattr(request, "id", "")}
    return HttpResponse(render_to_string(f"{status}.html", context), status=status)


def csrf_failure(request, reason=""):
    """Mostly an expired session: offers to log in again, or to load the page anew."""
    if is_api(request):
        return problem(403, _("No permission"))
    logged_in, page = request.user.is_authenticated, page_of_form(request)
    login = f"{reverse('account_login')}?{urlencode({'next': page})}"
    context = {"go_on": page if logged_in else login, "logged_in": logged_in}
    return render(request, "403_csrf.html", context, status=403)


def page_of_form(request) -> str:
    """The path of the page that held the form: a form may be sent to an address without a page."""
    referer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referer, {request.get_host()}):
        return request.path
    parts = urlsplit(referer)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
