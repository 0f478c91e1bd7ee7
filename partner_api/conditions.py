"""Conditional requests (RFC 9110 §13): ETag, If-None-Match, If-Match."""

import hashlib
import json
from collections.abc import Callable

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from rest_framework.response import Response

from partner_api.problems import Problem


def etag_of(shown: dict) -> str:
    """Of what this client sees: first state and consent, after the dot all of it.

    If-Match looks at the first part alone: whoever read it in one language may write in another,
    and that time has taken an action away is no change somebody made.
    """
    state = {name: value for name, value in shown.items() if is_state(name)}
    return f'"{digest(state)}.{digest([get_language(), shown])}"'


def is_state(name: str) -> bool:
    return name != "allowed_actions" and not name.endswith("_label")


def digest(value) -> str:
    text = json.dumps(value, cls=DjangoJSONEncoder, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def answer(shown: dict, status: int = 200, once: dict | None = None) -> Response:
    """`once` is said beside it, this one time: the ETag is that of what can be read again."""
    return Response(shown | (once or {}), status=status, headers={"ETag": etag_of(shown)})


def fresh_or_not_modified(request, shown: dict) -> Response:
    etag = etag_of(shown)
    tags = tags_of(request.headers.get("If-None-Match", ""))
    if "*" in tags or etag in tags:
        return Response(status=304, headers={"ETag": etag})
    return answer(shown)


def require_match(request, show: Callable[[], dict], **state) -> None:
    """412 when the client has not seen the resource as it stands now; `state` is told with it."""
    wanted = request.headers.get("If-Match")
    if wanted is None:
        return
    states = {tag.partition(".")[0] for tag in tags_of(wanted)}
    if not states & {"*", etag_of(show()).partition(".")[0]}:
        raise Problem(412, "changed", _("This has changed since you read it."), **state)


def tags_of(header: str) -> set[str]:
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}
