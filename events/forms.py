"""The forms of events and venues; days and times are typed as the clock on the wall shows them."""

from datetime import UTC, date, datetime, timedelta
from itertools import islice, takewhile

from django import forms
from django.db.models import Q
from django.forms.utils import from_current_timezone
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from accounts.actors import AGENCY_ID
from accounts.models import AGENCY_ROLES, User
from contacts.forms.base import EditForm, OnceForm, TidyForm
from contacts.models import PartnerOrganisation, Topic
from events import question_form
from events.actions.events import LISTS
from events.errors import EndsBeforeStartError
from events.guest_mails import FIELDS, unknown_placeholders
from events.models import Event, EventFormat, RegistrationKind, Room, Venue
from events.questions import MOST_QUESTIONS
from events.recurring import MOST_DATES, Rhythm, day_of, days_from
from events.wording import when_in_words
from outbox.addresses import BadAddressError, ascii_address

MOST_SEATS = 100_000
USUAL_LENGTH = timedelta(hours=2)
AT_FIRST = {
    *("title", "format", "day", "last_day", "starts", "ends", "venue", "room", "online"),
    *("token", "__all__"),
}
MAIL_FIELDS = tuple(FIELDS.values())


class TimeField(forms.TimeField):
    def __init__(self, **kwargs):
        widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
        super().__init__(widget=widget, **kwargs)


def check_mailable(address: str) -> None:
    try:
        ascii_address(address)
    except BadAddressError:
        raise forms.ValidationError(_("No mail can be sent to this address.")) from None


class MomentField(forms.DateTimeField):
    def __init__(self, **kwargs):
        kwargs["widget"] = forms.DateTimeInput(
            format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}
        )
        super().__init__(**kwargs)


class RoomField(forms.ModelChoiceField):
    def label_from_instance(self, room: Room) -> str:
        return f"{room.venue.name}: {room.name}"


