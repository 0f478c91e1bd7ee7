"""Public events, for a partner's own calendar."""

from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from events.models import Event, EventFormat, EventState
from partner_api import conditions
from partner_api.answers import OrganisationAnswer, PageAnswer
from partner_api.schema import IF_NONE_MATCH, answered, not_modified
from partner_api.views import ListView, PageParameters, Parameters, PartnerView

PUBLIC_STATES = [choice for choice in EventState.choices if choice[0] != EventState.DRAFT]


class EventAnswer(serializers.Serializer):
    """Something founders attend. A cancelled one stays, so that guests learn of it."""

    id = serializers.UUIDField()
    slug = serializers.CharField()
    url = serializers.URLField(help_text="The page with the registration.")
    title = serializers.CharField()
    summary = serializers.CharField(allow_blank=True)
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
    modified_at = serializers.DateTimeField()


class EventPageAnswer(PageAnswer):
    """The next one first."""

    results = EventAnswer(many=True)


class EventParameters(PageParameters):
    past = serializers.BooleanField(default=False, help_text="true: those that are over, too.")


EXAMPLE = {
    "id": "01936a00-9999-7000-8000-000000000009",
    "slug": "gruendungsabend",
    "url": "https://gruenden.example/veranstaltungen/gruendungsabend/",
    "title": "Gründungsabend",
    "summary": "Austausch für alle, die gründen.",
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
    "modified_at": "2026-11-20T09:00:00Z",
}


class EventView(PartnerView):
    tag = "Events"

    def public(self):
        return Event.objects.public().select_related("venue", "host").prefetch_related("topics")

    def shown(self, event: Event) -> dict:
        topics = list(event.topics.all())
        return {
            "id": str(event.pk),
            "slug": event.slug,
            "url": self.request.build_absolute_uri(reverse("events:event", args=[event.slug])),
            "title": event.title,
            "summary": event.summary,
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
            "modified_at": event.modified_at,
        }


class EventList(EventView, ListView):
    parameters = EventParameters

    @extend_schema(
        operation_id="list_events",
        summary="Public events",
        parameters=[EventParameters],
        responses=EventPageAnswer,
        examples=[
            answered("One page", {"next": None, "previous": None, "results": [EXAMPLE]}),
        ],
    )
    def get(self, request):
        """Those to come, the next one first."""
        wanted = self.checked_parameters()
        rows = self.public() if wanted["past"] else self.public().upcoming(timezone.now())
        page = self.page(rows, wanted, ordering=("starts_at", "id"))
        return self.answer(page, [self.shown(row) for row in page.rows])


class EventDetail(EventView):
    @extend_schema(
        operation_id="get_event",
        summary="One public event",
        parameters=[Parameters, IF_NONE_MATCH],
        responses={200: EventAnswer, 304: not_modified()},
        examples=[answered("An event", EXAMPLE)],
    )
    def get(self, request, pk):
        """Published or cancelled."""
        event = self.found(self.public(), pk=pk)
        self.checked_parameters()
        return conditions.fresh_or_not_modified(request, self.shown(event))
