"""Things people attend, and where."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import AGENCY_ROLES
from dma_crm.models import Record, Versioned
from dma_crm.privacy import Privacy


class Venue(Record):
    PRIVACY = Privacy(not_personal="name street house_number postcode town access active")

    name = models.CharField(_("name"), max_length=120, unique=True)
    street = models.CharField(_("street"), max_length=120, blank=True)
    house_number = models.CharField(_("house number"), max_length=20, blank=True)
    postcode = models.CharField(_("postcode"), max_length=10, blank=True)
    town = models.CharField(_("town"), max_length=80, blank=True)
    access = models.TextField(_("access information"), max_length=1000, blank=True)
    active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("venue")
        verbose_name_plural = _("venues")
        ordering = ["name"]

    def __str__(self):
        return self.name


class Room(Record):
    PRIVACY = Privacy(not_personal="venue name seats access active")

    venue = models.ForeignKey(
        Venue, on_delete=models.PROTECT, related_name="rooms", verbose_name=_("venue")
    )
    name = models.CharField(_("name"), max_length=80)
    seats = models.PositiveIntegerField(_("seats"), null=True, blank=True)
    access = models.TextField(_("how to get in"), max_length=500, blank=True)
    active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["venue", "name"], name="room_named_once_in_a_venue")
        ]

    def __str__(self):
        return self.name


class EventFormat(models.TextChoices):
    TALK = "talk", _("Talk")
    WORKSHOP = "workshop", _("Workshop")
    SEMINAR = "seminar", _("Seminar")
    CONSULTING_DAY = "consulting_day", _("Consulting day")
    NETWORKING = "networking", _("Networking evening")
    BIG_EVENT = "big_event", _("Big event")


class EventState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    CANCELLED = "cancelled", _("Called off")


class RegistrationKind(models.TextChoices):
    WAITING_LIST = "waiting_list", _("Yes, with a waiting list")
    SEATS = "seats", _("Yes, without a waiting list")
    PARTS = "parts", _("Yes, for each part singly")
    NONE = "none", _("No")


STATE_STEPS: dict[str, frozenset[str]] = {
    EventState.DRAFT: frozenset({EventState.PUBLISHED}),
    EventState.PUBLISHED: frozenset({EventState.DRAFT, EventState.CANCELLED}),
    EventState.CANCELLED: frozenset({EventState.PUBLISHED}),
}


class EventQuerySet(models.QuerySet):
    def public(self):
        """What strangers may see: published ones, and cancelled ones so that guests learn of it."""
        return self.exclude(state=EventState.DRAFT)

    def upcoming(self, at):
        return self.filter(ends_at__gte=at)

    def past(self, at):
        return self.filter(ends_at__lt=at)

    def visible_to(self, actor):
        return self.all() if actor.role in AGENCY_ROLES else self.public()

    def other_dates(self, event):
        """The other events of its series; of a single event none."""
        dates = self.filter(series=event.series) if event.series else self.none()
        return dates.exclude(pk=event.pk)

    def clashing(self, event):
        """What is in the same room at the same time, its own programme and parts aside."""
        if event.room_id is None:
            return self.none()
        rows = self.filter(
            room=event.room_id, starts_at__lt=event.ends_at, ends_at__gt=event.starts_at
        )
        rows = rows.exclude(pk__in=[event.pk, event.parent_id or event.pk])
        return rows.exclude(state=EventState.CANCELLED).exclude(parent=event.pk)

    def following(self, event):
        """What comes after it in its series and has not been cancelled."""
        later = self.other_dates(event).filter(starts_at__gte=event.starts_at)
        return later.exclude(state=EventState.CANCELLED)


class Event(Record, Versioned):
    PRIVACY = Privacy(
        personal="created_by co_organisers notes",
        not_personal=(
            "slug title summary description format state starts_at ends_at venue room online host"
            " parent capacity topics registration registration_opens_at"
            " registration_closes_at questions online_link mail_before mail_after mail_missed"
            " series co_hosts"
        ),
    )

    slug = models.SlugField(_("address"), max_length=100, unique=True)
    title = models.CharField(_("title"), max_length=150)
    summary = models.CharField(_("in one sentence"), max_length=300, blank=True)
    description = models.TextField(_("description"), max_length=5000, blank=True)
    format = models.CharField(_("format"), max_length=14, choices=EventFormat)
    state = models.CharField(max_length=10, choices=EventState, default=EventState.DRAFT)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    venue = models.ForeignKey(
        Venue, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("venue")
    )
    room = models.ForeignKey(
        Room, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("room")
    )
    online = models.BooleanField(_("online"), default=False)
    host = models.ForeignKey(
        "contacts.PartnerOrganisation",
        on_delete=models.PROTECT,
        related_name="hosted_events",
        verbose_name=_("host"),
    )
    co_hosts = models.ManyToManyField(
        "contacts.PartnerOrganisation",
        related_name="co_hosted_events",
        blank=True,
        verbose_name=_("together with"),
    )
    co_organisers = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        related_name="co_organised_events",
        blank=True,
        verbose_name=_("organised together with"),
    )
    notes = models.TextField(_("notes"), max_length=5000, blank=True)  # never public
    parent = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="parts"
    )
    series = models.UUIDField(null=True, editable=False)  # shared by the dates of one series
    topics = models.ManyToManyField("contacts.Topic", related_name="events", blank=True)
    capacity = models.PositiveIntegerField(_("seats"), null=True, blank=True)
    registration = models.CharField(
        _("guests register here"),
        max_length=12,
        choices=RegistrationKind,
        default=RegistrationKind.WAITING_LIST,
    )
    registration_opens_at = models.DateTimeField(_("registration opens"), null=True, blank=True)
    registration_closes_at = models.DateTimeField(_("registration closes"), null=True, blank=True)
    questions = models.JSONField(_("questions to guests"), default=list)  # see questions.py
    online_link = models.URLField(_("link to take part online"), max_length=500, blank=True)
    mail_before = models.TextField(_("mail the day before"), max_length=3000, blank=True)
    mail_after = models.TextField(_("mail to those who came"), max_length=3000, blank=True)
    mail_missed = models.TextField(_("mail to those who did not come"), max_length=3000, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["starts_at", "id"]
        indexes = [
            models.Index(fields=["state", "starts_at", "id"]),
            models.Index(
                fields=["room", "starts_at"],
                name="event_in_room",
                condition=Q(room__isnull=False),
            ),
            models.Index(
                fields=["series", "starts_at"],
                name="event_of_series",
                condition=Q(series__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gte=models.F("starts_at")), name="event_in_order"
            ),
            models.CheckConstraint(
                condition=~Q(registration=RegistrationKind.PARTS) | Q(capacity=None, parent=None),
                name="seats_are_of_parts",
            ),
            models.CheckConstraint(
                condition=Q(registration__in=RegistrationKind.values),
                name="event_registration_known",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("events:event", args=[self.slug])

    @property
    def takes_registrations(self) -> bool:
        return self.registration != RegistrationKind.NONE

    @property
    def has_waiting_list(self) -> bool:
        return self.registration == RegistrationKind.WAITING_LIST

    @property
    def by_parts(self) -> bool:
        """A programme whose guests choose parts: each part has seats and a line of its own."""
        return self.registration == RegistrationKind.PARTS

    @property
    def access(self) -> str:
        """How guests get in: to the house, then to the room."""
        places = filter(None, [self.venue, self.room])
        return "\n".join(filter(None, [place.access for place in places]))

    def takes_guests(self, at) -> bool:
        """Whether anybody may register now, seats or not; a part asks its programme, too."""
        if self.parent_id and not (self.parent.by_parts and self.parent.takes_guests(at)):
            return False
        opened = self.registration_opens_at is None or self.registration_opens_at <= at
        public = self.takes_registrations and self.state == EventState.PUBLISHED
        last = self.ends_at if self.by_parts else self.starts_at
        return public and opened and at < (self.registration_closes_at or last)

    def moves_up(self, at) -> bool:
        """Whether a seat that becomes free still goes to the waiting list."""
        return self.state == EventState.PUBLISHED and at < self.starts_at
