"""Consultations and the confidential notes to them, which live in a table of their own."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import AGENCY_ROLES, Role
from consultations.appointments.models import Appointment as Appointment
from consultations.appointments.models import AppointmentChannel as AppointmentChannel
from consultations.appointments.models import CalendarFeed as CalendarFeed
from contacts.models import PersonState
from dma_crm.models import Record, Referenced, Versioned
from dma_crm.privacy import Privacy


class ConsultationChannel(models.TextChoices):
    PHONE = "phone", _("Phone")
    IN_PERSON = "in_person", _("In person")
    VIDEO = "video", _("Video")
    MAIL = "mail", _("E-mail")
    EVENT = "event", _("At an event")


class ConsultationKind(models.TextChoices):
    FIRST = "first", _("First consultation")
    FURTHER = "further", _("Further consultation")
    SHORT = "short", _("Short enquiry")


class ConsultationResult(models.TextChoices):
    OPEN = "open", _("Goes on")
    ANSWERED = "answered", _("Question answered")
    REFERRED = "referred", _("Referred to a partner")
    SIGNPOSTED = "signposted", _("Pointed to another place")
    ENDED = "ended", _("Project given up")


class ConsultationState(models.TextChoices):
    """A discarded draft is kept for a day, so that discarding can be undone."""

    DRAFT = "draft", _("Draft")
    COMPLETE = "complete", _("Complete")
    DISCARDED = "discarded", _("Discarded")


class ConsultationQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """Complete ones are the agency's; a draft is seen by its advisor alone.

        Nobody works with what is about a person whose data is restricted (Art. 18 DSGVO).
        """
        if actor.role not in AGENCY_ROLES:
            return self.none()
        own_drafts = Q(state=ConsultationState.DRAFT, advisor_id=actor.user_id)
        known = self.exclude(person__state=PersonState.RESTRICTED)
        return known.filter(Q(state=ConsultationState.COMPLETE) | own_drafts)

    def complete(self):
        return self.filter(state=ConsultationState.COMPLETE)

    def with_names(self):
        """All that a row or the page shows, in one query and one prefetch."""
        return self.select_related("person", "startup", "advisor").prefetch_related("topics")

    def drafts_of(self, actor):
        return self.filter(state=ConsultationState.DRAFT, advisor_id=actor.user_id)

    def editable_by(self, actor):
        """Advisors write their own, nobody else's."""
        if actor.role != Role.ADVISOR:
            return self.none()
        return self.complete().visible_to(actor).filter(advisor_id=actor.user_id)


class Consultation(Referenced, Versioned):
    """A talk with a founder. Complete is final, but for logged corrections.

    A draft holds what was typed so far in `draft`, as the form's own fields, but for the
    confidential note, which is in its own table from the first letter on.
    """

    REFERENCE_PREFIX = "B"
    PRIVACY = Privacy(
        personal="person startup advisor held_on others colleagues",
        sensitive="summary draft",
        not_personal=(
            "channel kind result state contact_minutes preparation_minutes completed_at event"
            " topics"
        ),
    )

    person = models.ForeignKey(
        "contacts.Person", on_delete=models.CASCADE, null=True, related_name="consultations"
    )
    others = models.ManyToManyField(
        "contacts.Person", related_name="+", blank=True, verbose_name=_("also present")
    )
    startup = models.ForeignKey(
        "contacts.Startup", on_delete=models.CASCADE, null=True, related_name="consultations"
    )
    advisor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="consultations"
    )
    colleagues = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="+", blank=True, verbose_name=_("colleagues")
    )
    topics = models.ManyToManyField("contacts.Topic", related_name="consultations", blank=True)
    held_on = models.DateField(_("date"))
    channel = models.CharField(
        _("channel"), max_length=10, choices=ConsultationChannel, default=ConsultationChannel.PHONE
    )
    kind = models.CharField(
        _("kind"), max_length=8, choices=ConsultationKind, default=ConsultationKind.FURTHER
    )
    contact_minutes = models.PositiveSmallIntegerField(_("minutes"), null=True, blank=True)
    preparation_minutes = models.PositiveSmallIntegerField(
        _("minutes of preparation"), null=True, blank=True
    )
    summary = models.TextField(_("note"), max_length=10_000, blank=True)
    result = models.CharField(
        _("result"), max_length=10, choices=ConsultationResult, default=ConsultationResult.OPEN
    )
    event = models.ForeignKey(
        "events.Event", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    state = models.CharField(
        max_length=9, choices=ConsultationState, default=ConsultationState.DRAFT, editable=False
    )
    draft = models.JSONField(default=dict, editable=False)
    completed_at = models.DateTimeField(null=True, editable=False)

    objects = ConsultationQuerySet.as_manager()

    class Meta:
        verbose_name = _("consultation")
        verbose_name_plural = _("consultations")
        ordering = ["-held_on", "-id"]
        indexes = [
            models.Index(fields=["person", "held_on"]),
            models.Index(fields=["startup", "held_on"]),
            models.Index(fields=["advisor", "state", "held_on"]),
            models.Index(fields=["state", "held_on"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=[ConsultationState.DRAFT, ConsultationState.DISCARDED],
                    completed_at__isnull=True,
                )
                | Q(
                    state=ConsultationState.COMPLETE,
                    completed_at__isnull=False,
                    person__isnull=False,
                ),
                name="complete_consultation_has_person",
            ),
        ]

    def __str__(self):
        return self.reference

    def get_absolute_url(self):
        return reverse("consultations:consultation", args=[self.reference])

    @property
    def draft_title(self) -> str:
        """Whom a draft is about, as far as it says so."""
        typed = self.draft.get("fields", {})
        words = [typed.get(name, [""])[0] for name in ("given_name", "family_name")]
        name = " ".join(filter(None, words)) or typed.get("who", [""])[0]
        return name or str(_("Nobody named yet"))


class ConfidentialNote(Record, Versioned):
    """What must stay between founder and advisor. Read only through `notes.read_note`."""

    PRIVACY = Privacy(sensitive="text", not_personal="consultation")

    consultation = models.OneToOneField(
        Consultation, on_delete=models.CASCADE, related_name="confidential_note"
    )
    text = models.TextField(_("confidential note"), max_length=10_000)

    class Meta:
        verbose_name = _("confidential note")
        verbose_name_plural = _("confidential notes")

    def __str__(self):
        return str(self.consultation_id)
