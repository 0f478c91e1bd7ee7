"""The form a stranger fills in: no cookie, no script, no puzzle, and yet not for robots."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django import forms
from django.core import signing
from django.utils.translation import gettext_lazy as _

from contacts.forms.base import TidyForm
from events.forms import check_mailable
from events.models import Event
from events.programmes import Offer
from events.questions import answers_in, fields_for

FASTEST, LONGEST = timedelta(seconds=2), timedelta(hours=24)
SIGNER = signing.Signer(salt="events.registration")


def issue(event: Event, at: datetime) -> str:
    """Says which form was opened when; stands in for the CSRF token, which would need a cookie."""
    return SIGNER.sign(f"{event.pk.hex}.{int(at.timestamp())}")


def opened_at(token: str, event: Event) -> float | None:
    """When the form was opened; None where it was not this event's or not ours."""
    try:
        event_id, _dot, seconds = SIGNER.unsign(token).partition(".")
    except signing.BadSignature:
        return None
    return float(seconds) if event_id == event.pk.hex else None


class RegistrationForm(TidyForm, forms.Form):
    """At most three fields. `website` is for robots: people neither see nor reach it."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        validators=[check_mailable],
    )
    wants_contact = forms.BooleanField(
        required=False, widget=forms.CheckboxInput(attrs={"class": "form-check-input"})
    )
    website = forms.CharField(
        label=_("Please leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    token = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        data=None,
        *,
        event: Event,
        contact_text: str,
        at: datetime,
        offers: Sequence[Offer] = (),
        chosen: Sequence[str] = (),
    ):
        super().__init__(data)
        self.event, self.at = event, at
        self.fields["wants_contact"].label = contact_text
        self.fields["token"].initial = issue(event, at)
        self.offers = {offer.part.slug: offer for offer in offers if offer.open}
        if event.by_parts:
            self.fields["parts"] = forms.MultipleChoiceField(
                label=_("What would you like to take part in?"),
                choices=[(slug, offer.part.title) for slug, offer in self.offers.items()],
                initial=[slug for slug in chosen if slug in self.offers],
                error_messages={
                    "required": _("Please choose at least one part."),
                    "invalid_choice": _("One of these parts takes no more registrations."),
                },
            )
        self.fields.update(fields_for(event))

    @property
    def is_trapped(self) -> bool:
        return bool(self.data.get("website"))

    def clean(self):
        data = super().clean()
        opened = opened_at(data.get("token") or "", self.event)
        age = None if opened is None else self.at.timestamp() - opened
        if age is None or age > LONGEST.total_seconds():
            self.renew_token()
        if age is None or not FASTEST.total_seconds() <= age <= LONGEST.total_seconds():
            raise forms.ValidationError(_("Please check what you have entered and send it again."))
        return data

    def renew_token(self) -> None:
        self.data = self.data.copy()
        self.data["token"] = issue(self.event, self.at)

    @property
    def ticked(self) -> list[str]:
        return list(self["parts"].value() or [])

    def parts(self) -> list[Event]:
        return [self.offers[slug].part for slug in self.cleaned_data["parts"]]

    def said(self) -> dict:
        """What `actions.register` takes."""
        kept = {name: self.cleaned_data[name] for name in ("name", "email", "wants_contact")}
        return {**kept, "answers": answers_in(self.event, self.cleaned_data)}

    @property
    def asked(self) -> list[forms.BoundField]:
        return [self[name] for name in fields_for(self.event)]
