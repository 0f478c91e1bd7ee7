from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import ActedOn, Role
from dma_crm.fields import HttpsURLField
from dma_crm.models import Record, Versioned, Worded
from dma_crm.privacy import Privacy


class FoundingStep(models.TextChoices):
    """Steps that can destroy a right to funding when they are taken too early."""

    TRADE_REGISTRATION = "trade_registration", _("Trade registration")
    SELF_EMPLOYMENT = "self_employment", _("Start of self-employment")
    COMPANY_FORMATION = "company_formation", _("Formation of a company")
    PURCHASE_CONTRACT = "purchase_contract", _("Order or purchase contract")


class OrderRuleQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """Wording that whoever has a login may read; only the agency has pages for it."""
        return self.all() if actor.role in Role.values else self.none()

    def valid_on(self, day):
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=day),
            Q(valid_until__isnull=True) | Q(valid_until__gte=day),
            active=True,
        )


class OrderRule(Record, Worded, Versioned):
    """Before `step` the funding named by the row must have been applied for, or its right is lost.

    Dated data with its source, edited under Verwaltung: the rules of funding change every year.
    Both days of the validity belong to it. An empty list of `employments` means everybody.
    """

    PRIVACY = Privacy(
        not_personal=(
            "code position names active step advice employments valid_from valid_until source"
            " source_url checked_on topics"
        )
    )

    step = models.CharField(_("step"), max_length=20, choices=FoundingStep)
    advice = models.JSONField(_("advice"), default=dict, help_text=_("Language code to text"))
    employments = models.JSONField(_("employment situations"), default=list, blank=True)
    topics = models.ManyToManyField(
        "contacts.Topic",
        related_name="+",
        blank=True,
        verbose_name=_("topics that point to the step"),
    )
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    source = models.CharField(pgettext_lazy("of a rule", "source"), max_length=200)
    source_url = HttpsURLField(_("address of the source"), blank=True)
    checked_on = models.DateField(_("checked on"))

    objects = OrderRuleQuerySet.as_manager()

    class Meta(Worded.Meta):
        verbose_name = _("rule on the order of steps")
        verbose_name_plural = _("rules on the order of steps")
        constraints = [
            models.CheckConstraint(
                condition=Q(step__in=FoundingStep.values), name="order_rule_step_known"
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_from__lte=F("valid_until")),
                name="order_rule_validity_in_order",
            ),
        ]

    @property
    def advice_text(self) -> str:
        """In the language of the reader, else in German."""
        return self.advice.get(translation.get_language()) or self.advice.get("de", "")

    def get_absolute_url(self):
        return f"{reverse('referrals:order_rules')}#{self.code}"


class OrderCheckQuerySet(models.QuerySet):
    def visible_to(self, actor):
        return self.all() if actor.is_agency else self.none()


class OrderCheck(ActedOn):
    """Somebody looked into what a rule warns of: it is silent for this venture, or this person.

    A venture speaks for its people; somebody without one is checked alone. A rule that was
    reworded after the check speaks again.
    """

    PRIVACY = Privacy(
        personal=ActedOn.ACTOR_PRIVACY + " person",
        not_personal="rule startup at by_api_key by_organisation channel",
    )

    rule = models.ForeignKey(OrderRule, on_delete=models.CASCADE, related_name="checks")
    person = models.ForeignKey(
        "contacts.Person", on_delete=models.CASCADE, null=True, related_name="+"
    )
    startup = models.ForeignKey(
        "contacts.Startup", on_delete=models.CASCADE, null=True, related_name="+"
    )

    objects = OrderCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("check of the order of steps")
        verbose_name_plural = _("checks of the order of steps")
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=True, startup__isnull=False)
                | Q(person__isnull=False, startup__isnull=True),
                name="order_check_of_person_or_startup",
            ),
            models.UniqueConstraint(fields=["rule", "person"], name="order_check_once_per_person"),
            models.UniqueConstraint(
                fields=["rule", "startup"], name="order_check_once_per_startup"
            ),
        ]

    def __str__(self):
        return f"{self.rule_id}: {self.startup_id or self.person_id}"
