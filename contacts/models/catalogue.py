"""Catalogues that the agency words itself."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from dma_crm.models import Worded
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


class MailTemplate(Worded):
    """A mail to founders, in Markdown with named placeholders, sent by a follow-up on its date."""

    PRIVACY = Privacy(not_personal=WORDED + " subject body")

    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"), help_text=_("Markdown with placeholders such as {name}"))

    class Meta(Worded.Meta):
        verbose_name = _("mail template")
        verbose_name_plural = _("mail templates")
