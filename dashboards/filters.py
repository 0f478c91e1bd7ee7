"""What figures and the list by phase are asked for; it lives in the address."""

from functools import cached_property

from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from consultations.models import Consultation
from contacts.filters import ALL, ListFilter, OwnedFilter, encoded
from contacts.models import PartnerOrganisation, Person, Stage, Topic
from dashboards.attendance import (
    GROUPS,
    OUTCOMES,
    REGISTERED,
    condition,
    first_contacts_in,
    outcome,
    registrations_in,
    with_outcomes,
)
from dashboards.periods import PERIODS, Span, span_of
from events.models import EventFormat, Registration
from referrals.models import Need

NO_STEP, OVERDUE = "none", "overdue"
FOUNDERS = "founders"


class FiguresFilter(ListFilter):
    """Advisors get figures of their own work, partner users of their own referrals."""

    period = forms.ChoiceField(label=_("Period"), required=False, choices=list(PERIODS.items()))
    owner = forms.ChoiceField(label=_("Owner"), required=False)
    topic = forms.ChoiceField(label=_("Topic"), required=False)
    partner = forms.ChoiceField(label=_("Receiving organisation"), required=False)

    def offer(self) -> None:
        self.fields["topic"].choices = topic_choices()
        if self.actor.role == Role.PARTNER:
            del self.fields["owner"], self.fields["partner"]
            return
        partners = PartnerOrganisation.objects.values_list("reference", "name")
        self.fields["partner"].choices = [("", _("All")), *partners]
        if self.actor.role == Role.ADVISOR:
            del self.fields["owner"]
        else:
            team = User.objects.advisors().values_list("pk", "name")
            self.fields["owner"].choices = [("", _("All")), *((str(pk), n) for pk, n in team)]

    @cached_property
    def span(self) -> Span:
        return span_of(self.cleaned_data.get("period", ""), timezone.localdate())

    def value(self, name: str) -> str:
        return self.cleaned_data.get(name, "")

    @property
    def owner_id(self) -> int | None:
        """Whose work is counted; None is everybody's."""
        if self.actor.role == Role.ADVISOR:
            return self.actor.user_id
        return int(self.value("owner")) if self.value("owner") else None

    @property
    def period_words(self) -> str:
        return str(PERIODS[self.value("period")])

    def spoken(self, *names: str) -> str:
        """Of these filters the chosen ones in words; the period is always said."""
        said = [self.period_words] if "period" in names else []
        said += [_("only my own")] if self.actor.role == Role.ADVISOR else []
        chosen = [name for name in names if name != "period" and self.value(name)]
        return ", ".join(map(str, [*said, *(self.words(name) for name in chosen)]))


class StagesFilter(OwnedFilter):
    """The list by phase; advisors start with their own."""

    stage = forms.ChoiceField(label=_("Phase"), required=False)
    topic = forms.ChoiceField(label=_("Topic"), required=False)
    step = forms.ChoiceField(
        label=_("Next step"),
        required=False,
        choices=[("", _("All")), (NO_STEP, _("No next step")), (OVERDUE, _("Overdue"))],
    )

    show = forms.ChoiceField(
        required=False, choices=[(FOUNDERS, _("Founders"))], widget=forms.HiddenInput
    )

    def offer(self) -> None:
        super().offer()
        rows = [(stage.code, stage.label) for stage in Stage.objects.all()]
        self.fields["stage"].choices = [("", _("All")), *rows]
        self.fields["topic"].choices = topic_choices()

    def is_chip(self, name: str) -> bool:
        return name != "show" and super().is_chip(name)

    def apply(self, startups: QuerySet) -> QuerySet:
        """Everything but the next step, which the list knows how to find."""
        startups = about_topic(self.owned(startups), self.cleaned_data.get("topic", ""))
        stage = self.cleaned_data.get("stage", "")
        return startups.filter(stage__code=stage) if stage else startups

    def narrowed_to(self, stage: str) -> str:
        data = {**{name: self.data.get(name, "") for name in self.fields}, "stage": stage}
        return "?" + encoded({name: value for name, value in data.items() if value})


class SpanFilter(ListFilter):
    """A list behind a number: its days come with the address, both included."""

    since = forms.DateField(label=_("From"), required=False, widget=forms.TextInput)
    until = forms.DateField(label=_("Until"), required=False, widget=forms.TextInput)

    @property
    def span(self) -> Span:
        return Span(self.cleaned_data.get("since"), self.cleaned_data.get("until"))


class GuestsFilter(SpanFilter):
    """Registrations of events, as dashboards/figures/events.py counts them."""

    group = forms.ChoiceField(label=_("Who"), required=False, choices=list(GROUPS.items()))
    format = forms.ChoiceField(
        label=_("Format"), required=False, choices=[("", _("All")), *EventFormat.choices]
    )
    host = forms.ChoiceField(label=_("Host"), required=False)
    topic = forms.ChoiceField(label=_("Topic"), required=False)
    field_order = ["group", "format", "host", "topic", "since", "until"]

    def offer(self) -> None:
        self.fields["topic"].choices = topic_choices()
        hosts = PartnerOrganisation.objects.values_list("reference", "name")
        self.fields["host"].choices = [("", _("All")), *hosts]

    def rows(self) -> QuerySet[Registration]:
        chosen = self.chosen()
        rows = registrations_in(self.span, self.actor, topic=chosen.get("topic", ""))
        rows = rows.filter(condition(chosen.get("group", REGISTERED)))
        if "format" in chosen:
            rows = rows.filter(event__format=chosen["format"])
        return rows.filter(event__host__reference=chosen["host"]) if "host" in chosen else rows


class FirstContactsFilter(SpanFilter):
    """Whom we first met at events; advisors see their own, as in the figure."""

    outcome = forms.ChoiceField(
        label=_("What became of it"), required=False, choices=list(OUTCOMES.items())
    )
    owner = forms.ChoiceField(label=_("Owner"), required=False)
    field_order = ["outcome", "owner", "since", "until"]

    def offer(self) -> None:
        team = User.objects.advisors().values_list("pk", "name")
        self.fields["owner"].choices = [("", _("All")), *((str(pk), n) for pk, n in team)]

    def rows(self) -> QuerySet[Person]:
        chosen = self.chosen()
        owner = int(chosen["owner"]) if "owner" in chosen else None
        people = with_outcomes(first_contacts_in(self.span, self.actor, owner_id=owner))
        return people.filter(outcome(chosen.get("outcome", "")))


def topic_choices() -> list[tuple[str, str]]:
    return [("", _("All")), *((topic.code, topic.label) for topic in Topic.objects.all())]


def about_topic(startups: QuerySet, code: str) -> QuerySet:
    """Ventures with a complete consultation or a need on the topic."""
    if not code:
        return startups
    ours = {"startup": OuterRef("pk"), "topics__code": code}
    talks = Consultation.objects.complete().filter(**ours)
    return startups.filter(Exists(talks) | Exists(Need.objects.filter(**ours)))


def owner_parameter(owner_id: int | None) -> str:
    """How the lists are asked for one owner's rows, or for all."""
    return str(owner_id) if owner_id else ALL


def query(**parameters) -> str:
    data = QueryDict(mutable=True)
    data.update({name: str(value) for name, value in parameters.items() if value})
    return data.urlencode()
