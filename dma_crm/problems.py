"""Errors as RFC 9457 wants them: the body for the API's own, whole answers where no view got to."""

from django.http import HttpRequest, JsonResponse

API = "/api/"
MEDIA_TYPE = "application/problem+json"


def is_api(request: HttpRequest) -> bool:
    return request.path.startswith(API)


def body(status: int, title: str, detail: str, errors=(), kind: str = "about:blank") -> dict:
    """`errors` are `{pointer, code, detail}`; the texts come translated."""
    return {
        "type": kind,
        "title": str(title),
        "status": status,
        "detail": str(detail),
        "errors": list(errors),
    }


def problem(status: int, title: str, detail: str = "") -> JsonResponse:
    return JsonResponse(body(status, title, detail), status=status, content_type=MEDIA_TYPE)
