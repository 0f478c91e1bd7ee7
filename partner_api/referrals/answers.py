"""The shape of what is answered about referrals; `presenting.py` fills it."""

from rest_framework import serializers

from partner_api.answers import OrganisationAnswer, PageAnswer
from partner_api.referrals.bodies import ACTIONS
from referrals.models import DeclineReason, Outcome, ReferralStatus, WithdrawalReason
from referrals.words import DONE

DIRECTIONS = [("received", "received"), ("sent", "sent")]
STEP_ACTIONS = [verb for verb in DONE if verb != "create"]


class NeedAnswer(serializers.Serializer):
    """What the founder needs; several referrals may answer one need."""

    id = serializers.UUIDField()
    reference = serializers.CharField()


class OfferAnswer(serializers.Serializer):
    """The service of the recipient that was asked for."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class FounderAnswer(serializers.Serializer):
    """Contact data as far as the founder agreed; the id is stable for your organisation only."""

    id = serializers.UUIDField()
    display_name = serializers.CharField(allow_blank=True)
    emails = serializers.ListField(child=serializers.EmailField())
    phones = serializers.ListField(child=serializers.CharField())


class ReferralAnswer(serializers.Serializer):
    """One organisation is asked to help one founder with one need."""

    id = serializers.UUIDField()
    reference = serializers.CharField(help_text="To be spoken on the phone, such as V-2026-0042.")
    status = serializers.ChoiceField(choices=ReferralStatus.choices)
    status_label = serializers.CharField()
    status_since = serializers.DateTimeField()
    direction = serializers.ChoiceField(choices=DIRECTIONS, help_text="As you see it.")
    need = NeedAnswer()
    sender = OrganisationAnswer()
    recipient = OrganisationAnswer()
    service = OfferAnswer(allow_null=True)
    topics = serializers.ListField(child=serializers.CharField())
    topics_label = serializers.ListField(child=serializers.CharField())
    stage = serializers.CharField(allow_null=True)
    stage_label = serializers.CharField(allow_null=True)
    postcode = serializers.CharField(allow_blank=True)
    question = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True, help_text="Why this organisation was chosen.")
    founder = FounderAnswer(
        allow_null=True,
        help_text="Null until you accept, and again once consent is gone; null for the sender. Of"
        " another partner's referral it is what that partner has told.",
    )
    respond_by = serializers.DateField(allow_null=True)
    responsible = serializers.CharField(
        allow_blank=True, help_text="Who looks after the case at the recipient."
    )
    your_reference = serializers.CharField(
        allow_blank=True, help_text="The number of your own system; each side has its own."
    )
    decline_reason = serializers.ChoiceField(choices=DeclineReason.choices, allow_null=True)
    decline_reason_label = serializers.CharField(allow_null=True)
    forward_to = OrganisationAnswer(
        allow_null=True, help_text="Proposed by the recipient, or where it went."
    )
    first_contact_on = serializers.DateField(allow_null=True)
    resume_on = serializers.DateField(allow_null=True)
    outcome = serializers.ChoiceField(choices=Outcome.choices, allow_null=True)
    outcome_label = serializers.CharField(allow_null=True)
    withdrawn_reason = serializers.ChoiceField(choices=WithdrawalReason.choices, allow_null=True)
    withdrawn_reason_label = serializers.CharField(allow_null=True)
    allowed_actions = serializers.ListField(
        child=serializers.ChoiceField(choices=ACTIONS), help_text="What you may do now."
    )
    version = serializers.IntegerField(help_text="Raised by every change.")
    created_at = serializers.DateTimeField()
    modified_at = serializers.DateTimeField()


class ReferralPageAnswer(PageAnswer):
    """`watermark` is the `modified_after` of your next poll: nothing is missed, some come twice."""

    results = ReferralAnswer(many=True)
    watermark = serializers.DateTimeField()


class StepAnswer(serializers.Serializer):
    """One thing that happened to a referral, with the state before and after it."""

    version = serializers.IntegerField(help_text="The referral's version it led to.")
    at = serializers.DateTimeField()
    action = serializers.ChoiceField(choices=STEP_ACTIONS)
    action_label = serializers.CharField()
    before = serializers.ChoiceField(choices=ReferralStatus.choices, allow_null=True)
    before_label = serializers.CharField(allow_null=True)
    after = serializers.ChoiceField(choices=ReferralStatus.choices)
    after_label = serializers.CharField()
    by = OrganisationAnswer(allow_null=True, help_text="Null where the system did it by itself.")
    text = serializers.CharField(allow_blank=True)


class StepPageAnswer(PageAnswer):
    """The oldest first."""

    results = StepAnswer(many=True)


class MessageAnswer(serializers.Serializer):
    """A query of the recipient, or the sender's answer to it."""

    id = serializers.UUIDField()
    at = serializers.DateTimeField()
    by = OrganisationAnswer(allow_null=True)
    text = serializers.CharField(allow_blank=True)


class MessagePageAnswer(PageAnswer):
    """The oldest first."""

    results = MessageAnswer(many=True)