class EventForm(EditForm):
    """`everything()` is what the actions take."""

    day = forms.DateField(label=_("Day"))
    starts = TimeField(label=_("Starts at"))
    ends = TimeField(
        label=_("Ends at"), required=False, help_text=_("Empty: two hours after the start.")
    )
    last_day = forms.DateField(
        label=_("Last day"), required=False, help_text=_("Only if it ends on another day.")
    )
    topics = forms.ModelMultipleChoiceField(
        label=_("Topics"),
        queryset=Topic.objects.none(),
        required=False,
        to_field_name="code",
        widget=forms.CheckboxSelectMultiple,
    )
    online_link = forms.URLField(
        label=_("Link to take part online"),
        required=False,
        max_length=500,
        assume_scheme="https",
        help_text=_("Only those whose seat is confirmed get it."),
    )
    co_hosts = forms.ModelMultipleChoiceField(
        label=_("Together with"),
        queryset=PartnerOrganisation.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Named on the public page beside the host."),
    )
    co_organisers = forms.ModelMultipleChoiceField(
        label=_("Colleagues who organise it, too"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    field_order = ["title", "format", "day", "starts", "ends", "last_day"]

    class Meta:
        model = Event
        fields = [
            "title", "format", "venue", "room", "online", "host", "capacity", "summary",
            "description",
            "registration", "registration_opens_at", "registration_closes_at",
            "online_link", "notes", "mail_before", "mail_after", "mail_missed",
        ]  # fmt: skip
        widgets = {
            "description": forms.Textarea(attrs={"rows": 6}),
            "notes": forms.Textarea(attrs={"rows": 4}),
            **{name: forms.Textarea(attrs={"rows": 4}) for name in MAIL_FIELDS},
        }
        field_classes = {
            "room": RoomField,
            "registration_opens_at": MomentField,
            "registration_closes_at": MomentField,
        }
        help_texts = {
            "registration_opens_at": _("Empty: at once."),
            "registration_closes_at": _("Empty: when the event starts."),
            "notes": _("Only for the agency, never public."),
        }

    def __init__(self, *args, record=None, **kwargs):
        super().__init__(*args, record=record, **kwargs)
        self.record = record
        used = {
            "venue": getattr(record, "venue_id", None),
            "host": getattr(record, "host_id", None),
            "room": getattr(record, "room_id", None),
        }
        self.fields["topics"].queryset = Topic.objects.filter(active=True)
        self.fields["venue"].queryset = in_use(Venue, used["venue"])
        self.fields["format"].choices = [("", _("Please choose")), *EventFormat.choices]
        self.fields["room"].queryset = in_use(Room, used["room"]).select_related("venue")
        self.fields["room"].empty_label = pgettext("place", "None")
        self.fields["venue"].empty_label = pgettext("place", "None")
        self.fields["registration"].choices = kinds_for(record)
        self.fields["host"].queryset = in_use(PartnerOrganisation, used["host"])
        self.fields["host"].empty_label = None
        self.fields["co_hosts"].queryset = self.fields["host"].queryset
        self.fields["co_organisers"].queryset = colleagues(record)
        self.fields.update(question_form.fields())
        asked = question_form.initial(record)
        self.initial = {**moments_of(record), **lists_kept(record), **asked, **self.initial}

    def clean_mail_before(self):
        return self.checked("mail_before")

    def clean_mail_after(self):
        return self.checked("mail_after")

    def clean_mail_missed(self):
        return self.checked("mail_missed")

    def checked(self, name: str) -> str:
        unknown = unknown_placeholders(self.cleaned_data[name])
        if unknown:
            words = ", ".join(f"{{{one}}}" for one in unknown)
            raise forms.ValidationError(_("Unknown placeholder: %(names)s") % {"names": words})
        return self.cleaned_data[name]

    def clean_capacity(self):
        return checked_seats(self.cleaned_data["capacity"])

    def clean(self):
        data = super().clean()
        day = data.get("day")
        data["starts_at"] = self.moment(day, "starts")
        data["ends_at"] = self.moment(data.get("last_day") or day, "ends") or self.usual_end(data)
        if data["starts_at"] and data["ends_at"] and data["ends_at"] < data["starts_at"]:
            self.add_error("ends", EndsBeforeStartError.message)
        self.check_window(data)
        self.check_seats(data)
        self.check_room(data)
        data["questions"] = question_form.questions_in(self, self.record)
        return data

    def usual_end(self, data: dict) -> datetime | None:
        """For whoever gave none; after midnight it is on the next day."""
        if data.get("ends") or "ends" in self.errors or data["starts_at"] is None:
            return None
        if data.get("last_day"):
            self.add_error("ends", _("Please say when it ends on the last day."))
            return None
        return data["starts_at"].astimezone(UTC) + USUAL_LENGTH

    def check_room(self, data: dict) -> None:
        """A room says where, if nothing else does."""
        venue, room = data.get("venue"), data.get("room")
        if room and venue is None and "venue" not in self.errors:
            data["venue"] = room.venue
        elif room and venue and room.venue_id != venue.pk:
            said = _("This room is in another venue: %(venue)s.") % {"venue": room.venue.name}
            self.add_error("room", said)

    def check_seats(self, data: dict) -> None:
        if data.get("registration") == RegistrationKind.PARTS and data.get("capacity"):
            self.add_error("capacity", _("Please leave this empty: each part has its own seats."))

    def check_window(self, data: dict) -> None:
        opens, closes = data.get("registration_opens_at"), data.get("registration_closes_at")
        if opens and (closes or data["starts_at"]) and opens >= (closes or data["starts_at"]):
            self.add_error("registration_opens_at", _("Registration opens before it closes."))
        if closes and data["ends_at"] and closes > data["ends_at"]:
            self.add_error("registration_closes_at", _("Registration closes before the end."))

    def moment(self, day, name: str) -> datetime | None:
        """Hours that the clock change skips or doubles are refused, as Django's own fields do."""
        time = self.cleaned_data.get(name)
        if day is None or time is None:
            return None
        try:
            return from_current_timezone(datetime.combine(day, time))
        except forms.ValidationError as error:
            self.add_error(name, error)
            return None

    def everything(self) -> dict:
        names = ("starts_at", "ends_at", "questions")
        return {**self.changes(), **{name: self.cleaned_data[name] for name in names}}

    def lists(self) -> dict:
        """Rows of other tables that belong to the event, by the names the actions know."""
        return {name: self.cleaned_data[name] for name in LISTS}

    @property
    def unfolded(self) -> bool:
        """A new event shows little; what was given or is wrong is always seen."""
        return self.record is not None or bool(self.errors.keys() - AT_FIRST)

    @property
    def question_rows(self) -> list[list]:
        """The fields of each question, the first empty one open for the next."""
        rows = range(1, MOST_QUESTIONS + 1)
        return [
            [self[question_form.name_of(part, n)] for part in question_form.PARTS] for n in rows
        ]

    def lists_of(self, event: Event) -> list[tuple]:
        """What the page of an edit conflict compares beside plain fields, see `values`."""
        topics = sorted(topic.label for topic in event.topics.all())
        asked = [question["label"] for question in event.questions]
        return [
            ("when", _("When"), [when_in_words(event)]),
            ("topics", _("Topics"), topics),
            ("co_hosts", _("Together with"), sorted(map(str, event.co_hosts.all()))),
            ("co_organisers", _("Colleagues"), sorted(map(str, event.co_organisers.all()))),
            ("questions", _("Questions"), asked),
        ]

    def values(self, name: str) -> list[str]:
        if name == "topics":
            return sorted(topic.label for topic in self.cleaned_data["topics"])
        if name == "questions":
            return [question["label"] for question in self.cleaned_data["questions"]]
        if name in LISTS:
            return sorted(map(str, self.cleaned_data[name]))
        moments = {key: self.cleaned_data[key] for key in ("starts_at", "ends_at")}
        return [when_in_words(Event(**moments))]


class FollowingEventForm(EventForm):
    """For an event of a series that others follow."""

    following = forms.TypedChoiceField(
        label=_("Change"),
        choices=[("", _("Only this date")), ("1", _("This date and all that follow"))],
        coerce=bool,
        empty_value=False,
        required=False,
        widget=forms.RadioSelect,
    )


class CopyForm(OnceForm, forms.Form):
    day = forms.DateField(label=_("Day"))


class RepeatForm(OnceForm, forms.Form):
    """`days()` is what the action takes."""

    rhythm = forms.ChoiceField(label=_("Rhythm"), choices=Rhythm.choices)
    times = forms.IntegerField(
        label=_("How many more dates"),
        required=False,
        min_value=1,
        max_value=MOST_DATES,
    )
    until = forms.DateField(label=_("Or until"), required=False)
    publish = forms.BooleanField(label=_("Publish all at once"), required=False)

    def __init__(self, *args, event: Event, **kwargs):
        super().__init__(*args, **kwargs)
        self.event = event

    def clean(self):
        data = super().clean()
        times, until = data.get("times"), data.get("until")
        if not self.errors and (times is None) == (until is None):
            self.add_error("times", _("Either a number or a last day."))
        elif until and not self.errors and not self.days():
            self.add_error("until", _("No date lies before this day."))
        elif until and len(self.days()) > MOST_DATES:
            said = _("At most %(n)s dates at once.") % {"n": MOST_DATES}
            self.add_error("until", said)
        return data

    def days(self) -> list[date]:
        data = self.cleaned_data
        wanted = days_from(day_of(self.event.starts_at), data["rhythm"])
        if data.get("until"):
            wanted = takewhile(lambda day: day <= data["until"], wanted)
        return list(islice(wanted, data.get("times") or MOST_DATES + 1))


class NewEventForm(OnceForm, EventForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        venue = Venue.objects.filter(active=True).order_by("created_at", "id").first()
        self.initial = {"host": AGENCY_ID, "venue": venue, **self.initial}


class PartForm(NewEventForm):
    """For a new part of `programme`; it begins where the last one stands."""

    def __init__(self, *args, programme: Event, **kwargs):
        super().__init__(*args, **kwargs)
        last = programme.parts.order_by("-starts_at", "-id").first() or programme
        like = {"day": day_of(last.starts_at), "host": programme.host_id}
        self.initial |= {
            **like,
            "venue": last.venue_id,
            "room": last.room_id,
            "online": last.online,
        }


class GuestForm(TidyForm, forms.Form):
    """Somebody on the phone or at the door."""

    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        help_text=_("Then the confirmation comes by mail."),
        validators=[check_mailable],
    )


class VenueForm(TidyForm, forms.ModelForm):
    class Meta:
        model = Venue
        fields = ["name", "street", "house_number", "postcode", "town", "access", "active"]
        widgets = {"access": forms.Textarea(attrs={"rows": 3})}

    def changes(self) -> dict:
        return {name: self.cleaned_data[name] for name in self._meta.fields}


class RoomForm(TidyForm, forms.ModelForm):
    class Meta:
        model = Room
        fields = ["name", "seats", "access", "active"]
        widgets = {"access": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, venue: Venue, **kwargs):
        super().__init__(*args, **kwargs)
        self.venue = venue

    def clean_seats(self):
        return checked_seats(self.cleaned_data["seats"])

    def clean_name(self):
        name = self.cleaned_data["name"]
        others = self.venue.rooms.filter(name=name).exclude(pk=self.instance.pk)
        if others.exists():
            raise forms.ValidationError(_("This venue has a room of that name already."))
        return name

    def changes(self) -> dict:
        return {name: self.cleaned_data[name] for name in self._meta.fields}


class NewRoomForm(OnceForm, RoomForm):
    pass


class NewVenueForm(OnceForm, VenueForm):
    pass


def colleagues(event: Event | None):
    """Whoever may organise, and whoever does already."""
    may = Q(role__in=AGENCY_ROLES, is_active=True)
    return User.objects.filter(may | Q(co_organised_events=event) if event else may).distinct()


def lists_kept(event: Event | None) -> dict:
    if event is None:
        return {}
    return {name: list(getattr(event, name).all()) for name in ("co_hosts", "co_organisers")}


def checked_seats(seats: int | None) -> int | None:
    if seats is not None and not 1 <= seats <= MOST_SEATS:
        raise forms.ValidationError(_("Between 1 and 100,000 seats."))
    return seats


def kinds_for(event: Event | None) -> list[tuple]:
    """Only who has parts can leave the choice to guests."""
    may = event is not None and event.parent_id is None and (event.by_parts or event.parts.exists())
    return [kind for kind in RegistrationKind.choices if may or kind[0] != RegistrationKind.PARTS]


def in_use(model, chosen):
    """Active rows, and the one chosen before even if it is out of use by now."""
    return model.objects.filter(active=True) | model.objects.filter(pk=chosen)


def moments_of(event: Event | None) -> dict:
    if event is None:
        return {}
    start, end = timezone.localtime(event.starts_at), timezone.localtime(event.ends_at)
    return {
        "day": start.date(),
        "starts": start.time(),
        "ends": end.time(),
        "last_day": end.date() if end.date() != start.date() else None,
        "topics": [topic.code for topic in event.topics.all()],
    }
