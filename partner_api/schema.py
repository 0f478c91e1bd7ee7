"""How our endpoints appear in the OpenAPI document: every answer that occurs, with an example."""

from django.conf import settings
from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import is_patched_serializer
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework.permissions import SAFE_METHODS

from partner_api.answers import ProblemAnswer
from partner_api.idempotency import LONGEST_KEY

PROBLEM_JSON = "application/problem+json"
# status -> (what it says, code, title)
PROBLEMS = {
    400: ("Something in the request is wrong; `errors` point at it", "invalid", "Bad Request"),
    401: ("No usable key", "authentication_failed", "Unauthorized"),
    403: ("The key lacks the scope", "permission_denied", "Forbidden"),
    404: ("Nothing there for this key", "not_found", "Not Found"),
    406: ("Only JSON is answered", "not_acceptable", "Not Acceptable"),
    409: ("Not possible in the present state", "step_not_allowed", "Conflict"),
    412: ("Changed since you read it", "changed", "Precondition Failed"),
    415: ("The body is not JSON", "unsupported_media_type", "Unsupported Media Type"),
    422: (
        "The Idempotency-Key came with another request",
        "idempotency_key_reused",
        "Unprocessable Entity",
    ),
    429: ("Too many requests in this minute", "throttled", "Too Many Requests"),
    500: ("Our fault; nothing was done", "", "Internal Server Error"),
    503: ("The database is away for a moment; nothing was done", "", "Service Unavailable"),
}
ALWAYS = (401, 406, 429, 500, 503)
ERRORS = {"GET": (400,), "POST": (400, 409, 415, 422), "PATCH": (400, 409, 415), "DELETE": (400,)}
ENTRY = {"pointer": "/reason", "code": "required", "detail": "Dieses Feld ist erforderlich."}
PRINTABLE = r"^[!-~]([ -~]*[!-~])?$"  # no blanks at the ends, those no server gets to see

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": PRINTABLE},
    "header",
    description="1 to 255 characters, kept 48 hours: the same key has one effect.",
)
IF_MATCH = OpenApiParameter(
    "If-Match", str, "header", description="The ETag you have seen: 412 if it has changed since."
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", str, "header", description="The ETag you have: 304 if it still fits."
)
LANG = OpenApiParameter(
    "lang",
    enum=[code for code, _name in settings.LANGUAGES],
    description="Language of labels and messages; outranks Accept-Language.",
)
WRITE_HEADERS = [IDEMPOTENCY_KEY, IF_MATCH]


def created(answer) -> dict:
    return {201: OpenApiResponse(answer, "Created; `Location` says where")}


def not_modified() -> OpenApiResponse:
    return OpenApiResponse(None, "What you have still fits")


def sent(name: str, value, summary: str = "") -> OpenApiExample:
    return OpenApiExample(name, value=value, summary=summary or name, request_only=True)


def answered(name: str, value, *statuses: str) -> OpenApiExample:
    codes = list(statuses or ("200", "201"))
    return OpenApiExample(name, value=value, summary=name, response_only=True, status_codes=codes)


class StrictBody(OpenApiSerializerExtension):
    """Our bodies refuse names they do not know, and the document says so."""

    target_class = "partner_api.bodies.StrictSerializer"
    match_subclasses = True

    def map_serializer(self, auto_schema, direction):
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        if is_patched_serializer(self.target, direction):
            schema["properties"] = without_defaults(schema["properties"])
        return {**schema, "additionalProperties": False}


def without_defaults(properties: dict) -> dict:
    """What a PATCH leaves out stays: clients that filled in defaults would undo what is there."""
    return {
        name: {key: value for key, value in each.items() if key != "default"}
        for name, each in properties.items()
    }


class PartnerSchema(AutoSchema):
    """Tags come from the view, problems from method, path and headers."""

    def get_tags(self):
        return [self.view.tag] if getattr(self.view, "tag", "") else super().get_tags()

    def get_override_parameters(self):
        """The language asked for holds for what is answered to a write, too."""
        return [] if self.method in SAFE_METHODS else [LANG]

    def _get_response_bodies(self, direction="response"):
        bodies = super()._get_response_bodies(direction)
        for status in sorted(self.problem_statuses()):
            says, code, title = PROBLEMS[status]
            response = OpenApiResponse(ProblemAnswer, says, [problem(status, code, title)])
            bodies[str(status)] = self._get_response_for_code(
                response, str(status), [PROBLEM_JSON], direction
            )
        return bodies

    def problem_statuses(self) -> set[int]:
        statuses = {*ALWAYS, *ERRORS[self.method]}
        if self.scope():
            statuses.add(403)
        if "{" in self.path:
            statuses.add(404)
        if IF_MATCH in self.get_override_parameters():
            statuses.add(412)
        return statuses

    def scope(self) -> str | None:
        safe = self.method in SAFE_METHODS
        return self.view.read_scope if safe else self.view.write_scope

    def get_description(self):
        needs = f"Scope `{self.scope()}`." if self.scope() else "Any key may ask."
        return f"{super().get_description()}\n\n{needs}"


def problem(status: int, code: str, title: str) -> OpenApiExample:
    value = {
        "type": f"urn:dma-crm:problem:{code}" if code else "about:blank",
        "title": title,
        "status": status,
        "detail": "…",
        "errors": [ENTRY] if status == 400 else [],
    }
    return answered(title, value, str(status))


def share_problem_examples(result, generator, request, public):
    """The same example of a problem stands once, or the document would be twice as long."""
    shared = result["components"].setdefault("examples", {})
    for operation in (each for path in result["paths"].values() for each in path.values()):
        for response in operation["responses"].values():
            media = response.get("content", {}).get(PROBLEM_JSON, {})
            for name, example in media.get("examples", {}).items():
                key = name.replace(" ", "")
                shared[key] = example
                media["examples"][name] = {"$ref": f"#/components/examples/{key}"}
    return result
