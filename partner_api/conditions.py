"""Conditional requests (RFC 9110 §13): ETag, If-None-Match, If-Match."""

import hashlib
import json

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from rest_framework.response import Response

from partner_api.problems import Problem


def etag_of(shown: dict) -> str:
    """Of what this client sees: it changes with the state, the consent and the language."""
    text = json.dumps([get_language(), shown], cls=DjangoJSONEncoder, sort_keys=True)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def answer(shown: dict, status: int = 200, once: dict | None = None) -> Response:
    """`once` is said beside it, this one time: the ETag is that of what can be read again."""
    return Response(shown | (once or {}), status=status, headers={"ETag": etag_of(shown)})


def fresh_or_not_modified(request, shown: dict) -> Response:
    etag = etag_of(shown)
    if names(request.headers.get("If-None-Match", ""), etag):
        return Response(status=304, headers={"ETag": etag})
    return answer(shown)


def require_match(request, shown: dict, **state) -> None:
    """412 when the client has not seen the resource as it stands now; `state` is told with it."""
    wanted = request.headers.get("If-Match")
    if wanted is not None and not names(wanted, etag_of(shown)):
        raise Problem(412, "changed", _("This has changed since you read it."), **state)


def names(header: str, etag: str) -> bool:
    tags = {tag.strip().removeprefix("W/") for tag in header.split(",")}
    return "*" in tags or etag in tags
