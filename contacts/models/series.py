"""Series of follow-ups: what the agency plans after an occasion, and for whom one is running."""

import functools
import operator
from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.absence import desk_of
from accounts.models import AGENCY_ROLES, Role
from contacts.models.catalogue import WORDED
from contacts.models.followups import FollowUpKind
from dma_crm.models import Record, Timestamped, Versioned, Worded
from dma_crm.privacy import Privacy
from dma_crm.workdays import first_working_day, months_later


class FollowUpSeries(Worded):
    """What follows an occasion, such as a first consultation; `steps` says when."""

    PRIVACY = Privacy(not_personal=WORDED)

    class Meta(Worded.Meta):
        verbose_name = _("series")
        verbose_name_plural = _("series")


class StepUnit(models.TextChoices):
    DAYS = "days", _("days")
    WEEKS = "weeks", _("weeks")
    MONTHS = "months", _("months")


LONGEST = {StepUnit.DAYS: 366, StepUnit.WEEKS: 104, StepUnit.MONTHS: 36}


def within_reach() -> Q:
    return functools.reduce(
        operator.or_, (Q(unit=unit, after__lte=most) for unit, most in LONGEST.items())
    )


class SeriesStep(Timestamped):
    """One follow-up of a series. What is running keeps its own: steps may be edited freely."""

    PRIVACY = Privacy(not_personal="series position after unit subject template")

    series = models.ForeignKey(FollowUpSeries, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    after = models.PositiveSmallIntegerField(_("after"))
    unit = models.CharField(_("unit"), max_length=6, choices=StepUnit)
    subject = models.CharField(_("what"), max_length=200)
    template = models.ForeignKey(
        "contacts.MailTemplate",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("mail template"),
    )

    class Meta:
        verbose_name = _("step of a series")
        verbose_name_plural = _("steps of a series")
        ordering = ["series", "position"]
        constraints = [
            models.UniqueConstraint(fields=["series", "position"], name="series_step_once"),
            models.CheckConstraint(condition=within_reach(), name="series_step_within_three_years"),
        ]

    def __str__(self):
        return f"{self.distance}: {self.subject}"

    @property
    def kind(self) -> str:
        return FollowUpKind.MAIL if self.template_id else FollowUpKind.TASK

    @property
    def distance(self) -> str:
        """How long after the start, in words."""
        said = {
            StepUnit.DAYS: ngettext("after %(n)s day", "after %(n)s days", self.after),
            StepUnit.WEEKS: ngettext("after %(n)s week", "after %(n)s weeks", self.after),
            StepUnit.MONTHS: ngettext("after %(n)s month", "after %(n)s months", self.after),
        }
        return said[StepUnit(self.unit)] % {"n": self.after}

    def calendar_day(self, start: date) -> date:
        if self.unit == StepUnit.MONTHS:
            return months_later(start, self.after)
        return start + timedelta(days=self.after * (7 if self.unit == StepUnit.WEEKS else 1))

    def due_on(self, start: date) -> date:
        """The day it falls on, or the next one that is worked on."""
        return first_working_day(self.calendar_day(start))


class EndReason(models.TextChoices):
    FINISHED = "finished", _("All steps are done")
    ANSWERED = "answered", _("Has answered")
    CONSULTED = "consulted", _("Has been in consultation")
    BOOKED = "booked", _("Has booked")
    WITHDRAWN = "withdrawn", _("Wants no such mails any more")
    CASE_ENDED = "case_ended", _("The case has ended")
    PERSON_LOCKED = "person_locked", _("The data of the person is locked")
    BY_HAND = "by_hand", _("Ended by hand")


# What somebody may take back: the other ends are facts that stand elsewhere.
RESUMABLE = (EndReason.ANSWERED, EndReason.CONSULTED, EndReason.BOOKED, EndReason.BY_HAND)


class SeriesRunQuerySet(models.QuerySet):
    def visible_to(self, actor):
        if actor.role not in AGENCY_ROLES:
            return self.none()
        return self.filter(person__state="active")

    def writable_by(self, actor):
        """As their follow-ups: whoever started it, the owners of the case, their deputies."""
        if actor.role != Role.ADVISOR:
            return self.none()
        desk = desk_of(actor, "assignee", "person__owner", "startup__owner")
        return self.visible_to(actor).filter(desk)

    def running(self):
        return self.filter(ended_at=None)


class SeriesRun(Record, Versioned):
    """A series that was started for a person; its follow-ups are stopped together."""

    PRIVACY = Privacy(
        personal="person startup assignee ended_by", not_personal="series ended_at end_reason"
    )

    series = models.ForeignKey(FollowUpSeries, on_delete=models.PROTECT, related_name="runs")
    person = models.ForeignKey(
        "contacts.Person", on_delete=models.CASCADE, related_name="series_runs"
    )
    startup = models.ForeignKey(
        "contacts.Startup", on_delete=models.CASCADE, null=True, related_name="series_runs"
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="series_runs"
    )
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=15, choices=EndReason, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = SeriesRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("running series")
        verbose_name_plural = _("running series")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["series", "person"],
                condition=Q(ended_at=None),
                name="series_runs_once_per_person",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, end_reason="")
                | Q(ended_at__isnull=False, end_reason__in=EndReason.values),
                name="series_run_ends_for_a_reason",
            ),
        ]

    def __str__(self):
        return str(self.series)

    @property
    def is_stopped(self) -> bool:
        """Ended before its last step."""
        return self.end_reason not in ("", EndReason.FINISHED)

    @property
    def is_resumable(self) -> bool:
        return self.end_reason in RESUMABLE
