"""Each step of the referral machine as a POST. The actions in `referrals` hold the rules."""

from collections.abc import Callable
from typing import ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema

from partner_api import conditions
from partner_api.bodies import EmptyBody, StrictSerializer
from partner_api.problems import Problem
from partner_api.referrals import bodies
from partner_api.referrals.answers import ReferralAnswer
from partner_api.referrals.examples import STEPS
from partner_api.referrals.views import ReferralView
from partner_api.schema import WRITE_HEADERS
from partner_api.writing import WriteView
from referrals import actions
from referrals.errors import InvalidValueError
from referrals.models import Referral, ReferralError


class Transition(ReferralView, WriteView):
    """Answers the referral as it now stands; 409 names the state that stood in the way."""

    verb: ClassVar[str]
    body: ClassVar[type[StrictSerializer]]
    action: ClassVar[Callable[..., Referral]]

    def post(self, request, pk):
        referral = self.get_referral(pk)
        values = self.checked_body(self.body, referral=referral)
        return self.write_once(lambda: self.take(referral, values), self.show)

    def take(self, referral: Referral, values: dict):
        conditions.require_match(
            self.request, lambda: self.show(referral.pk), current_status=referral.status
        )
        try:
            type(self).action(referral=referral, by=self.actor, at=timezone.now(), **values)
        except InvalidValueError:
            raise
        except ReferralError as error:
            status = Referral.objects.values_list("status", flat=True).get(pk=referral.pk)
            raise Problem(409, error.code, error.message, current_status=status) from error
        return referral.pk


def transition(verb: str, action: Callable[..., Referral], body=EmptyBody, *, says: str):
    """The view of one verb; `says` becomes its text in the OpenAPI document."""
    name = "".join(part.title() for part in verb.split("_")) + "Referral"
    described = extend_schema(
        operation_id=f"{verb}_referral",
        summary=verb.replace("_", " ").capitalize(),
        description=says,
        request=body,
        parameters=WRITE_HEADERS,
        responses=ReferralAnswer,
        examples=STEPS[verb],
    )
    members = {"verb": verb, "body": body, "action": staticmethod(action)}
    members["post"] = described(post_of(verb))
    return type(name, (Transition,), members)


def post_of(verb: str):
    """A function of its own for each, or all would share one description."""

    def post(self, request, pk):
        return Transition.post(self, request, pk)

    return post


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
        says="Follow the proposal: a new, linked referral goes out (sender). 409 `consent_missing`"
        " while the founder has not agreed to the organisation proposed.",
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
