from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dma_crm.fields import HttpsURLField
from dma_crm.models import Versioned, Worded
from dma_crm.privacy import Privacy


class FoundingStep(models.TextChoices):
    """Steps that can destroy a right to funding when they are taken too early."""

    TRADE_REGISTRATION = "trade_registration", _("Trade registration")
    SELF_EMPLOYMENT = "self_employment", _("Start of self-employment")
    COMPANY_FORMATION = "company_formation", _("Formation of a company")
    PURCHASE_CONTRACT = "purchase_contract", _("Order or purchase contract")


class OrderRuleQuerySet(models.QuerySet):
    def valid_on(self, day):
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=day),
            Q(valid_until__isnull=True) | Q(valid_until__gte=day),
            active=True,
        )


class OrderRule(Worded, Versioned):
    """Before `step` the funding named by the row must have been applied for, or its right is lost.

    Dated data with its source, edited under Verwaltung: the rules of funding change every year.
    An empty list of `employments` means everybody.
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
    source = models.CharField(_("source"), max_length=200)
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
