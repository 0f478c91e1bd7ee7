from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import DateInput
from outbox.models import MailState, SuppressionReason
from outbox.registry import kind_choices

ANY_STATE = ("", _("All states"))


def any_or_kinds() -> list[tuple[str, str]]:
    return [("", str(_("All kinds"))), *kind_choices()]


class MailFilter(forms.Form):
    state = forms.ChoiceField(
        label=_("Delivery state"),
        choices=[("", _("All states")), *MailState.choices],
        required=False,
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=any_or_kinds, required=False)
    recipient = forms.CharField(label=_("Recipient"), max_length=254, required=False)
    day = forms.DateField(label=_("Queued on"), required=False, widget=DateInput())


class FreezeForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        help_text=_("Everybody in the agency reads it beside the stopped delivery."),
    )


class SuppressionFilter(forms.Form):
    STATES = (
        ("active", _("On the list")),
        ("lifted", _("Taken off")),
        ("all", _("All entries")),
    )

    address = forms.CharField(label=_("E-mail address"), max_length=254, required=False)
    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[("", _("All reasons")), *SuppressionReason.choices],
        required=False,
    )
    state = forms.ChoiceField(label=_("State"), choices=STATES, required=False)


class SuppressionForm(forms.Form):
    address = forms.EmailField(label=_("E-mail address"), max_length=254)
    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[
            (reason.value, reason.label)
            for reason in (SuppressionReason.BY_HAND, SuppressionReason.COMPLAINED)
        ],
    )
    detail = forms.CharField(label=_("Note"), max_length=300, required=False)
