from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import AGENCY_ROLES
from dma_crm.models import Referenced, Timestamped, Versioned
from dma_crm.privacy import Privacy
from dma_crm.statements import Given, Statement


class FormOfAddress(models.TextChoices):
    NEUTRAL = "neutral", _("Neutral (first and last name)")
    MS = "ms", _("Ms")
    MR = "mr", _("Mr")


class Employment(models.TextChoices):
    UNKNOWN = "unknown", _("Not known")
    EMPLOYED = "employed", _("Employed")
    UNEMPLOYED = "unemployed", _("Unemployed, unemployment benefit")
    BASIC_INCOME = "basic_income", _("Basic income support")
    SELF_EMPLOYED = "self_employed", _("Self-employed")
    STUDENT = "student", _("In school or studies")
    OTHER = "other", _("Other")


class PersonState(models.TextChoices):
    ACTIVE = "active", _("Active")
    RESTRICTED = "restricted", _("Processing restricted")
    ANONYMISED = "anonymised", _("Anonymised")


class PersonQuerySet(models.QuerySet):
    def usable(self):
        """Restricted (Art. 18 DSGVO) and anonymised people are hidden from all use."""
        return self.filter(state=PersonState.ACTIVE)

    def visible_to(self, actor):
        """The agency sees everybody; partners see founders through their referrals only."""
        if actor.role in AGENCY_ROLES:
            return self.usable()
        return self.none()

    def owned_by(self, user_id):
        return self.filter(owner_id=user_id)


class Person(Referenced, Versioned):
    """Somebody we know: mostly a founder, also mentors and people at partners."""

    REFERENCE_PREFIX = "P"
    PRIVACY = Privacy(
        personal=(
            "given_name family_name sort_name title form_of_address birth_date street house_number"
            " postcode town languages first_contact_on source owner remark"
        ),
        sensitive="employment",
        not_personal="state",
    )

    given_name = models.CharField(_("first name"), max_length=100, blank=True)
    family_name = models.CharField(_("last name"), max_length=100)
    sort_name = models.CharField(max_length=220, editable=False)
    title = models.CharField(_("title"), max_length=60, blank=True)
    form_of_address = models.CharField(
        _("form of address"), max_length=10, choices=FormOfAddress, default=FormOfAddress.NEUTRAL
    )
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    street = models.CharField(_("street"), max_length=120, blank=True)
    house_number = models.CharField(_("house number"), max_length=20, blank=True)
    postcode = models.CharField(_("postcode"), max_length=10, blank=True)
    town = models.CharField(_("town"), max_length=80, blank=True)
    languages = models.JSONField(
        _("languages"), default=list, blank=True, help_text=_("ISO 639 codes")
    )
    employment = models.CharField(
        _("employment situation"), max_length=20, choices=Employment, default=Employment.UNKNOWN
    )
    source = models.ForeignKey(
        "contacts.Source",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("source"),
    )
    first_contact_on = models.DateField(_("first contact"), null=True, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="people",
        verbose_name=_("owner"),
    )
    remark = models.TextField(_("remark"), max_length=2000, blank=True)
    state = models.CharField(
        max_length=10, choices=PersonState, default=PersonState.ACTIVE, editable=False
    )

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["sort_name", "id"]
        indexes = [
            models.Index(fields=["sort_name", "id"]),
            models.Index(fields=["owner", "sort_name", "id"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=PersonState.values), name="person_state_known"
            ),
        ]

    def __str__(self):
        return self.display_name

    @property
    def display_name(self) -> str:
        return full_name(self.title, self.given_name, self.family_name)

    @property
    def first_address(self) -> str:
        """Where mails go; empty where there is no address. One statement each time."""
        return next((address for (address,) in ADDRESSES.rows(person=self.pk)), "")

    def get_absolute_url(self):
        return reverse("contacts:person", args=[self.reference])


def full_name(title: str, given_name: str, family_name: str) -> str:
    return " ".join(filter(None, [title, given_name, family_name]))


class PersonEmail(Timestamped):
    PRIVACY = Privacy(personal="person address", not_personal="position")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="emails")
    address = models.EmailField(_("e-mail"), max_length=254)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        indexes = [models.Index(fields=["address"])]
        constraints = [
            models.UniqueConstraint(fields=["person", "address"], name="email_once_per_person")
        ]

    def __str__(self):
        return self.address


ADDRESSES = Statement(
    lambda: (
        PersonEmail.objects.filter(person_id=Given("person", models.UUIDField()))
        .order_by("position", "id")
        .values_list("address")
    )
)


class PersonPhone(Timestamped):
    """`number` is E.164 where it could be understood, else as it was typed."""

    PRIVACY = Privacy(personal="person number", not_personal="position")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="phones")
    number = models.CharField(_("phone"), max_length=40)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["person", "number"], name="phone_once_per_person")
        ]

    def __str__(self):
        return self.number
