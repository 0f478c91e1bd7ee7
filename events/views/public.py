"""Pages for everybody: what is coming, one event, and files for calendars. No cookie, no login."""

from datetime import timedelta
from itertools import groupby
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.decorators import public
from dma_crm.paging import page_of
from events.calendars import MOST_EVENTS, calendar_file
from events.filters import EventFilter
from events.models import Event, EventState
from events.programmes import Offer, by_day, offers_of
from events.seats import shown_seats, shown_waiting, turns_away
from events.wording import (
    moment_in_words,
    month_in_words,
    place_in_words,
    street_of,
    town_of,
    when_in_words,
)

KEPT_IN_CALENDAR = timedelta(days=30)
MOST_DATES = 8


@public
@require_safe
def events(request):
    """The next one first; `?archiv=1` turns to those that are over, the latest first."""
    past, chosen = "archiv" in request.GET, EventFilter(request.GET)
    rows = listed(past=past)
    chosen.offer(rows)
    rows = chosen.apply(rows.select_related("venue", "room"))
    page = page_of(
        rows, ordering=ordering(past=past), cursor=request.GET.get("cursor", ""), size=20
    )
    language = language_of(request)
    context = {"page": page, "form": chosen, "past": past, "months": months(page, language)}
    context["files_query"] = query_of(chosen, language["lang"])
    return render(request, "events/events.html", {**context, **language})


def listed(*, past: bool):
    rows, now = Event.objects.public(), timezone.now()
    return rows.past(now) if past else rows.upcoming(now)


def ordering(*, past: bool) -> tuple[str, str]:
    return ("-starts_at", "-id") if past else ("starts_at", "id")


def query_of(chosen: EventFilter, lang: str) -> str:
    """For the files beside the list: the same choice, in the same language."""
    query = urlencode(chosen.query | ({"lang": "en"} if lang else {}))
    return f"?{query}" if query else ""


def months(events, language: dict) -> list[dict]:
    """The events as components/timeline.html wants them, under a heading for each month."""
    grouped = groupby(events, key=lambda event: month_in_words(event.starts_at))
    return [{"title": title, "items": items_of(rows, language)} for title, rows in grouped]


def items_of(events, language: dict) -> list[dict]:
    return [
        {
            "kind": "event",
            "word": event.get_format_display(),
            "when": when_in_words(event),
            "iso": timezone.localtime(event.starts_at).isoformat(),
            "title": event.title,
            "url": event.get_absolute_url() + language["lang"],
            "text": event.summary,
            "who": place_in_words(event),
            "badge": event.get_state_display() if event.state == EventState.CANCELLED else "",
            "tone": "danger",
        }
        for event in events
    ]


def language_of(request) -> dict:
    """`lang` is put behind links, so that the chosen language stays; `other` chooses the other."""
    english = get_language() == "en"
    query = request.GET.copy()
    query.pop("lang", None)
    if not english:
        query["lang"] = "en"
    other = {"label": "Deutsch" if english else "English", "code": "de" if english else "en"}
    other["url"] = f"{request.path}?{query.urlencode()}".removesuffix("?")
    return {"lang": "?lang=en" if english else "", "other": other}


@public
@require_safe
def event(request, slug):
    """The agency sees its drafts as guests will; to everybody else they do not exist."""
    rows = Event.objects.visible_to(request.actor).select_related("venue", "room", "host", "parent")
    event = get_object_or_404(rows.prefetch_related("topics", "co_hosts"), slug=slug)
    language = language_of(request)
    context = {"event": event, "facts": facts_of(event)}
    context["days"] = days_of(event, request.actor, language)
    context |= {"over": event.ends_at < timezone.now(), "may_edit": request.actor.is_agency}
    context |= {
        "registration": registration_of(event, language),
        "dates": more_dates(event, language),
        "shared": shared(event),
    }
    return render(request, "events/event.html", {**context, **language})


def days_of(event: Event, actor, language: dict) -> list[dict]:
    """The parts of a programme, day by day."""
    if event.parent_id:
        return []
    offers = offers_of(event, Event.objects.visible_to(actor), at=timezone.now())
    return [
        {"title": day["title"], "items": [part_item(one, event, language) for one in day["offers"]]}
        for day in by_day(offers)
    ]


