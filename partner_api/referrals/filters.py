"""The filters of the list; what is not named here is refused, never ignored."""

import django_filters
from rest_framework import serializers

from contacts.models import Topic
from partner_api.bodies import MomentField
from partner_api.referrals.answers import DIRECTIONS
from partner_api.views import PageParameters
from referrals.models import Referral, ReferralStatus

ORDERINGS = {
    "-modified_at": ("-modified_at", "-id"),
    "modified_at": ("modified_at", "id"),
    "-created_at": ("-created_at", "-id"),
}


class ReferralFilter(django_filters.FilterSet):
    status = django_filters.MultipleChoiceFilter(
        choices=ReferralStatus.choices,
        distinct=False,  # a column of the row itself: DISTINCT would sort the whole table first
        help_text="May be given several times.",
    )
    topic = django_filters.ModelChoiceFilter(
        queryset=Topic.objects.all(),
        to_field_name="code",
        field_name="need__topics",
        help_text="Code of a topic.",
    )
    direction = django_filters.ChoiceFilter(
        choices=DIRECTIONS,
        method="in_direction",
        help_text="What came to your organisation (default) or what it sent.",
    )

    class Meta:
        model = Referral
        fields = ["status", "topic", "direction"]

    def filter_queryset(self, queryset):
        self.form.cleaned_data["direction"] = self.form.cleaned_data["direction"] or "received"
        return super().filter_queryset(queryset)

    def in_direction(self, queryset, name, value):
        side = "sender_id" if value == "sent" else "recipient_id"
        return queryset.filter(**{side: self.request.auth.organisation_id})


class ReferralParameters(PageParameters):
    modified_after = MomentField(required=False, help_text="RFC 3339: the last watermark.")
    ordering = serializers.ChoiceField(choices=list(ORDERINGS), default="-modified_at")
