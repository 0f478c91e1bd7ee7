"""One small form per step; `FORMS` and `ACTIONS` are keyed by the verbs of the API."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contacts.forms.base import TidyForm
from contacts.models import PartnerOrganisation
from referrals import actions
from referrals.actions.answering import RESPONSIBLE_LENGTH
from referrals.actions.closing import SENDERS_REASONS
from referrals.actions.sending import REFERENCE_LENGTH
from referrals.actions.values import TEXT_LENGTH
from referrals.models import DeclineReason, Outcome, Referral, WithdrawalReason

SENDERS_CHOICES = [choice for choice in WithdrawalReason.choices if choice[0] in SENDERS_REASONS]


def text_field(label, *, required=False, rows=3, limit=TEXT_LENGTH, help_text=""):
    return forms.CharField(
        label=label,
        required=required,
        max_length=limit,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def choice_field(label, choices, *, missing):
    """Nothing is chosen beforehand."""
    return forms.ChoiceField(
        label=label,
        choices=choices,
        widget=forms.RadioSelect,
        error_messages={"required": missing},
    )


class StepForm(TidyForm, forms.Form):
    """`version` is what the page showed: whoever answers an older state is told the present one."""

    version = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=1, max_value=2**31 - 1
    )

    def __init__(self, *args, referral: Referral, verb: str, **kwargs):
        self.referral, self.verb = referral, verb
        initial = {"version": referral.version, **self.defaults(referral)}
        super().__init__(*args, initial=initial, auto_id=f"id_{verb}_%s", **kwargs)

    def defaults(self, referral: Referral) -> dict:
        return {}

    def is_outdated(self) -> bool:
        seen = self.cleaned_data.get("version")
        return seen is not None and seen != self.referral.version

    def arguments(self) -> dict:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class SendForm(StepForm):
    override_capacity = forms.BooleanField(
        label=_("Send although the organisation takes no new cases"), required=False
    )


class AcceptForm(StepForm):
    responsible = forms.CharField(
        label=_("Who takes care of it?"), max_length=RESPONSIBLE_LENGTH, required=True
    )
    your_reference = forms.CharField(
        label=_("Your own reference"), max_length=REFERENCE_LENGTH, required=False
    )

    def defaults(self, referral):
        return {"responsible": referral.recipient.contact_name}


class AskForm(StepForm):
    text = text_field(_("Your question"), required=True, limit=2 * TEXT_LENGTH)


class AnswerForm(StepForm):
    text = text_field(_("Your answer"), required=True, limit=2 * TEXT_LENGTH)


class DeclineForm(StepForm):
    reason = choice_field(_("Reason"), DeclineReason.choices, missing=_("Please choose a reason."))
    text = text_field(_("Explanation"), help_text=_("Needed for “Other reason”."))


class ForwardForm(StepForm):
    recipient = forms.ModelChoiceField(
        label=_("Which organisation fits better?"), queryset=PartnerOrganisation.objects.none()
    )
    text = text_field(_("Why?"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        involved = [self.referral.sender_id, self.referral.recipient_id]
        others = PartnerOrganisation.objects.active().exclude(pk__in=involved)
        self.fields["recipient"].queryset = others


class RefuseForwardForm(StepForm):
    text = text_field(_("Why not?"))


class StartForm(StepForm):
    first_contact_on = forms.DateField(label=_("First contact on"))

    def defaults(self, referral):
        return {"first_contact_on": timezone.localdate()}


class HoldForm(StepForm):
    resume_on = forms.DateField(label=_("Goes on from"))
    text = text_field(_("Why?"))


class CompleteForm(StepForm):
    outcome = choice_field(_("Outcome"), Outcome.choices, missing=_("Please choose an outcome."))
    text = text_field(_("What came of it?"))


class WithdrawForm(StepForm):
    reason = choice_field(_("Reason"), SENDERS_CHOICES, missing=_("Please choose a reason."))


FORMS = {
    "send": SendForm,
    "accept": AcceptForm,
    "ask": AskForm,
    "answer": AnswerForm,
    "decline": DeclineForm,
    "forward": ForwardForm,
    "confirm_forward": StepForm,
    "refuse_forward": RefuseForwardForm,
    "undo": StepForm,
    "still_active": StepForm,
    "start": StartForm,
    "hold": HoldForm,
    "resume": StepForm,
    "complete": CompleteForm,
    "withdraw": WithdrawForm,
    "acknowledge": StepForm,
}
ACTIONS = {
    "send": actions.send_referral,
    "accept": actions.accept_referral,
    "ask": actions.ask_referral,
    "answer": actions.answer_query,
    "decline": actions.decline_referral,
    "forward": actions.propose_forward,
    "confirm_forward": actions.confirm_forward,
    "refuse_forward": actions.refuse_forward,
    "undo": actions.undo_answer,
    "still_active": actions.confirm_active,
    "start": actions.start_referral,
    "hold": actions.hold_referral,
    "resume": actions.resume_referral,
    "complete": actions.complete_referral,
    "withdraw": actions.withdraw_referral,
    "acknowledge": actions.acknowledge_outcome,
}
