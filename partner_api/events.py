"""Public events, for a partner's own calendar; of those it hosts, how many guests."""

import django_filters
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView

from contacts.models import Topic
from events.counting import guest_numbers
from events.models import Event, EventFormat, EventState
from events.seats import left_of, with_sure_seats
from partner_api import conditions
from partner_api.answers import OrganisationAnswer, PageAnswer
from partner_api.schema import IF_NONE_MATCH, answered, not_modified
from partner_api.views import ListView, PageParameters, Parameters, PartnerView

YES_NO = [("true", "true"), ("false", "false")]
PLACES = [("online", "online"), ("on_site", "on site")]
PUBLIC_STATES = [choice for choice in EventState.choices if choice[0] != EventState.DRAFT]


class GuestNumbersAnswer(serializers.Serializer):
    """How many guests; who they are is the agency's to know."""

    registered = serializers.IntegerField(
        help_text="Confirmed their address, also those who cancelled later."
    )
    confirmed = serializers.IntegerField(help_text="Have a seat.")
    waiting = serializers.IntegerField(help_text="Are on the waiting list.")
    attended = serializers.IntegerField(help_text="Were checked in.")


class EventAnswer(serializers.Serializer):
    """Something founders attend. A cancelled one stays, so that guests learn of it."""

    id = serializers.UUIDField()
    slug = serializers.CharField()
    url = serializers.URLField(help_text="The page with the registration.")
    title = serializers.CharField()
    summary = serializers.CharField(allow_blank=True)
    description = serializers.CharField(allow_blank=True)
    format = serializers.ChoiceField(choices=EventFormat.choices)
    format_label = serializers.CharField()
    state = serializers.ChoiceField(choices=PUBLIC_STATES)
    state_label = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    venue = serializers.CharField(allow_null=True)
    online = serializers.BooleanField()
    host = OrganisationAnswer()
    topics = serializers.ListField(child=serializers.CharField())
    topics_label = serializers.ListField(child=serializers.CharField())
    registration_open = serializers.BooleanField(help_text="Be it for the waiting list.")
    seats_left = serializers.IntegerField(
        allow_null=True, help_text="null: no limit. Seats not confirmed yet count as free."
    )
    guests = GuestNumbersAnswer(
        allow_null=True, help_text="Of events that your organisation hosts; null for others."
    )
    modified_at = serializers.DateTimeField()


class EventPageAnswer(PageAnswer):
    """The next one first."""

    results = EventAnswer(many=True)


class EventParameters(PageParameters):
    past = serializers.BooleanField(default=False, help_text="true: those that are over, too.")


class EventFilter(django_filters.FilterSet):
    own = django_filters.ChoiceFilter(
        choices=YES_NO,
        method="of_own",
        help_text="true: hosted by your organisation; false: by others.",
    )
    format = django_filters.ChoiceFilter(choices=EventFormat.choices)
    topic = django_filters.ModelChoiceFilter(
        queryset=Topic.objects.all(), to_field_name="code", field_name="topics"
    )
    host = django_filters.UUIDFilter(field_name="host_id")
    place = django_filters.ChoiceFilter(
        choices=PLACES,
        method="held_at",
        help_text="An event may be both.",
    )

    class Meta:
        model = Event
        fields = ["own", "format", "topic", "host", "place"]

    def of_own(self, queryset, name, value):
        own = Q(host_id=self.request.auth.organisation_id)
        return queryset.filter(own if value == "true" else ~own)

    def held_at(self, queryset, name, value):
        if value == "online":
            return queryset.filter(online=True)
        return queryset.exclude(online=True, venue=None)


