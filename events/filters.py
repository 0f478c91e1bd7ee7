"""Filters of lists; they live in the address, what means nothing is ignored."""

import re
from datetime import date, timedelta

from django import forms
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.filters import midnight
from contacts.models import Topic
from events.models import EventFormat, RegistrationState
from events.wording import month_in_words

ONLINE, ON_SITE = "1", "0"
USUAL, MOST = 10, 50
MONTH = re.compile(r"2\d{3}-(?:0[1-9]|1[0-2])")


class EventFilter(forms.Form):
    """On pages what means nothing is ignored; for machines `refused` says what that was."""

    format = forms.ChoiceField(
        label=_("Format"), required=False, choices=[("", _("All")), *EventFormat.choices]
    )
    topic = forms.ModelChoiceField(
        label=_("Topic"),
        required=False,
        queryset=Topic.objects.all(),
        to_field_name="code",
        empty_label=_("All"),
    )
    month = forms.CharField(label=_("Month"), required=False, widget=forms.Select)
    online = forms.ChoiceField(
        label=_("Where"),
        required=False,
        choices=[("", _("All")), (ON_SITE, _("On site")), (ONLINE, _("Online"))],
    )
    host = forms.CharField(label=_("Host"), required=False, max_length=20, widget=forms.Select)

    def __init__(self, data):
        super().__init__(data)
        self.is_valid()
        self.chosen = {name: value for name, value in self.cleaned_data.items() if value}

    def offer(self, rows) -> None:
        """For a page that shows the form: the hosts and months of these events, topics in use."""
        self.fields["topic"].queryset = Topic.objects.filter(active=True)
        hosts = rows.order_by("host__sort_name").values_list("host__reference", "host__name")
        self.propose("host", dict(hosts.distinct()))
        begun = TruncMonth("starts_at", tzinfo=timezone.get_default_timezone())
        months = rows.annotate(month=begun).order_by("month").values_list("month", flat=True)
        spoken = {f"{month:%Y-%m}": month_in_words(month) for month in months.distinct()}
        self.propose("month", spoken)

    def propose(self, name: str, words: dict[str, str]) -> None:
        """What is chosen stays chosen, also where there is nothing of it."""
        if name not in self.fields:
            return
        chosen = {self.data[name]: self.data[name]} if name in self.chosen else {}
        self.fields[name].widget.choices = [("", _("All")), *(chosen | words).items()]

    def clean_month(self) -> date | None:
        """The first day of `2027-03`."""
        text = self.cleaned_data["month"]
        if text and not MONTH.fullmatch(text):
            raise forms.ValidationError(_("A month as in 2027-03."))
        return date.fromisoformat(f"{text}-01") if text else None

    @property
    def refused(self) -> dict[str, str]:
        return {name: " ".join(errors) for name, errors in self.errors.items()}

    @property
    def query(self) -> dict[str, str]:
        """The choice as it stands in an address."""
        return {n: self.data[n] for n in EventFilter.base_fields if n in self.chosen}

    def apply(self, events):
        chosen = self.chosen
        if "format" in chosen:
            events = events.filter(format=chosen["format"])
        if "topic" in chosen:
            events = events.filter(topics=chosen["topic"])
        if "month" in chosen:
            events = events.filter(starts_at__gte=midnight(chosen["month"]))
            events = events.filter(starts_at__lt=midnight(month_after(chosen["month"])))
        if "host" in chosen:
            events = events.filter(host__reference=chosen["host"])
        if chosen.get("online") == ON_SITE:
            return events.exclude(online=True, venue=None)
        return events.filter(online=True) if "online" in chosen else events


class EmbeddingFilter(EventFilter):
    """What a frame on another site shows, and how many at most."""

    limit = forms.IntegerField(label=_("At most"), required=False, min_value=1, max_value=MOST)

    @property
    def most(self) -> int:
        return self.chosen.get("limit", USUAL)


class SnippetForm(EmbeddingFilter):
    """What somebody wants to show on another site, and in which language."""

    month = None
    lang = forms.ChoiceField(
        label=_("Language"), required=False, choices=[("", _("German")), ("en", _("English"))]
    )
    field_order = ["format", "topic", "online", "host", "limit", "lang"]

    def offer(self, rows) -> None:
        super().offer(rows)
        self.fields["limit"].widget.attrs["placeholder"] = USUAL


def month_after(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


class GuestFilter(forms.Form):
    q = forms.CharField(
        label=_("Name or e-mail"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("All")),
            ("came", _("Came")),
            ("missing", _("Confirmed, not here")),
            *RegistrationState.choices,
        ],
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def __init__(self, data):
        super().__init__(data)
        self.is_valid()
        self.chosen = {name: value for name, value in self.cleaned_data.items() if value}

    def apply(self, rows):
        words, state = self.chosen.get("q"), self.chosen.get("state")
        if words:
            rows = rows.named(words)
        if state == "came":
            return rows.filter(checked_in_at__isnull=False)
        if state == "missing":
            return rows.filter(state=RegistrationState.CONFIRMED, checked_in_at=None)
        return rows.filter(state=state) if state else rows
