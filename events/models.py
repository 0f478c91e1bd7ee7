"""Things people attend. Registration comes with its own issue; these rows stand already."""

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


class Event(Record, Versioned):
    PRIVACY = Privacy(
        personal="created_by",
        not_personal=(
            "slug title summary description format state starts_at ends_at venue online host"
            " parent capacity topics"
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
    online = models.BooleanField(_("online"), default=False)
    host = models.ForeignKey(
        "contacts.PartnerOrganisation",
        on_delete=models.PROTECT,
        related_name="hosted_events",
        verbose_name=_("host"),
    )
    parent = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="parts"
    )
    topics = models.ManyToManyField("contacts.Topic", related_name="events", blank=True)
    capacity = models.PositiveIntegerField(_("seats"), null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["starts_at", "id"]
        indexes = [models.Index(fields=["state", "starts_at", "id"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gte=models.F("starts_at")), name="event_in_order"
            )
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("events:event", args=[self.slug])