EXAMPLE = {
    "id": "01936a00-9999-7000-8000-000000000009",
    "slug": "gruendungsabend",
    "url": "https://gruenden.example/veranstaltungen/gruendungsabend/",
    "title": "Gründungsabend",
    "summary": "Austausch für alle, die gründen.",
    "description": "",
    "format": "networking",
    "format_label": "Netzwerktreffen",
    "state": "published",
    "state_label": "Veröffentlicht",
    "starts_at": "2026-12-03T17:00:00Z",
    "ends_at": "2026-12-03T20:00:00Z",
    "venue": "Schiller40",
    "online": False,
    "host": {"id": "00000000-0000-7000-8000-000000000001", "name": "Digitale Mutterboden Agentur"},
    "topics": [],
    "topics_label": [],
    "registration_open": True,
    "seats_left": 12,
    "guests": None,
    "modified_at": "2026-11-20T09:00:00Z",
}

HOSTED = EXAMPLE | {
    "id": "01936a00-9999-7000-8000-00000000000a",
    "slug": "businessplan-fuer-die-bank",
    "url": "https://gruenden.example/veranstaltungen/businessplan-fuer-die-bank/",
    "title": "Der Businessplan, den eine Bank liest",
    "summary": "Gliederung, Zahlenteil und die Fragen, die im Bankgespräch kommen.",
    "format": "seminar",
    "format_label": "Seminar",
    "host": {"id": "01936a00-1111-7000-8000-000000000001", "name": "IHK Lüneburg-Wolfsburg"},
    "guests": {"registered": 21, "confirmed": 18, "waiting": 2, "attended": 0},
}


class EventView(PartnerView):
    tag = "Events"

    def public(self):
        rows = with_sure_seats(Event.objects.public())
        return rows.select_related("venue", "host").prefetch_related("topics")

    def numbers_of(self, events: list[Event]) -> dict:
        """Of those that the key's organisation hosts."""
        own = self.actor.organisation_id
        return guest_numbers(event.pk for event in events if event.host_id == own)

    def shown(self, event: Event, numbers: dict) -> dict:
        topics = list(event.topics.all())
        return {
            "id": str(event.pk),
            "slug": event.slug,
            "url": self.request.build_absolute_uri(reverse("events:event", args=[event.slug])),
            "title": event.title,
            "summary": event.summary,
            "description": event.description,
            "format": event.format,
            "format_label": event.get_format_display(),
            "state": event.state,
            "state_label": event.get_state_display(),
            "starts_at": event.starts_at,
            "ends_at": event.ends_at,
            "venue": event.venue.name if event.venue else None,
            "online": event.online,
            "host": {"id": str(event.host.pk), "name": event.host.name},
            "topics": [topic.code for topic in topics],
            "topics_label": [topic.label for topic in topics],
            "registration_open": event.takes_guests(timezone.now()),
            "seats_left": left_of(event),
            "guests": numbers.get(event.pk),
            "modified_at": event.modified_at,
        }


class EventList(EventView, ListView, GenericAPIView):
    parameters = EventParameters
    queryset = Event.objects.none()
    filter_backends = [DjangoFilterBackend]
    filterset_class = EventFilter

    @extend_schema(
        operation_id="list_events",
        summary="Public events",
        parameters=[EventParameters],
        filters=True,
        responses=EventPageAnswer,
        examples=[
            answered("One page", {"next": None, "previous": None, "results": [EXAMPLE, HOSTED]}),
        ],
    )
    def get(self, request):
        """Those to come, the next one first."""
        wanted = self.checked_parameters(also=EventFilter.base_filters)
        rows = self.public() if wanted["past"] else self.public().upcoming(timezone.now())
        page = self.page(self.filter_queryset(rows), wanted, ordering=("starts_at", "id"))
        numbers = self.numbers_of(page.rows)
        return self.answer(page, [self.shown(row, numbers) for row in page.rows])


class EventDetail(EventView):
    @extend_schema(
        operation_id="get_event",
        summary="One public event",
        parameters=[Parameters, IF_NONE_MATCH],
        responses={200: EventAnswer, 304: not_modified()},
        examples=[answered("An event", EXAMPLE), answered("One you host", HOSTED)],
    )
    def get(self, request, pk):
        """Published or cancelled."""
        event = self.found(self.public(), pk=pk)
        self.checked_parameters()
        shown = self.shown(event, self.numbers_of([event]))
        return conditions.fresh_or_not_modified(request, shown)
