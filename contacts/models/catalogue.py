"""Catalogues that the agency words itself."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import ActedOn
from dma_crm.models import Timestamped, Versioned, Worded
from dma_crm.privacy import Privacy

WORDED = "code position names active"


class Topic(Worded):
    """What a consultation, need, service or event is about."""

    PRIVACY = Privacy(not_personal=WORDED)

    class Meta(Worded.Meta):
        verbose_name = _("topic")
        verbose_name_plural = _("topics")


class Source(Worded):
    """How somebody came to us (Herkunft)."""

    PRIVACY = Privacy(not_personal=WORDED)

    class Meta(Worded.Meta):
        verbose_name = _("source")
        verbose_name_plural = _("sources")


class StageKind(models.TextChoices):
    OPEN = "open", _("On the way")
    PAUSED = "paused", _("Paused")
    ENDED = "ended", _("Ended")


class Stage(Worded):
    """A phase on the way of a venture; `open` ones are ordered by position."""

    PRIVACY = Privacy(not_personal=WORDED + " kind")

    kind = models.CharField(_("kind"), max_length=10, choices=StageKind, default=StageKind.OPEN)

    class Meta(Worded.Meta):
        verbose_name = _("phase")
        verbose_name_plural = _("phases")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=StageKind.values), name="stage_kind_known"
            )
        ]


class MailTemplate(Worded, Versioned):
    """A mail to founders, in Markdown with named placeholders, sent by a follow-up on its date."""

    PRIVACY = Privacy(not_personal=WORDED + " subject body")
    BODY_LENGTH = 20_000

    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(
        _("text"),
        max_length=BODY_LENGTH,
        help_text=_("Markdown with placeholders such as {name}"),
    )

    class Meta(Worded.Meta):
        verbose_name = _("mail template")
        verbose_name_plural = _("mail templates")

    def get_absolute_url(self):
        return reverse("contacts:mail_templates_edit", args=[self.code])


class MailTemplateVersion(ActedOn, Timestamped):
    """How a template was worded once. Append-only; the newest is how it is worded now.

    What an installation starts with gets its row when it is worded anew for the first time.
    """

    KEPT = ("names", "subject", "body")
    PRIVACY = Privacy(
        personal=ActedOn.ACTOR_PRIVACY,
        not_personal="template number names subject body at by_api_key by_organisation channel",
    )

    template = models.ForeignKey(MailTemplate, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    names = models.JSONField(default=dict)
    subject = models.CharField(max_length=200)
    body = models.TextField()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="one_wording_per_version")
        ]

    def __str__(self):
        return f"{self.template} v{self.number}"
