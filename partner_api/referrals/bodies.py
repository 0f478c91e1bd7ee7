"""What clients send: a new referral, and the body of each transition."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from partner_api.bodies import (
    MomentField,
    OptionalText,
    OrganisationField,
    StrictSerializer,
    checked,
    topics_field,
)
from referrals.actions import values
from referrals.actions.answering import RESPONSIBLE_LENGTH
from referrals.actions.partner_referrals import EVIDENCE_LENGTH, OLDEST_CONSENT
from referrals.actions.sending import REFERENCE_LENGTH
from referrals.models import DeclineReason, Outcome, WithdrawalReason
from referrals.rules import NOT_IN_API, RULES

ACTIONS = [verb for verb in RULES if verb not in NOT_IN_API]
MESSAGE_LENGTH = 2 * values.TEXT_LENGTH
MOST_ADDRESSES = 5
E164 = r"^\+[1-9][0-9]{6,14}$"
SENDERS_REASONS = [choice for choice in WithdrawalReason.choices if choice[0] != "consent"]


def your_reference() -> OptionalText:
    return OptionalText(
        max_length=REFERENCE_LENGTH, help_text="The number of your own system for this case."
    )


class FounderBody(StrictSerializer):
    """Who is to be helped, as the founder has told you."""

    given_name = serializers.CharField(max_length=100)
    family_name = serializers.CharField(max_length=100)
    emails = serializers.ListField(
        child=serializers.EmailField(max_length=254), min_length=1, max_length=MOST_ADDRESSES
    )
    phones = serializers.ListField(
        child=serializers.RegexField(E164, error_messages={"invalid": _("Not E.164: +49…")}),
        max_length=MOST_ADDRESSES,
        required=False,
        default=list,
        help_text="E.164: + and digits, as in +4953619999.",
    )


class ConsentBody(StrictSerializer):
    """The founder agreed that you pass this on to the recipient: when, to which words, proof."""

    given_at = MomentField(
        help_text=f"Not in the future and at most {OLDEST_CONSENT.days} days ago."
    )
    text = serializers.CharField(
        max_length=values.TEXT_LENGTH, help_text="The very words that were agreed to."
    )
    evidence = serializers.CharField(
        max_length=EVIDENCE_LENGTH, help_text="How you can prove it: a form, a mail, a file number."
    )

    def validate_given_at(self, moment):
        at = self.context["at"]
        if moment > at:
            raise serializers.ValidationError(_("A consent cannot be given in the future."))
        if at - moment > OLDEST_CONSENT:
            raise serializers.ValidationError(_("This consent is too old: please ask again."))
        return moment


class NewReferralBody(StrictSerializer):
    """A founder for the agency, or for another partner with the agency in copy."""

    recipient = OrganisationField(
        required=False, help_text="Id of the organisation that is asked; default: the agency."
    )
    founder = FounderBody()
    startup = OptionalText(max_length=150, help_text="Name of the venture, if it has one.")
    topics = topics_field()
    question = serializers.CharField(
        max_length=values.TEXT_LENGTH, help_text="What the founder needs. No names, please."
    )
    postcode = OptionalText(max_length=10)
    consent = ConsentBody()
    your_reference = your_reference()


class OptionalTextBody(StrictSerializer):
    text = OptionalText(max_length=values.TEXT_LENGTH)


class AcceptBody(StrictSerializer):
    responsible = OptionalText(
        max_length=RESPONSIBLE_LENGTH,
        help_text="Who looks after the case on your side. Default: your contact person with us.",
    )
    your_reference = your_reference()


class MessageBody(StrictSerializer):
    text = serializers.CharField(max_length=MESSAGE_LENGTH)


class DeclineBody(OptionalTextBody):
    reason = serializers.ChoiceField(
        choices=DeclineReason.choices, help_text="`other` needs a text."
    )

    def validate(self, attrs):
        if attrs["reason"] == DeclineReason.OTHER and not attrs["text"].strip():
            raise serializers.ValidationError({"text": _("Please fill in this field.")}, "required")
        return attrs


class ForwardBody(OptionalTextBody):
    recipient = OrganisationField(help_text="Id of the organisation that would fit better.")


class StartBody(StrictSerializer):
    first_contact_on = serializers.DateField(help_text="From the sending on, today at the latest.")

    def validate_first_contact_on(self, day):
        since, at = self.context["referral"].sent_at, self.context["at"]
        return checked(values.past_day, "first_contact_on", day, since=since, at=at)


class HoldBody(OptionalTextBody):
    resume_on = serializers.DateField(help_text="After today, within two years.")

    def validate_resume_on(self, day):
        return checked(values.coming_day, "resume_on", day, at=self.context["at"])


class CompleteBody(OptionalTextBody):
    outcome = serializers.ChoiceField(choices=Outcome.choices)


class WithdrawBody(StrictSerializer):
    reason = serializers.ChoiceField(choices=SENDERS_REASONS)
