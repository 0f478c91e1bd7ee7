"""Who comes to an event, from the form to the door."""

from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.actors import Actor
from accounts.history import EditConflict, save_changes
from accounts.models import AGENCY_ROLES
from contacts.folding import collapse, search_text
from dma_crm.links import TokenBearer
from dma_crm.models import Versioned
from dma_crm.privacy import Privacy
from events.errors import RegistrationChangedError, RegistrationStepError
from events.models.door import TICKET_LENGTH, new_ticket_code


class RegistrationState(models.TextChoices):
    HELD = "held", _("Not confirmed yet")
    WAITING = "waiting", _("Waiting list")
    OFFERED = "offered", _("Moved up")
    CONFIRMED = "confirmed", _("Confirmed")
    CANCELLED = "cancelled", pgettext_lazy("registration", "Cancelled")
    LAPSED = "lapsed", _("Lapsed")


S = RegistrationState
REGISTRATION_STEPS: dict[str, frozenset[str]] = {
    S.HELD: frozenset({S.CONFIRMED, S.CANCELLED, S.LAPSED}),
    S.WAITING: frozenset({S.HELD, S.OFFERED, S.CONFIRMED, S.CANCELLED, S.LAPSED}),
    S.OFFERED: frozenset({S.CONFIRMED, S.CANCELLED, S.LAPSED}),
    S.CONFIRMED: frozenset({S.CANCELLED}),
    S.CANCELLED: frozenset({S.HELD, S.WAITING, S.CONFIRMED}),
    S.LAPSED: frozenset({S.HELD, S.WAITING, S.CONFIRMED, S.CANCELLED}),
}
SEATED = frozenset({S.HELD, S.OFFERED, S.CONFIRMED})
ACTIVE = SEATED | {S.WAITING}


class RegistrationQuerySet(models.QuerySet):
    def visible_to(self, actor):
        return self.all() if actor.role in AGENCY_ROLES else self.none()

    def seated(self):
        return self.filter(state__in=SEATED)

    def active(self):
        return self.filter(state__in=ACTIVE)

    def waiting(self):
        """The first in line first."""
        return self.filter(state=RegistrationState.WAITING).order_by("queue")

    def named(self, words):
        """By a part of the name, however it is spelt, or of the address."""
        return self.filter(search__contains=collapse(words))

    def overdue(self, at):
        """Had to answer a mail by now and did not."""
        return self.filter(state__in=ACTIVE, respond_by__lte=at)


class Registration(TokenBearer, Versioned):
    """One address at one event, ever: who registers again after cancelling goes on with this row.

    `confirmed_at` proves the address (double opt-in). `respond_by` is when a seat that waits for
    an answer is given up: of those who have just registered, and of those who moved up. `queue`
    is the place in line, `moved_up_at` when a seat was given to it. `door_at` is when somebody at
    the door last said whether the guest is here. Guests at the door and on the phone may have no
    address.
    """

    LINK_PURPOSE = "event-registration"
    PRIVACY = Privacy(
        personal=(
            "event name email search answers person state confirmed_at wants_contact checked_in_at"
            " door_at moved_up_at"
        ),
        sensitive="token_hash ticket_code",
        not_personal=(
            "language privacy_version respond_by queue state_since by_staff reminded_at"
            " written_to_at forgotten_at"
        ),
    )

    event = models.ForeignKey(
        "events.Event", on_delete=models.PROTECT, related_name="registrations"
    )
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail"), max_length=254, blank=True)
    search = models.CharField(max_length=500, editable=False)
    answers = models.JSONField(_("answers"), default=dict)  # see questions.py
    language = models.CharField(max_length=2, default="de")
    privacy_version = models.CharField(max_length=20, blank=True)
    wants_contact = models.BooleanField(_("may become a contact"), default=False)
    by_staff = models.BooleanField(default=False)
    state = models.CharField(_("state"), max_length=9, choices=RegistrationState)
    state_since = models.DateTimeField()
    queue = models.PositiveIntegerField()
    respond_by = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    checked_in_at = models.DateTimeField(_("came"), null=True)
    door_at = models.DateTimeField(null=True)
    moved_up_at = models.DateTimeField(null=True)
    ticket_code = models.CharField(
        max_length=TICKET_LENGTH, unique=True, default=new_ticket_code, editable=False
    )
    reminded_at = models.DateTimeField(null=True)
    written_to_at = models.DateTimeField(null=True)
    forgotten_at = models.DateTimeField(null=True)
    person = models.ForeignKey(
        "contacts.Person",
        on_delete=models.SET_NULL,
        null=True,
        related_name="registrations",
        verbose_name=_("person"),
    )

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        ordering = ["event", "queue"]
        indexes = [
            models.Index(fields=["event", "state", "queue"]),
            models.Index(
                fields=["respond_by"],
                name="registration_due",
                condition=Q(respond_by__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "email"], condition=~Q(email=""), name="registered_once"
            ),
            models.UniqueConstraint(fields=["event", "queue"], name="place_in_line_once"),
            models.CheckConstraint(
                condition=Q(state__in=RegistrationState.values), name="registration_state_known"
            ),
            models.CheckConstraint(
                condition=Q(checked_in_at=None) | Q(state=RegistrationState.CONFIRMED),
                name="only_the_confirmed_come",
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("events:registration", args=[self.token])

    @staticmethod
    def searched_by(name: str, email: str) -> str:
        return search_text(names=(name,), emails=(collapse(email),))[:500]

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE

    @property
    def is_asked(self) -> bool:
        """Waits for its owner to confirm that the address is theirs."""
        return self.is_active and self.confirmed_at is None

    def of_same_guest(self) -> RegistrationQuerySet:
        """This one and what the same address has in other parts of the programme."""
        rows = Registration.objects.filter(pk=self.pk)
        if self.email and self.event.parent_id:
            rows = Registration.objects.filter(event__parent=self.event.parent_id, email=self.email)
        return rows.select_related("event__venue", "event__room").order_by(
            "event__starts_at", "event_id"
        )

    def move_to(self, state: str, *, by: Actor, at: Any, **changes: Any) -> None:
        """Take one allowed step and record it, unless the row moved meanwhile."""
        if state not in REGISTRATION_STEPS[self.state]:
            raise RegistrationStepError
        changes |= {"state": state, "state_since": at}
        if state in SEATED and self.state == S.WAITING:
            changes["moved_up_at"] = at
        elif self.state not in ACTIVE:  # begins anew
            changes["moved_up_at"] = None
        self.write(**changes, by=by, at=at)

    @transaction.atomic
    def write(self, *, by: Actor, at: Any, **changes: Any) -> None:
        try:
            save_changes(self, changes, by=by, at=at)
        except EditConflict as conflict:
            raise RegistrationChangedError from conflict


class SenderWindow(models.Model):
    """How many registrations one internet address has sent in one hour; kept as a digest."""

    PRIVACY = Privacy(personal="digest", not_personal="hour sent")

    digest = models.CharField(max_length=64)
    hour = models.BigIntegerField()  # since 1970
    sent = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["digest", "hour"], name="sender_hour_once")]

    def __str__(self):
        return f"{self.hour}: {self.sent}"
