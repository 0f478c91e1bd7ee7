"""Strangers register, and look after their registration by the link in their mail.

A GET changes nothing: mail scanners open links. There is no cookie, hence no CSRF token: the form
carries a signed one of its own, and a link in a mail is a secret.
"""

from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import public
from contacts.context_processors import read_agency
from dma_crm.confidential import confidential
from events import actions, senders
from events.errors import EventError
from events.mail_kinds import standing
from events.models import Event, EventState, Registration, RegistrationState
from events.programmes import by_day
from events.registration_form import RegistrationForm
from events.registration_texts import CURRENT, contact_text, privacy_text
from events.seats import position, shown_seats, shown_waiting, turns_away
from events.tickets import has_ticket, ticket_of
from events.views.public import closed_because, facts_of, language_of, public_offers
from events.wording import moment_in_words, when_in_words

OF_PAGES = Event.objects.select_related("venue", "room", "host", "parent")
FORM_METHODS = ["GET", "HEAD", "POST"]
S = RegistrationState


@csrf_exempt
@public
@require_http_methods(FORM_METHODS)
def register(request, slug):
    event = get_object_or_404(OF_PAGES.public(), slug=slug)
    if event.parent_id:
        return to_programme(request, event)
    now = timezone.now()
    offers = public_offers(event, now)
    if closed_because(event, offers):
        status = 409 if request.method == "POST" else 200
        return form_page(request, event, None, status=status, offers=offers)
    agency = read_agency().name
    form = RegistrationForm(
        request.POST if request.method == "POST" else None,
        event=event,
        contact_text=contact_text(CURRENT, get_language(), agency),
        at=now,
        offers=offers,
        chosen=request.GET.getlist("teil"),
    )
    if request.method == "POST" and not senders.may_send(address_of(request), at=now):
        return too_many(request, event, form, now)
    if request.method == "POST" and form.is_valid():
        return registered(request, event, form, now)
    status = 422 if form.errors else 200
    return form_page(request, event, form, status=status, agency=agency, offers=offers)


def to_programme(request: HttpRequest, part: Event):
    """One form for the whole programme; there this part is ticked."""
    form_url = reverse("events:register", args=[part.parent.slug])
    query = {"teil": part.slug, **({"lang": "en"} if get_language() == "en" else {})}
    return redirect(f"{form_url}?{urlencode(query)}")


def address_of(request: HttpRequest) -> str:
    return get_adapter().get_client_ip(request)


def registered(request: HttpRequest, event: Event, form: RegistrationForm, now):
    """The same answer whether the address is known, new, or a robot's."""
    try:
        if not form.is_trapped:
            put_down(event, form, now)
    except EventError as error:  # the last seat went, or registration closed, a moment ago
        if not event.by_parts:
            return form_page(request, event, None, status=409)
        form.add_error("parts", error.message)
        return form_page(request, event, form, status=409, agency=read_agency().name)
    thanks_url = reverse("events:registered", args=[event.slug])
    return redirect(thanks_url + language_of(request)["lang"])


def put_down(event: Event, form: RegistrationForm, now) -> None:
    said = {**form.said(), "language": get_language(), "at": now}
    if event.by_parts:
        actions.register_for_parts(parts=form.parts(), **said)
    else:
        actions.register(event=event, **said)


def too_many(request: HttpRequest, event: Event, form: RegistrationForm, now):
    form.add_error(None, _("Too many registrations come from your network. Please try later."))
    response = form_page(request, event, form, status=429, agency=read_agency().name)
    response["Retry-After"] = senders.seconds_left(now)
    return response


def form_page(request, event, form, *, status, agency="", offers=None):
    seats = shown_seats(event)
    offers = offers or public_offers(event, timezone.now())
    context = {
        "event": event,
        "form": form,
        "when": when_in_words(event),
        "facts": facts_of(event)[:3],
        "full": seats == 0,
        "seats": seats,
        "waiting": shown_waiting(event) if seats == 0 else 0,
        "closed": closed_because(event, offers),
        "days": by_day(offers),
        "privacy": privacy_text(get_language(), agency),
    }
    context |= language_of(request)
    return render(request, "events/register.html", context, status=status)


@public
@require_safe
def thanks(request, slug):
    event = get_object_or_404(Event.objects.public(), slug=slug)
    return render(request, "events/registered.html", {"event": event, **language_of(request)})


@sensitive_variables("token")
def find(token: str) -> Registration:
    row = Registration.behind(token)
    if row is None:
        raise Http404
    rows = Registration.objects.select_related(
        "event__venue", "event__room", "event__host", "event__parent"
    )
    return rows.prefetch_related("event__topics", "event__co_hosts").get(pk=row.pk)


@csrf_exempt
@public
@confidential
@require_http_methods(FORM_METHODS)
def registration(request, token):
    """How things stand, and one button where something is to be confirmed."""
    return link_page(request, token, actions.confirm_registration, "events/registration.html")


@csrf_exempt
@public
@confidential
@require_http_methods(FORM_METHODS)
def cancel(request, token):
    everything = "all" in request.POST
    action = actions.cancel_all_parts if everything else actions.cancel_registration
    return link_page(request, token, action, "events/registration_cancel.html")


def link_page(request: HttpRequest, token: str, action, template: str):
    row, refused = find(token), ""
    if request.method == "POST":
        try:
            action(registration=row, at=timezone.now())
        except EventError as error:
            refused = error.message
        else:
            page = reverse("events:registration", args=[token])
            return redirect(page + language_of(request)["lang"])
    context = {"row": row, "refused": refused, **stand_of(row), **language_of(request)}
    return render(request, template, context, status=409 if refused else 200)


def stand_of(row: Registration) -> dict:
    event, now = row.event, timezone.now()
    over = event.ends_at < now
    lapsed = row.state == S.LAPSED or (row.respond_by is not None and row.respond_by <= now)
    waits = row.state == S.WAITING
    unproven = row.confirmed_at is None
    mine = list(row.of_same_guest())
    others = [one for one in mine if one.pk != row.pk]
    asked = any(one.is_asked and one.event.ends_at >= now for one in others)
    return {
        "mine": [stand_in_part(one) for one in mine] if others else [],
        "others_ahead": sum(one.is_active and one.event.ends_at >= now for one in others),
        "event": event,
        "facts": facts_of(event),
        "over": over,
        "lapsed": lapsed,
        "may_answer": actions.may_answer(row, at=now),
        "position": position(row) if waits else 0,
        "respond_by": moment_in_words(row.respond_by) if row.respond_by else "",
        "to_confirm": not over
        and event.state == EventState.PUBLISHED
        and (row.state in (S.HELD, S.OFFERED) or (waits and unproven) or asked)
        and not lapsed,
        "may_return": lapsed and event.takes_guests(now) and not turns_away(event),
        "ticket": ticket_of(row) if has_ticket(row, now) else None,
        "may_cancel": row.is_active and not over and not row.checked_in_at,
    }


def stand_in_part(row: Registration) -> dict:
    return {
        "title": row.event.title,
        "when": when_in_words(row.event),
        "stands": standing(row),
        "url": row.get_absolute_url(),
    }