def part_item(offer: Offer, programme: Event, language: dict) -> dict:
    (item,) = items_of([offer.part], language)
    item["when"] = offer.hours
    if programme.by_parts and not item["badge"]:
        item |= {"badge": offer.words, "tone": "good" if offer.open else "neutral"}
    return item


def public_offers(event: Event, now) -> list[Offer]:
    """What guests of a programme by parts choose from."""
    return offers_of(event, Event.objects.public(), at=now) if event.by_parts else []


def more_dates(event: Event, language: dict) -> list[dict]:
    """The next ones of the same series, for everybody."""
    if event.series is None:
        return []
    rows = Event.objects.other_dates(event).public().upcoming(timezone.now())
    return items_of(rows.select_related("venue", "room")[:MOST_DATES], language)


def shared(event: Event) -> dict:
    """What other sites show of a link to the page (Open Graph, https://ogp.me)."""
    text = event.summary or Truncator(event.description).chars(200)
    return {
        "title": event.title,
        "text": ". ".join(filter(None, [when_in_words(event), place_in_words(event), text])),
        "path": event.get_absolute_url(),
        "url": settings.BASE_URL + event.get_absolute_url(),
    }


def registration_of(event: Event, language: dict) -> dict:
    """`words` for everybody: seats left, or how long the waiting list is; `url` of the form.

    `by_mail`: the agency takes it by mail; `needless`: to this part one simply comes.
    """
    url = reverse("events:register", args=[event.slug]) + language["lang"]
    words = {"url": url, "by_mail": not event.takes_registrations, "needless": False}
    if event.parent_id and not event.parent.by_parts:
        said = _("You register for the whole programme.")
        return registration_of(event.parent, language) | {"words": said}
    if event.parent_id and not event.takes_registrations:
        return words | {"needless": True}
    return words | seats_in_words(event)


def seats_in_words(event: Event) -> dict:
    seats = shown_seats(event)
    if seats:
        words = ngettext("%(n)s seat is left.", "%(n)s seats are left.", seats) % {"n": seats}
    elif seats == 0:
        waiting = shown_waiting(event)
        words = ngettext(
            "All seats are taken; %(n)s person is on the waiting list.",
            "All seats are taken; %(n)s people are on the waiting list.",
            waiting,
        ) % {"n": waiting}
    else:
        words = _("Without an account, with name and e-mail address.")
    return {"full": seats == 0, "words": words, "closed": closed_because(event)}


def closed_because(event: Event, offers: list[Offer] | None = None) -> str:
    """Empty while anybody may register; `offers` where they are known already."""
    now = timezone.now()
    if event.state == EventState.CANCELLED:
        return _("This event is cancelled.")
    if event.takes_guests(now):
        if event.by_parts:
            full = not any(one.open for one in offers or public_offers(event, now))
        else:
            full = turns_away(event)
        return _("All seats are taken, and there is no waiting list.") if full else ""
    if event.registration_opens_at and now < event.registration_opens_at:
        opens = moment_in_words(event.registration_opens_at)
        return _("Registration opens on %(moment)s.") % {"moment": opens}
    return _("Registration is closed.")


def hosts_of(event: Event) -> str:
    return ", ".join(host.name for host in (event.host, *event.co_hosts.all()))


def facts_of(event: Event) -> list[dict]:
    venue = event.venue
    rows = [(_("When"), when_in_words(event)), (_("Where"), place_in_words(event))]
    if venue:
        rows.append((_("Address"), ", ".join(filter(None, [street_of(venue), town_of(venue)]))))
    rows += [(_("Format"), event.get_format_display()), (_("Host"), hosts_of(event))]
    rows.append((_("Topics"), ", ".join(topic.label for topic in event.topics.all())))
    rows.append((_("Seats"), event.capacity))
    return [{"term": term, "value": value} for term, value in rows if value]


@public
@require_safe
def event_calendar(request, slug):
    event = get_object_or_404(Event.objects.public().select_related("venue", "room"), slug=slug)
    return ics(calendar_file([event], name=event.title), event.slug)


@public
@require_safe
def calendar(request):
    """All that is coming, to subscribe to; what has just been stays for a month."""
    since = timezone.now() - KEPT_IN_CALENDAR
    rows = EventFilter(request.GET).apply(Event.objects.public().upcoming(since))
    rows = rows.select_related("venue", "room").order_by("starts_at", "id")[:MOST_EVENTS]
    return ics(calendar_file(rows, name=_("Events")), "kalender")


def ics(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{name}.ics"'
    return response
