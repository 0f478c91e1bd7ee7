"""How our endpoints appear in the OpenAPI document."""

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from partner_api.answers import ProblemAnswer, ReferralAnswer

PROBLEM_JSON = "application/problem+json"
READ_ERRORS = {
    400: "Wrong parameters",
    401: "No usable key",
    403: "Scope missing",
    404: "Not found",
}
WRITE_ERRORS = {
    **READ_ERRORS,
    400: "Wrong body",
    409: "Not possible in the present state",
    412: "Changed since you read it",
    415: "Not JSON",
    422: "Idempotency-Key came with another request",
}


class PartnerSchema(AutoSchema):
    """Transitions describe themselves by `verb`, `body` and docstring; all share the problems."""

    def get_tags(self):
        return ["Referrals"]

    def get_operation_id(self):
        verb = getattr(self.view, "verb", None)
        return f"{verb}_referral" if verb else super().get_operation_id()

    def get_summary(self):
        verb = getattr(self.view, "verb", None)
        return verb.replace("_", " ").capitalize() if verb else super().get_summary()

    def get_description(self):
        if hasattr(self.view, "verb"):
            return type(self.view).__doc__
        return super().get_description()

    def get_request_serializer(self):
        return getattr(self.view, "body", None) or super().get_request_serializer()

    def get_response_serializers(self):
        return ReferralAnswer if hasattr(self.view, "verb") else super().get_response_serializers()

    def get_override_parameters(self):
        if not hasattr(self.view, "verb"):
            return super().get_override_parameters()
        return [
            OpenApiParameter(
                "Idempotency-Key",
                str,
                "header",
                description="Kept 48 hours: the same key has one effect.",
            ),
            OpenApiParameter("If-Match", str, "header", description="The ETag you have seen."),
        ]

    def _get_response_bodies(self, direction="response"):
        bodies = super()._get_response_bodies(direction)
        errors = WRITE_ERRORS if hasattr(self.view, "verb") else READ_ERRORS
        for status, description in errors.items():
            response = OpenApiResponse(ProblemAnswer, description)
            bodies[str(status)] = self._get_response_for_code(
                response, str(status), [PROBLEM_JSON], direction
            )
        return bodies
