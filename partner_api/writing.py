"""What every write does alike: check the body, claim the key, compare the version, do it once."""

from collections.abc import Callable
from uuid import UUID

from django.utils import timezone
from rest_framework.response import Response

from partner_api import conditions, idempotency
from partner_api.bodies import StrictSerializer
from partner_api.views import Parameters, PartnerView

Effect = Callable[[], UUID]
Show = Callable[[UUID], dict]


class WriteView(PartnerView):
    """The order is fixed: 401, 403, 404 (found by the caller), 400, 422, 412, 409."""

    def checked_body(self, body: type[StrictSerializer], **context) -> dict:
        self.checked_parameters(of=Parameters)
        serializer = body(
            data=self.request.data,
            partial=self.request.method == "PATCH",
            context={"at": timezone.now(), "actor": self.actor, **context},
        )
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def write_once(
        self,
        effect: Effect,
        show: Show,
        *,
        status: int = 200,
        location: Callable[[UUID], str] | None = None,
        once: dict | None = None,
    ) -> Response:
        """`effect` does it and names what came of it, `show` is that as this client may see it.

        `once` is filled by the effect with what only the first answer may say; a repeat of the
        same Idempotency-Key never has it.
        """
        at = timezone.now()
        claim = idempotency.claim(self.request, actor=self.actor, at=at)
        if claim and claim.done_at:
            resource_id, status = claim.resource_id, claim.status
        else:
            resource_id = idempotency.run(claim, effect, status=status, at=at)
        answer = conditions.answer(show(resource_id), status, once)
        if location:
            answer["Location"] = self.request.build_absolute_uri(location(resource_id))
        return answer
