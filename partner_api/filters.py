"""The filters of lists; what is not named here is refused, never ignored."""

import django_filters
from django.utils.translation import gettext as _
from rest_framework import serializers

from contacts.models import Topic
from dma_crm.paging import PAGE_SIZE
from referrals.models import Referral, ReferralStatus

DIRECTIONS = [("received", "received"), ("sent", "sent")]
ORDERINGS = {
    "-modified_at": ("-modified_at", "-id"),
    "modified_at": ("modified_at", "id"),
    "-created_at": ("-created_at", "-id"),
}
LARGEST_PAGE = 100


class ReferralFilter(django_filters.FilterSet):
    status = django_filters.MultipleChoiceFilter(
        choices=ReferralStatus.choices, help_text="May be given several times."
    )
    topic = django_filters.ModelChoiceFilter(
        queryset=Topic.objects.all(), to_field_name="code", field_name="need__topics"
    )
    modified_after = django_filters.IsoDateTimeFilter(
        field_name="modified_at", lookup_expr="gt", help_text="RFC 3339, the last watermark."
    )
    direction = django_filters.ChoiceFilter(choices=DIRECTIONS, method="in_direction")

    class Meta:
        model = Referral
        fields = ["status", "topic", "modified_after", "direction"]

    def filter_queryset(self, queryset):
        self.form.cleaned_data["direction"] = self.form.cleaned_data["direction"] or "received"
        return super().filter_queryset(queryset)

    def in_direction(self, queryset, name, value):
        side = "sender_id" if value == "sent" else "recipient_id"
        return queryset.filter(**{side: self.request.auth.organisation_id})


class ListParameters(serializers.Serializer):
    """Order, size and place of a page."""

    ordering = serializers.ChoiceField(choices=list(ORDERINGS), default="-modified_at")
    page_size = serializers.IntegerField(min_value=1, max_value=LARGEST_PAGE, default=PAGE_SIZE)
    cursor = serializers.CharField(required=False, max_length=500, default="")
    lang = serializers.ChoiceField(choices=["de", "en"], required=False)


def refuse_unknown(parameters) -> None:
    """An unknown filter is an error, or a misspelt one would answer everything."""
    known = set(ReferralFilter.base_filters) | set(ListParameters().fields)
    if unknown := sorted(set(parameters) - known):
        message = _("There is no such filter here.")
        raise serializers.ValidationError(
            {name: serializers.ErrorDetail(message, "unknown") for name in unknown}
        )
