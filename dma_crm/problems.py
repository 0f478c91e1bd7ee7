"""RFC 9457 answers for /api/ paths that no API view has answered."""

from django.http import HttpRequest, JsonResponse

API = "/api/"


def is_api(request: HttpRequest) -> bool:
    return request.path.startswith(API)


def problem(status: int, title: str, detail: str = "", errors: list[dict] | None = None):
    """`errors` are `{pointer, code, detail}`; the texts come translated."""
    body = {
        "type": "about:blank",
        "title": str(title),
        "status": status,
        "detail": str(detail),
        "errors": errors or [],
    }
    return JsonResponse(body, status=status, content_type="application/problem+json")
