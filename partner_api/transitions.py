"""Each step of the referral machine as a POST. The actions in `referrals` hold the rules."""

from collections.abc import Callable
from typing import ClassVar

from django.db import transaction
from django.utils import timezone

from partner_api import bodies, conditions, idempotency
from partner_api.idempotency import IdempotencyRecord
from partner_api.presenting import present
from partner_api.problems import Problem
from partner_api.views import PartnerView
from referrals import actions
from referrals.errors import InvalidValueError
from referrals.models import Referral, ReferralError


class Transition(PartnerView):
    """Answers the referral as it now stands; 409 names the state that stood in the way."""

    verb: ClassVar[str]
    body: ClassVar[type[bodies.StrictSerializer]] = bodies.EmptyBody
    action: ClassVar[Callable[..., Referral]]

    def post(self, request, pk):
        at = timezone.now()
        referral = self.get_referral(pk)
        body = self.body(data=request.data, context={"referral": referral, "at": at})
        body.is_valid(raise_exception=True)
        key = request.headers.get("Idempotency-Key")
        claim = idempotency.claim(key, request=request, actor=self.actor, at=at) if key else None
        if claim is None or not claim.done_at:
            self.run_claimed(claim, referral, body.validated_data, at)
        return conditions.answer(self.shown(self.get_referral(pk)))

    def run_claimed(self, claim: IdempotencyRecord | None, referral, values: dict, at) -> None:
        try:
            with transaction.atomic():
                self.run(referral, values, at)
                if claim:
                    idempotency.finish(claim, 200, at)
        except BaseException:
            if claim:
                idempotency.release(claim)
            raise

    def run(self, referral: Referral, values: dict, at) -> None:
        conditions.require_match(self.request, self.shown(referral))
        try:
            type(self).action(referral=referral, by=self.actor, at=at, **values)
        except InvalidValueError:
            raise
        except ReferralError as error:
            status = Referral.objects.values_list("status", flat=True).get(pk=referral.pk)
            raise Problem(409, error.code, error.message, current_status=status) from error

    def shown(self, referral: Referral) -> dict:
        [shown] = present([referral], self.actor, timezone.now())
        return shown


def transition(verb: str, action: Callable[..., Referral], body=bodies.EmptyBody, *, says: str):
    """The view of one verb; `says` becomes its text in the OpenAPI document."""
    name = "".join(part.title() for part in verb.split("_")) + "Referral"
    members = {"verb": verb, "body": body, "action": staticmethod(action), "__doc__": says}
    return type(name, (Transition,), members)


TRANSITIONS = [
    transition(
        "accept",
        actions.accept_referral,
        bodies.AcceptBody,
        says="Take the case. The founder's contact data appears in the answer.",
    ),
    transition(
        "ask",
        actions.ask_referral,
        bodies.MessageBody,
        says="Ask the sender back. Your time to answer stands still meanwhile.",
    ),
    transition(
        "answer",
        actions.answer_query,
        bodies.MessageBody,
        says="Answer the recipient's query (sender).",
    ),
    transition(
        "decline",
        actions.decline_referral,
        bodies.DeclineBody,
        says="Say no, with a reason. The sender looks for somebody else.",
    ),
    transition(
        "forward",
        actions.propose_forward,
        bodies.ForwardBody,
        says="Propose an organisation that would fit better. The sender decides.",
    ),
    transition(
        "confirm_forward",
        actions.confirm_forward,
        says="Follow the proposal: a new, linked referral goes out (sender).",
    ),
    transition(
        "refuse_forward",
        actions.refuse_forward,
        bodies.OptionalTextBody,
        says="Do not follow the proposal (sender).",
    ),
    transition(
        "undo",
        actions.undo_answer,
        says="Take back an acceptance or refusal within 30 minutes.",
    ),
    transition(
        "start",
        actions.start_referral,
        bodies.StartBody,
        says="The first contact with the founder has taken place.",
    ),
    transition("hold", actions.hold_referral, bodies.HoldBody, says="Pause the work until a day."),
    transition("resume", actions.resume_referral, says="Go on after a pause."),
    transition(
        "complete",
        actions.complete_referral,
        bodies.CompleteBody,
        says="Close the case with its outcome.",
    ),
    transition(
        "withdraw",
        actions.withdraw_referral,
        bodies.WithdrawBody,
        says="Take the referral back before it was accepted (sender).",
    ),
    transition(
        "acknowledge",
        actions.acknowledge_outcome,
        says="The outcome was read: the loop is closed (sender).",
    ),
]
