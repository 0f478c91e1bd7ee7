"""The tabs and filters of the list; they live in the address."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django import forms
from django.db.models import Count, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.actors import AGENCY_ID, Actor
from accounts.filters import midnight
from accounts.models import Role, User
from contacts.filters import ALL, MINE, ListFilter
from contacts.models import PartnerOrganisation, Topic
from referrals.feedback import counting as feedback_counting
from referrals.models import OPEN_STATUSES, Referral, ReferralStatus

S = ReferralStatus
NO_OUTCOME = (S.ACCEPTED, S.IN_PROGRESS, S.ON_HOLD)


NEWEST_FIRST = ("-modified_at", "-id")
RESTED_LONGEST_FIRST = ("modified_at", "id")
FIRST_DUE_FIRST = ("respond_by", "id")  # every sent one has its day


@dataclass(frozen=True)
class Tab:
    """`work`: its rows offer their next steps; `remind`: one click asks the recipient again.

    `statuses` are the states its rows can have.
    """

    name: str
    label: str
    rows: Callable[[Actor], Q]
    statuses: tuple[str, ...] = ()
    ordering: tuple[str, ...] = NEWEST_FIRST
    work: bool = False
    remind: bool = False

    @property
    def answers(self) -> bool:
        """Whether a row may wait for its first answer."""
        return not self.statuses or S.SENT in self.statuses


def received(actor: Actor) -> Q:
    return Q(recipient_id=actor.organisation_id)


def overdue(actor: Actor) -> Q:
    return Q(status=S.SENT, respond_by__lt=timezone.localdate())


ALL_TAB = Tab("alle", _("All"), lambda actor: Q())
AGENCY_TABS = [
    Tab("offen", _("Open"), lambda actor: Q(status__in=OPEN_STATUSES)),
    Tab(
        "rueckfrage",
        _("Query to us"),
        lambda actor: Q(status=S.QUERY, sender_id=AGENCY_ID),
        statuses=(S.QUERY,),
        ordering=RESTED_LONGEST_FIRST,
    ),
    Tab(
        "ueberfaellig",
        _("Overdue"),
        overdue,
        statuses=(S.SENT,),
        ordering=FIRST_DUE_FIRST,
        remind=True,
    ),
    Tab(
        "ergebnis",
        _("Outcome missing"),
        lambda actor: Q(status__in=NO_OUTCOME),
        statuses=NO_OUTCOME,
        ordering=RESTED_LONGEST_FIRST,
        remind=True,
    ),
    ALL_TAB,
]
SENT_TO_US = tuple(status for status in S if status != S.DRAFT)
PARTNER_TABS = [
    Tab(
        "antworten",
        _("To be answered"),
        lambda actor: received(actor) & Q(status=S.SENT),
        statuses=(S.SENT,),
        ordering=FIRST_DUE_FIRST,
        work=True,
    ),
    Tab(
        "rueckfrage",
        _("Query to us"),
        lambda actor: Q(sender_id=actor.organisation_id, status=S.QUERY),
        statuses=(S.QUERY,),
        ordering=RESTED_LONGEST_FIRST,
        work=True,
    ),
    Tab(
        "arbeit",
        _("In progress"),
        lambda actor: received(actor) & Q(status__in=[*NO_OUTCOME, S.QUERY]),
        statuses=(S.QUERY, *NO_OUTCOME),
        ordering=RESTED_LONGEST_FIRST,
        work=True,
    ),
    Tab("erhalten", _("All received"), received, statuses=SENT_TO_US),
    Tab("gesendet", _("Sent by us"), lambda actor: Q(sender_id=actor.organisation_id)),
]


def tabs_for(actor: Actor) -> list[Tab]:
    return PARTNER_TABS if actor.role == Role.PARTNER else AGENCY_TABS


def counts(actor: Actor) -> dict[str, int]:
    """How much work waits behind each tab of a partner, whatever the filters, in one query."""
    if actor.role != Role.PARTNER:
        return {}
    waiting = {tab.name: Count("pk", filter=tab.rows(actor)) for tab in PARTNER_TABS if tab.work}
    return Referral.objects.visible_to(actor).open().aggregate(**waiting)


def chosen_tab(data: QueryDict, actor: Actor) -> Tab:
    """An unknown name means the first. All may be asked for where it is no tab: figures do."""
    tabs = tabs_for(actor)
    return next((tab for tab in [*tabs, ALL_TAB] if tab.name == data.get("tab")), tabs[0])


# States put together, as figures show them.
GROUPS = {
    "waiting": (S.DRAFT, S.SENT, S.QUERY),
    "working": (S.ACCEPTED, S.IN_PROGRESS, S.ON_HOLD),
    "completed": (S.COMPLETED,),
    "ended": (S.DECLINED, S.FORWARDED, S.WITHDRAWN, S.EXPIRED),
}
GROUP_NAMES = {
    "waiting": _("Waiting for an answer"),
    "working": _("Partner is helping"),
    "completed": _("Completed"),
    "ended": _("Ended without help"),
}


FEEDBACK_NAMES = {
    "asked": _("Asked"),
    "answered": _("Answered"),
    "contacted": _("Was in touch"),
    "helped": _("It helped"),
}


class DrillDown(ListFilter):
    """What figures narrow a list by; hidden in its form, shown as chips that take it away."""

    recipient = forms.SlugField(
        label=_("Receiving organisation"), max_length=20, required=False, widget=forms.HiddenInput
    )
    group = forms.ChoiceField(
        label=_("State"), required=False, choices=GROUP_NAMES.items(), widget=forms.HiddenInput
    )
    feedback = forms.ChoiceField(
        label=_("Founders' answers"),
        required=False,
        choices=FEEDBACK_NAMES.items(),
        widget=forms.HiddenInput,
    )
    since = forms.DateField(label=_("Created from"), required=False, widget=forms.HiddenInput)
    until = forms.DateField(label=_("Created until"), required=False, widget=forms.HiddenInput)

    def words(self, name: str) -> str:
        value = self.cleaned_data[name]
        if isinstance(value, date):
            return f"{self.fields[name].label}: {date_format(value, 'SHORT_DATE_FORMAT')}"
        if name == "recipient":
            known = PartnerOrganisation.objects.visible_to(self.actor).filter(reference=value)
            return f"{self.fields[name].label}: {known.first() or value}"
        return super().words(name)

    def narrowed(self, queryset: QuerySet) -> QuerySet:
        chosen = self.chosen()
        if "recipient" in chosen:
            queryset = queryset.filter(recipient__reference=chosen["recipient"])
        if "group" in chosen:
            queryset = queryset.filter(status__in=GROUPS[chosen["group"]])
        if "feedback" in chosen:
            queryset = queryset.filter(feedback_counting.GROUPS[chosen["feedback"]])
        if "since" in chosen:
            queryset = queryset.filter(created_at__gte=midnight(chosen["since"]))
        if "until" in chosen and chosen["until"] < date.max:
            end = midnight(chosen["until"] + timedelta(days=1))
            queryset = queryset.filter(created_at__lt=end)
        return queryset


class ReferralFilter(DrillDown):
    """For the agency: partner, state, topic and owner; partners see no owners and no others.

    `q` finds the number of the referral and the own one, no names: whom it is about is told after
    acceptance only, not by a hit.
    """

    partner = forms.ChoiceField(label=_("Partner organisation"), required=False)
    status = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All")), *ReferralStatus.choices]
    )
    topic = forms.ChoiceField(label=_("Topic"), required=False)
    q = forms.CharField(label=_("Number"), max_length=100, required=False)
    owner = forms.ChoiceField(label=_("Owner"), required=False)

    def __init__(self, data, *, actor):
        self.tab = chosen_tab(data, actor)
        super().__init__(data, actor=actor)

    def offer(self) -> None:
        topics = ((row.code, row.label) for row in Topic.objects.all())
        self.fields["topic"].choices = [("", _("All")), *topics]
        if self.actor.is_agency:
            self.fields["partner"].choices = [("", _("All")), *partner_choices()]
            self.fields["owner"].choices = owner_choices()
        else:
            del self.fields["partner"], self.fields["owner"], self.fields["feedback"]
        self.offer_states()

    def offer_states(self) -> None:
        """Only those that rows of this tab can have."""
        known = self.tab.statuses or ReferralStatus.values
        states = [choice for choice in ReferralStatus.choices if choice[0] in known]
        self.fields["status"].choices = [("", _("All")), *states]
        if len(states) == 1:
            self.fields["status"].widget = forms.HiddenInput()

    def is_chip(self, name: str) -> bool:
        return self.cleaned_data[name] != ALL

    def without(self, name: str) -> str:
        return f"{super().without(name)}&tab={self.tab.name}"

    def apply(self, queryset: QuerySet) -> QuerySet:
        chosen = self.chosen()
        queryset = self.narrowed(queryset.filter(self.tab.rows(self.actor)))
        if "partner" in chosen:
            either = Q(recipient__reference=chosen["partner"])
            queryset = queryset.filter(either | Q(sender__reference=chosen["partner"]))
        if "status" in chosen:
            queryset = queryset.filter(status=chosen["status"])
        if "topic" in chosen:
            queryset = queryset.filter(need__topics__code=chosen["topic"])
        if "q" in chosen:
            queryset = queryset.filter(numbered(chosen["q"], self.actor))
        if chosen.get("owner", ALL) != ALL:
            mine = chosen["owner"] == MINE
            owner_id = self.actor.user_id if mine else int(chosen["owner"])
            queryset = queryset.filter(need__owner_id=owner_id)
        return queryset


def numbered(text: str, actor: Actor) -> Q:
    """The beginning of our number, or a part of what the reader's own side calls it."""
    ours = Q(recipient_id=actor.organisation_id, recipient_reference__icontains=text)
    theirs = Q(sender_id=actor.organisation_id, sender_reference__icontains=text)
    return Q(reference__istartswith=text) | ours | theirs


def partner_choices() -> list[tuple[str, str]]:
    return list(PartnerOrganisation.objects.partners().values_list("reference", "name"))


def owner_choices() -> list[tuple[str, str]]:
    team = User.objects.agency().values_list("pk", "name")
    return [(ALL, _("Everybody's")), (MINE, _("My own")), *((str(pk), name) for pk, name in team)]
