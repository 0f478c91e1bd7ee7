"""The public list elsewhere: in a frame, as JSON, as a feed, as a picture. No cookie, no script."""

import hashlib
import json

from django.conf import settings
from django.core.exceptions import BadRequest
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from accounts.decorators import public
from contacts.context_processors import read_agency
from dma_crm.paging import page_of
from dma_crm.problems import MEDIA_TYPE, body
from events.feeds import feed as atom
from events.filters import EmbeddingFilter, EventFilter
from events.models import Event
from events.pictures import digest_of, draw, words_of
from events.public_data import described
from events.seats import left_of, with_sure_seats
from events.views.public import items_of, language_of, listed, ordering, query_of

A_MINUTE, AN_HOUR, A_YEAR = 60, 60 * 60, 365 * 24 * 60 * 60
IN_JSON, IN_FEED = 50, 50
ALSO_KNOWN = {"archiv", "cursor", "lang"}
FRAMED_POLICY = (
    "default-src 'none'; style-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'self' {sites}"
)


def kept(request, response: HttpResponse, *, seconds: int) -> HttpResponse:
    """For caches on the way; 304 for whoever has it already."""
    for_everybody(request)
    etag = hashlib.sha256(response.content).hexdigest()[:32]
    response["ETag"] = f'"{etag}"'
    response["Cache-Control"] = f"public, max-age={seconds}"
    return get_conditional_response(request, etag=response["ETag"], response=response)


def for_everybody(request) -> None:
    """The same with and without a login: no `Vary: Cookie`, which would keep caches from helping.

    LoginRequiredMiddleware has looked at the session of everybody before any view is called.
    """
    request.session.accessed = False


@xframe_options_exempt
@public
@require_safe
def embedded(request):
    """The one page that others may frame. A filter that means nothing is told, not ignored."""
    chosen = EmbeddingFilter(request.GET)
    rows = chosen.apply(with_sure_seats(listed(past=False))).select_related("venue", "room")
    rows = [] if chosen.refused else list(rows.order_by(*ordering(past=False))[: chosen.most + 1])
    language = language_of(request)
    context = {
        "items": embedded_items(rows[: chosen.most], language),
        "more": len(rows) > chosen.most,
        "refused": chosen.refused,
        "list_query": query_of(chosen, language["lang"]),
        **language,
    }
    status = 400 if chosen.refused else 200
    # Without a request: nobody's login is looked at, so that caches may keep it for all.
    response = HttpResponse(render_to_string("events/embedded.html", context), status=status)
    sites = " ".join(settings.EMBEDDING_SITES)
    response["Content-Security-Policy"] = FRAMED_POLICY.format(sites=sites)
    return kept(request, response, seconds=A_MINUTE)


def embedded_items(events: list[Event], language: dict) -> list[dict]:
    items = items_of(events, language)
    for item, event in zip(items, events, strict=True):
        full = event.takes_guests(timezone.now()) and left_of(event) == 0
        item["full"] = "" if not full else said_of_full(event)
    return items


def said_of_full(event: Event) -> str:
    return _("Waiting list") if event.has_waiting_list else _("All seats are taken")


@public
@require_safe
def events_json(request):
    """A page of events; what was asked wrongly is told as RFC 9457 has it."""
    chosen = EventFilter(request.GET)
    unknown = request.GET.keys() - chosen.fields.keys() - ALSO_KNOWN
    refused = chosen.refused | dict.fromkeys(unknown, _("There is no such filter."))
    if refused:
        return json_problem(refused)
    try:
        return kept(request, open_json(json_page(request, chosen)), seconds=A_MINUTE)
    except BadRequest:
        return json_problem({"cursor": _("This is no cursor of ours.")})


def json_page(request, chosen: EventFilter) -> dict:
    past, now = "archiv" in request.GET, timezone.now()
    rows = chosen.apply(with_sure_seats(listed(past=past)))
    rows = rows.select_related("venue", "room", "host").prefetch_related("topics")
    cursor = request.GET.get("cursor", "")
    page = page_of(rows, ordering=ordering(past=past), cursor=cursor, size=IN_JSON)
    following = request.GET.copy()
    following["cursor"] = page.next
    address = f"{settings.BASE_URL}{request.path}?{following.urlencode()}"
    return {
        "events": [described(event, at=now) for event in page],
        "next": address if page.next else None,
    }


def json_problem(refused: dict[str, str]) -> HttpResponse:
    errors = [
        {"pointer": name, "code": "invalid", "detail": detail}
        for name, detail in sorted(refused.items())
    ]
    said = body(400, _("Bad request"), _("This cannot be asked for."), errors)
    return open_json(said, status=400, content_type=MEDIA_TYPE)


def open_json(data: dict, **more) -> HttpResponse:
    """Scripts of any site may read it: there is nothing in it that is not public."""
    text = json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False)
    response = HttpResponse(text, **{"content_type": "application/json", **more})
    response["Access-Control-Allow-Origin"] = "*"
    return response


@public
@require_safe
def feed(request):
    chosen = EventFilter(request.GET)
    rows = chosen.apply(listed(past=False)).select_related("venue", "room", "host")
    path = reverse("events:feed") + query_of(chosen, language_of(request)["lang"])
    content = atom(rows.order_by(*ordering(past=False))[:IN_FEED], path=path)
    response = HttpResponse(content, content_type="application/atom+xml; charset=utf-8")
    response["Access-Control-Allow-Origin"] = "*"
    return kept(request, response, seconds=A_MINUTE)


@public
@require_safe
def picture(request, slug):
    """Under an address with its digest for ever, else for an hour; a digest of old leads there."""
    event = get_object_or_404(Event.objects.public().select_related("venue", "room"), slug=slug)
    words = words_of(event, agency=read_agency().name)
    digest = digest_of(words)
    for_everybody(request)
    asked = get_conditional_response(request, etag=f'"{digest}"')
    response = asked or HttpResponse(draw(words), content_type="image/png")
    ever = request.GET.get("v") == digest
    response["Cache-Control"] = (
        f"public, max-age={A_YEAR}, immutable" if ever else f"public, max-age={AN_HOUR}"
    )
    response["ETag"] = f'"{digest}"'
    return response
