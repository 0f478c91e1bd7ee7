from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from outbox.models import WebhookEndpoint
from outbox.webhooks.events import event_choices
from referrals.models import ReferralStatus


class WebhookForm(forms.Form):
    """Which address is told of what; the action checks the address."""

    url = forms.CharField(
        label=pgettext_lazy("webhook", "Address"),
        max_length=WebhookEndpoint._meta.get_field("url").max_length,
        help_text=_("Begins with https:// and can be reached from the internet."),
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
    )
    events = forms.MultipleChoiceField(
        label=pgettext_lazy("webhook", "Events"),
        required=False,
        help_text=_("None chosen means all of them."),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        names = sorted((name for name, _label in event_choices()), key=place)
        self.fields["events"].choices = [(name, in_words(name)) for name in names]


def place(event: str) -> tuple[int, str]:
    """States in the order in which a referral takes them, then whatever else there is."""
    states = [f"referral.{state}" for state in ReferralStatus.values]
    return (states.index(event) if event in states else len(states), event)


def in_words(event: str) -> str:
    """What the partner reads before the name that its system will get."""
    state = event.removeprefix("referral.")
    known = state in ReferralStatus.values
    return f"{ReferralStatus(state).label} ({event})" if known else event
