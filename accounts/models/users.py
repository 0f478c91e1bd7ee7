from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from dma_crm.models import Timestamped
from dma_crm.privacy import Privacy


class Role(models.TextChoices):
    ADVISOR = "advisor", _("Advisor")
    MANAGER = "manager", _("Manager")
    ADMIN = "admin", _("Administrator")
    PARTNER = "partner", _("Partner")


AGENCY_ROLES = frozenset({Role.ADVISOR, Role.MANAGER, Role.ADMIN})


def working_week() -> list[int]:
    """Monday (0) to Friday."""
    return list(range(5))


class UserQuerySet(models.QuerySet):
    def agency(self):
        return self.filter(role__in=AGENCY_ROLES, is_active=True)

    def advisors(self):
        return self.filter(role=Role.ADVISOR, is_active=True)

    def represented_by(self, user_id, day):
        """Who is away on that day and whose matters are with this user; see accounts/absence.py."""
        away = Q(deputy__absent_from__lte=day, deputy__absent_until__gte=day)
        second = (away | Q(deputy__is_active=False)) & Q(deputy__deputy=user_id)
        absent = self.filter(absent_from__lte=day, absent_until__gte=day).exclude(pk=user_id)
        return absent.filter(Q(deputy=user_id) | second)

    def visible_to(self, actor):
        """The agency's team knows each other; partner users know their own colleagues."""
        if actor.role in AGENCY_ROLES:
            return self.all()
        if actor.role == Role.PARTNER:
            return self.filter(organisation_id=actor.organisation_id)
        return self.none()


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]  # made at run time
    def get_by_natural_key(self, email):
        return self.get(email__iexact=email)

    def create_user(self, email, password=None, **fields):
        """A user with a normalised e-mail address; without `password` none that works."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, Timestamped):
    """Somebody with a login: of the agency, or of exactly one partner organisation."""

    PRIVACY = Privacy(
        personal="email name phone last_login deputy absent_from absent_until",
        sensitive="password",
        not_personal="role organisation is_active is_demo single_key_shortcuts digest_weekdays",
    )
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=150)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.ADVISOR)
    organisation = models.ForeignKey(
        "contacts.PartnerOrganisation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="users",
        verbose_name=_("partner organisation"),
    )
    deputy = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("deputy")
    )
    absent_from = models.DateField(_("absent from"), null=True, blank=True)
    absent_until = models.DateField(_("absent until"), null=True, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    is_demo = models.BooleanField(default=False, editable=False)
    single_key_shortcuts = models.BooleanField(_("single-key shortcuts"), default=True)
    digest_weekdays = models.JSONField(default=working_week)

    objects = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="user_role_known"),
            models.CheckConstraint(
                condition=Q(role=Role.PARTNER, organisation__isnull=False)
                | (~Q(role=Role.PARTNER) & Q(organisation__isnull=True)),
                name="user_organisation_iff_partner",
            ),
            models.UniqueConstraint(Lower("email"), name="user_email_unique_any_case"),
            models.CheckConstraint(
                condition=Q(absent_from__isnull=True, absent_until__isnull=True)
                | Q(absent_from__lte=models.F("absent_until")),
                name="user_absence_in_order",
            ),
        ]

    def __str__(self):
        return self.name or self.email

    def get_full_name(self):
        return str(self)

    def absent_on(self, day) -> bool:
        return bool(self.absent_from and self.absent_from <= day <= self.absent_until)

    def is_away_between(self, first, last) -> bool:
        return bool(self.absent_from and self.absent_from <= last and first <= self.absent_until)

    def is_there(self, day) -> bool:
        return self.is_active and self.role in AGENCY_ROLES and not self.absent_on(day)

    def get_session_auth_hash(self) -> str:
        """A session ends with the password, address, role or organisation it began under."""
        began = (self.password, self.email, self.role, str(self.organisation_id))
        return salted_hmac("accounts.session", "\0".join(began), algorithm="sha256").hexdigest()

    # Django's admin asks these: it is open to administrators, whole, and to nobody else.

    @property
    def is_staff(self) -> bool:
        return self.is_active and self.role == Role.ADMIN

    def has_perm(self, perm, obj=None) -> bool:
        return self.is_staff

    def has_module_perms(self, app_label) -> bool:
        return self.is_staff
