from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.actors import AGENCY_ID
from accounts.models import AGENCY_ROLES, ActedOn
from dma_crm.models import Record
from dma_crm.privacy import Privacy


class ConsentPurpose(models.TextChoices):
    REFERRAL = "referral", _("Passing on to a partner organisation")
    NEWSLETTER = "newsletter", _("Newsletter")
    FOLLOW_UP = "follow_up", _("Follow-up mails")
    EVENT = "event", _("Event registration")
    INTRODUCTION = "introduction", _("Introduction to another person")


class LegalBasis(models.TextChoices):
    CONSENT = "consent", _("Consent (Art. 6 (1) a DSGVO)")
    CONTRACT = "contract", _("Contract (Art. 6 (1) b DSGVO)")
    PUBLIC_TASK = "public_task", _("Public task (Art. 6 (1) e DSGVO)")
    LEGITIMATE_INTEREST = "legitimate_interest", _("Legitimate interest (Art. 6 (1) f DSGVO)")


class Evidence(models.TextChoices):
    SPOKEN = "spoken", _("Said on the phone or in person")
    WRITTEN = "written", _("Signed on paper")
    MAIL = "mail", _("Given by e-mail")
    FORM = "form", _("Given in a web form")
    PARTNER = "partner", _("Proof sent by a partner")


class SharedField(models.TextChoices):
    """What a referral may hand over; `founder` in the API is limited to these."""

    NAME = "name", _("Name")
    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Phone")


ALL_SHARED_FIELDS = tuple(SharedField.values)


class ConsentQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """The agency sees those of people it sees; partners see their state through referrals."""
        if actor.role in AGENCY_ROLES:
            return self.filter(person__state="active")
        return self.none()

    def active(self, at):
        return self.filter(withdrawn_at__isnull=True).filter(
            Q(expires_at__isnull=True) | Q(expires_at__gt=at)
        )

    def covering(self, *, person_id, recipient_id, at, sender_id=AGENCY_ID):
        """Active consents by which the person's data may go from one organisation to the other.

        What a partner says was agreed to holds for what this partner sends, and for nobody else.
        """
        own = ~Q(evidence=Evidence.PARTNER) | Q(by_organisation_id=sender_id)
        return self.active(at).filter(
            own,
            person_id=person_id,
            purpose=ConsentPurpose.REFERRAL,
            recipient_id=recipient_id,
            person__state="active",
        )


def objected(person: Any, purpose: str, at: datetime) -> Q:
    """Whether `person` (a key or an OuterRef) took a permission back and gave no new one.

    Also where nobody had asked for a permission, because none was needed.
    """
    consents = Consent.objects.filter(person=person, purpose=purpose)
    objections = Objection.objects.filter(person=person, purpose=purpose)
    back = Q(models.Exists(consents)) | Q(models.Exists(objections))
    return back & ~Q(models.Exists(consents.active(at)))


class Objection(Record, ActedOn):
    """A person wants no more of what needs no consent (Art. 21 DSGVO).

    A consent that is given later outranks it.
    """

    PRIVACY = Privacy(
        personal="person purpose " + ActedOn.ACTOR_PRIVACY,
        not_personal="at by_api_key by_organisation channel",
    )

    person = models.ForeignKey(
        "contacts.Person", on_delete=models.CASCADE, related_name="objections"
    )
    purpose = models.CharField(_("purpose"), max_length=12, choices=ConsentPurpose)

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        ordering = ["-at", "-id"]
        constraints = [models.UniqueConstraint(fields=["person", "purpose"], name="objection_once")]

    def __str__(self):
        return self.get_purpose_display()


class Consent(Record, ActedOn):
    """A person permits one purpose; to be passed on, also to one named organisation.

    `at` and the actor say who recorded it; `given_at` is when the person said so.
    """

    PRIVACY = Privacy(
        personal=(
            "person evidence evidence_note given_at expires_at withdrawn_at withdrawn_by_label"
            " recipient purpose shared_fields " + ActedOn.ACTOR_PRIVACY
        ),
        not_personal="legal_basis text text_version at by_api_key by_organisation channel",
    )

    person = models.ForeignKey("contacts.Person", on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(_("purpose"), max_length=12, choices=ConsentPurpose)
    recipient = models.ForeignKey(
        "contacts.PartnerOrganisation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="consents",
        verbose_name=_("recipient"),
    )
    shared_fields = models.JSONField(_("fields"), default=list)
    legal_basis = models.CharField(
        _("legal basis"), max_length=20, choices=LegalBasis, default=LegalBasis.CONSENT
    )
    text = models.TextField(_("text"), max_length=2000)
    text_version = models.CharField(_("text version"), max_length=20)
    evidence = models.CharField(_("evidence"), max_length=10, choices=Evidence)
    evidence_note = models.CharField(_("note on the evidence"), max_length=300, blank=True)
    given_at = models.DateTimeField(_("given"))
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, editable=False)
    withdrawn_by_label = models.CharField(max_length=150, blank=True, editable=False)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["-given_at", "-id"]
        indexes = [models.Index(fields=["person", "purpose", "recipient"])]
        constraints = [
            models.CheckConstraint(
                condition=~Q(purpose="referral") | Q(recipient__isnull=False),
                name="referral_consent_names_recipient",
            ),
        ]

    def __str__(self):
        return f"{self.get_purpose_display()} {self.given_at:%d.%m.%Y}"

    def counts_for(self, sender_id) -> bool:
        """As in `covering`."""
        return self.evidence != Evidence.PARTNER or self.by_organisation_id == sender_id

    def is_active(self, at) -> bool:
        return self.withdrawn_at is None and (self.expires_at is None or self.expires_at > at)
