"""What clients send: the body of each transition. Unknown names are refused, not ignored."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from contacts.models import PartnerOrganisation
from referrals.actions import values
from referrals.actions.answering import RESPONSIBLE_LENGTH
from referrals.actions.sending import REFERENCE_LENGTH
from referrals.errors import InvalidValueError
from referrals.models import DeclineReason, Outcome, WithdrawalReason

MESSAGE_LENGTH = 2 * values.TEXT_LENGTH
SENDERS_REASONS = [choice for choice in WithdrawalReason.choices if choice[0] != "consent"]


class StrictSerializer(serializers.Serializer):
    """The context holds `referral` and `at`."""

    default_error_messages = {"unknown": _("There is no such field here.")}

    def to_internal_value(self, data):
        if isinstance(data, dict) and (unknown := sorted(set(data) - set(self.fields))):
            message = self.error_messages["unknown"]
            raise serializers.ValidationError(
                {name: serializers.ErrorDetail(message, "unknown") for name in unknown}
            )
        return super().to_internal_value(data)


def checked(check, *args, **kwargs):
    """An action's own check of a value, told as a wrong field of the body."""
    try:
        return check(*args, **kwargs)
    except InvalidValueError as error:
        raise serializers.ValidationError(error.message, error.code) from error


class EmptyBody(StrictSerializer):
    pass


class OptionalTextBody(StrictSerializer):
    text = serializers.CharField(
        max_length=values.TEXT_LENGTH, required=False, allow_blank=True, default=""
    )


class AcceptBody(StrictSerializer):
    responsible = serializers.CharField(
        max_length=RESPONSIBLE_LENGTH,
        required=False,
        allow_blank=True,
        default="",
        help_text="Who looks after the case on your side. Default: your contact person with us.",
    )
    your_reference = serializers.CharField(
        max_length=REFERENCE_LENGTH, required=False, allow_blank=True, default=""
    )


class MessageBody(StrictSerializer):
    text = serializers.CharField(max_length=MESSAGE_LENGTH)


class DeclineBody(OptionalTextBody):
    reason = serializers.ChoiceField(choices=DeclineReason.choices)

    def validate(self, attrs):
        if attrs["reason"] == DeclineReason.OTHER and not attrs["text"].strip():
            raise serializers.ValidationError({"text": _("Please fill in this field.")}, "required")
        return attrs


class ForwardBody(OptionalTextBody):
    recipient = serializers.PrimaryKeyRelatedField(
        queryset=PartnerOrganisation.objects.active(),
        pk_field=serializers.UUIDField(),
        help_text="Id of the organisation that would fit better.",
    )


class StartBody(StrictSerializer):
    first_contact_on = serializers.DateField()

    def validate_first_contact_on(self, day):
        since, at = self.context["referral"].sent_at, self.context["at"]
        return checked(values.past_day, "first_contact_on", day, since=since, at=at)


class HoldBody(OptionalTextBody):
    resume_on = serializers.DateField()

    def validate_resume_on(self, day):
        return checked(values.coming_day, "resume_on", day, at=self.context["at"])


class CompleteBody(OptionalTextBody):
    outcome = serializers.ChoiceField(choices=Outcome.choices)


class WithdrawBody(StrictSerializer):
    reason = serializers.ChoiceField(choices=SENDERS_REASONS)
