from django import forms
from django.utils.translation import gettext_lazy as _

from outbox.models import DeliveryState, EndpointState

FAILING = "failing"


class EndpointFilter(forms.Form):
    state = forms.ChoiceField(
        label=_("State"),
        choices=[("", _("All states")), *EndpointState.choices, (FAILING, _("Disturbed"))],
        required=False,
    )

    def apply(self, endpoints):
        state = self.cleaned_data["state"]
        if state == FAILING:
            return endpoints.active().filter(failures__gt=0)
        return endpoints.filter(state=state) if state else endpoints


class DeliveryFilter(forms.Form):
    state = forms.ChoiceField(
        label=_("Delivery state"),
        choices=[("", _("All states")), *DeliveryState.choices],
        required=False,
    )

    def apply(self, deliveries):
        state = self.cleaned_data["state"]
        return deliveries.filter(state=state) if state else deliveries
