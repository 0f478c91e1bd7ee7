"""Every error is application/problem+json (RFC 9457): type, title, status, detail, errors."""

from http import HTTPStatus

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response

from dma_crm.problems import MEDIA_TYPE, body
from referrals.errors import InvalidValueError
from referrals.models import ReferralError


class Problem(exceptions.APIException):
    """An error of ours with a stable `code`; `more` are members of the problem's own."""

    def __init__(self, status_code: int, code: str, detail, **more):
        super().__init__(detail, code)
        self.status_code, self.code, self.more = status_code, code, more


def problem_response(error: Exception, context: dict) -> Response | None:
    """DRF's EXCEPTION_HANDLER; None lets what is no client's fault become a 500."""
    problem = as_problem(error)
    if problem is None:
        return None
    response = Response(problem, status=problem["status"], content_type=MEDIA_TYPE)
    for name, value in headers_of(error).items():
        response[name] = value
    return response


def as_problem(error: Exception) -> dict | None:
    if isinstance(error, InvalidValueError):
        return problem(
            400, "invalid", error.message, [entry(error.field, error.code, error.message)]
        )
    if isinstance(error, ReferralError):
        return problem(409, error.code, error.message)
    if isinstance(error, Http404 | exceptions.NotFound):
        return problem(404, "not_found", _("There is nothing here for this key."))
    if isinstance(error, PermissionDenied):
        return problem(403, "permission_denied", _("This key may not do that."))
    if isinstance(error, BadRequest):
        return problem(400, "invalid", _("The request is not understood."))
    if isinstance(error, exceptions.ValidationError):
        return problem(
            400, "invalid", _("Some values are wrong."), list(entries(error.get_full_details()))
        )
    if isinstance(error, Problem):
        return {**problem(error.status_code, error.code, error.detail), **error.more}
    if isinstance(error, exceptions.APIException):
        return problem(error.status_code, error.get_codes(), error.detail)
    return None


def problem(status_code: int, code: str, detail, errors=()) -> dict:
    title = HTTPStatus(status_code).phrase
    return body(status_code, title, str(detail).strip(), errors, kind=f"urn:dma-crm:problem:{code}")


def entries(details, pointer: str = ""):
    """DRF's nested error details, flat, each with a JSON pointer (RFC 6901) into the body."""
    if isinstance(details, dict) and "message" in details and "code" in details:
        yield {"pointer": pointer, "code": details["code"], "detail": str(details["message"])}
    elif isinstance(details, dict):
        for name, value in details.items():
            inner = pointer if name == "non_field_errors" else f"{pointer}/{escaped(str(name))}"
            yield from entries(value, inner)
    else:
        for index, value in enumerate(details):
            is_leaf = isinstance(value, dict) and "message" in value
            yield from entries(value, pointer if is_leaf else f"{pointer}/{index}")


def entry(field: str, code: str, detail) -> dict:
    return {"pointer": f"/{escaped(field)}", "code": code, "detail": str(detail)}


def escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def headers_of(error: Exception) -> dict[str, str]:
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header
    if getattr(error, "wait", None):
        headers["Retry-After"] = str(int(error.wait) + 1)
    return headers
