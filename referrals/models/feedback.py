from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import AGENCY_ROLES
from dma_crm.privacy import Privacy
from referrals.models.links import LinkBearer

IMPACT_MONTHS = (6, 12, 36)


class AnswerQuerySet(models.QuerySet):
    """Answers of founders: the agency's alone, partners see figures of them at most."""

    def visible_to(self, actor):
        return self.all() if actor.role in AGENCY_ROLES else self.none()

    def answered(self):
        return self.filter(answered_at__isnull=False)


class FounderFeedback(LinkBearer):
    """What the founder says of one closed referral: two questions and a comment, by mail link."""

    LINK_PURPOSE = "founder-feedback"
    PRIVACY = Privacy(
        personal="contacted helped",
        sensitive="token_hash comment",
        not_personal="referral expires_at answered_at follow_up",
    )

    referral = models.OneToOneField(
        "referrals.Referral", on_delete=models.CASCADE, related_name="feedback"
    )
    answered_at = models.DateTimeField(null=True)
    contacted = models.BooleanField(_("Did they get in touch with you?"), null=True)
    helped = models.BooleanField(_("Did it help you?"), null=True)
    comment = models.TextField(_("What else should we know?"), max_length=2000, blank=True)
    follow_up = models.OneToOneField(
        "contacts.FollowUp", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    objects = AnswerQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self):
        return str(self.referral_id)


class ImpactSurvey(LinkBearer):
    """What has become of it 6, 12 and 36 months after a person's first helpful referral."""

    LINK_PURPOSE = "impact-survey"
    PRIVACY = Privacy(
        personal="person startup founded running jobs",
        sensitive="token_hash comment",
        not_personal="months expires_at answered_at",
    )

    person = models.ForeignKey(
        "contacts.Person", on_delete=models.CASCADE, related_name="impact_surveys"
    )
    startup = models.ForeignKey(
        "contacts.Startup", on_delete=models.SET_NULL, null=True, related_name="impact_surveys"
    )
    months = models.PositiveSmallIntegerField()
    answered_at = models.DateTimeField(null=True)
    founded = models.BooleanField(_("Have you founded?"), null=True)
    running = models.BooleanField(_("Is the business still running?"), null=True)
    jobs = models.PositiveIntegerField(_("How many people work there, you included?"), null=True)
    comment = models.TextField(_("What else should we know?"), max_length=2000, blank=True)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["person", "months"], name="impact_asked_once"),
            models.CheckConstraint(
                condition=Q(months__in=IMPACT_MONTHS), name="impact_months_known"
            ),
        ]

    def __str__(self):
        return f"{self.person_id} {self.months}"
