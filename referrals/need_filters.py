"""The tabs and filters of the list of needs; they live in the address."""

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from contacts.filters import ALL, MINE, ListFilter
from contacts.models import Topic
from referrals.filters import Tab, owner_choices, partner_choices
from referrals.models import NeedStatus, Referral

STUCK, TABLED, ALL_STATES = "festgefahren", "vorgemerkt", "alle"
TABS = [
    Tab("offen", _("Open"), lambda actor: Q(status=NeedStatus.OPEN)),
    Tab("wartet", _("Waiting for an answer"), lambda actor: Q(status=NeedStatus.WAITING)),
    Tab("niemand", _("Nobody could help"), lambda actor: Q(status=NeedStatus.UNMET)),
    Tab(TABLED, _("For the round table"), lambda actor: Q(tabled_at__isnull=False)),
    Tab(ALL_STATES, _("All"), lambda actor: Q()),
]


class NeedFilter(ListFilter):
    """Within a tab: topic, owner, and a partner that was asked."""

    topic = forms.ChoiceField(label=_("Topic"), required=False)
    partner = forms.ChoiceField(label=_("Partner organisation"), required=False)
    owner = forms.ChoiceField(label=_("Owner"), required=False)

    def __init__(self, data, *, actor: Actor):
        self.tab = next((tab for tab in TABS if tab.name == data.get("tab")), TABS[0])
        super().__init__(data, actor=actor)

    def offer(self) -> None:
        topics = ((row.code, row.label) for row in Topic.objects.all())
        self.fields["topic"].choices = [("", _("All")), *topics]
        self.fields["partner"].choices = [("", _("All")), *partner_choices()]
        self.fields["owner"].choices = owner_choices()

    def is_chip(self, name: str) -> bool:
        return self.cleaned_data[name] != ALL

    def without(self, name: str) -> str:
        return f"{super().without(name)}&tab={self.tab.name}"

    def apply(self, queryset: QuerySet) -> QuerySet:
        return self.narrowed(queryset.filter(self.tab.rows(self.actor)))

    def narrowed(self, queryset: QuerySet) -> QuerySet:
        """The filters without the tab: other lists of needs have them, too."""
        chosen = self.chosen()
        if "topic" in chosen:
            queryset = queryset.filter(topics__code=chosen["topic"])
        if "partner" in chosen:
            asked = Referral.objects.filter(
                need=OuterRef("pk"), recipient__reference=chosen["partner"]
            )
            queryset = queryset.filter(Exists(asked))
        if chosen.get("owner", ALL) != ALL:
            mine = chosen["owner"] == MINE
            queryset = queryset.filter(
                owner_id=self.actor.user_id if mine else int(chosen["owner"])
            )
        return queryset


def tabs_of(active: str, *, stuck: str, tabled: int, query: str = "") -> list[dict]:
    """One row of tabs over the lists and the stuck ones; filters stay when the tab changes."""
    lists, counts = reverse("referrals:needs"), {TABLED: tabled}
    tabs = [
        {
            "label": tab.label,
            "url": f"{lists}?tab={tab.name}{query}",
            "active": active == tab.name,
            "count": counts.get(tab.name),
        }
        for tab in TABS
    ]
    stuck_url = reverse("referrals:stuck_needs") + (f"?{query[1:]}" if query else "")
    stuck_tab = {
        "label": _("Stuck"),
        "url": stuck_url,
        "active": active == STUCK,
        "count": stuck,
    }
    return [*tabs[:-1], stuck_tab, tabs[-1]]
