"""The tabs and the filter of the list; they live in the address."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from contacts.filters import NOBODY, OwnedFilter
from referrals.introductions.actions import OUTCOME_ASKED_AFTER
from referrals.models import IntroductionParty, IntroductionStatus

S = IntroductionStatus


@dataclass(frozen=True)
class Tab:
    name: str
    label: str
    rows: Callable[[QuerySet, datetime], QuerySet]


def without_outcome(rows: QuerySet, at: datetime) -> QuerySet:
    """Introduced three weeks ago or longer, and neither has said what came of it."""
    said = IntroductionParty.objects.filter(introduction=OuterRef("pk")).exclude(outcome="")
    introduced = rows.filter(introduced_at__lte=at - OUTCOME_ASKED_AFTER)
    return introduced.filter(~Exists(said), status__in=[S.INTRODUCED, S.CLOSED])


TABS = [
    Tab(
        "wartet",
        pgettext_lazy("introductions", "Waiting"),
        lambda r, at: r.filter(status=S.PROPOSED),
    ),
    Tab(
        "eingefuehrt",
        pgettext_lazy("introductions", "Introduced"),
        lambda r, at: r.filter(status__in=[S.INTRODUCED, S.CLOSED]),
    ),
    Tab("ohne-ergebnis", pgettext_lazy("introductions", "Without an outcome"), without_outcome),
    Tab("alle", _("All"), lambda r, at: r),
]


class IntroductionFilter(OwnedFilter):
    def __init__(self, data, *, actor):
        self.tab = next((tab for tab in TABS if tab.name == data.get("tab")), TABS[0])
        super().__init__(data, actor=actor)

    def offer(self) -> None:
        super().offer()
        owner = self.fields["owner"]
        owner.choices = [choice for choice in owner.choices if choice[0] != NOBODY]

    def without(self, name: str) -> str:
        return f"{super().without(name)}&tab={self.tab.name}"

    def apply(self, queryset: QuerySet) -> QuerySet:
        return self.tab.rows(self.owned(queryset), timezone.now())
