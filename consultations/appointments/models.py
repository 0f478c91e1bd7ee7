"""What was agreed to happen, and the secret address by which an advisor's calendar reads it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import AGENCY_ROLES, Role
from contacts.models import PersonState
from dma_crm.models import Record, Referenced, Versioned
from dma_crm.privacy import Privacy


class AppointmentChannel(models.TextChoices):
    """The words of ConsultationChannel, so that a consultation takes them over."""

    IN_PERSON = "in_person", _("In person")
    PHONE = "phone", _("Phone")
    VIDEO = "video", _("Video")


class AppointmentState(models.TextChoices):
    AGREED = "agreed", _("Agreed")
    CANCELLED = "cancelled", _("Called off")
    HELD = "held", _("Took place")


class AppointmentQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """The agency's; nobody works with people whose data is restricted (Art. 18 DSGVO)."""
        if actor.role not in AGENCY_ROLES:
            return self.none()
        return self.exclude(person__state=PersonState.RESTRICTED)

    def editable_by(self, actor):
        """Advisors write their own, nobody else's."""
        if actor.role != Role.ADVISOR:
            return self.none()
        return self.visible_to(actor).filter(advisor_id=actor.user_id)

    def agreed(self):
        return self.filter(state=AppointmentState.AGREED)

    def with_names(self):
        return self.select_related("person", "startup", "advisor", "consultation")

    def overlapping(self, appointment):
        """Others of the same advisor at the same time."""
        rows = self.agreed().filter(advisor_id=appointment.advisor_id).exclude(pk=appointment.pk)
        return rows.filter(starts_at__lt=appointment.ends_at, ends_at__gt=appointment.starts_at)


class Appointment(Referenced, Versioned):
    """A Termin. `sequence` is iCalendar's: raised by what a calendar that was told must know.

    `place` is an address, a phone number or a link, as the channel wants it. The person reads it,
    and `subject`. `told`: the person gets invitations and changes by mail.
    """

    REFERENCE_PREFIX = "T"
    PRIVACY = Privacy(
        personal="person startup advisor starts_at ends_at subject place",
        not_personal="channel state sequence told consultation",
    )

    person = models.ForeignKey(
        "contacts.Person", on_delete=models.CASCADE, related_name="appointments"
    )
    startup = models.ForeignKey(
        "contacts.Startup", on_delete=models.CASCADE, null=True, related_name="appointments"
    )
    advisor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="appointments"
    )
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    channel = models.CharField(
        _("channel"),
        max_length=10,
        choices=AppointmentChannel,
        default=AppointmentChannel.IN_PERSON,
    )
    place = models.CharField(_("place, number or link"), max_length=300, blank=True)
    subject = models.CharField(_("what it is about"), max_length=120, blank=True)
    told = models.BooleanField(_("invitation by e-mail"), default=True)
    state = models.CharField(
        max_length=9, choices=AppointmentState, default=AppointmentState.AGREED, editable=False
    )
    sequence = models.PositiveIntegerField(default=0, editable=False)
    consultation = models.OneToOneField(
        "consultations.Consultation",
        on_delete=models.SET_NULL,
        null=True,
        related_name="appointment",
        editable=False,
    )

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        ordering = ["starts_at", "id"]
        indexes = [
            models.Index(fields=["advisor", "state", "starts_at", "id"]),
            models.Index(fields=["state", "starts_at", "id"]),
            models.Index(fields=["person", "starts_at"]),
            models.Index(fields=["startup", "starts_at"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="appointment_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(state__in=AppointmentState.values), name="appointment_state_known"
            ),
        ]

    def __str__(self):
        return self.reference

    def get_absolute_url(self):
        return reverse("consultations:appointment", args=[self.reference])

    @property
    def is_open(self) -> bool:
        return self.state == AppointmentState.AGREED


class CalendarFeed(Record):
    """One advisor's calendar for their own calendar program. Without it there is no address."""

    PRIVACY = Privacy(personal="user", sensitive="digest", not_personal="with_names")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feed"
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    with_names = models.BooleanField(_("show names"), default=False)

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")

    def __str__(self):
        return str(self.user_id)
