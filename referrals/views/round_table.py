"""The round table on the wall: nothing here knows more of a founder than a Card."""

from django.contrib import messages
from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.decorators import agency_required, role_required
from accounts.models import Role
from contacts.errors import ContactsError
from referrals import actions
from referrals.alternatives import fitting
from referrals.forms.needs import DecisionForm
from referrals.models import Need, ReferralError
from referrals.round_table import cards, on_the_table

OURS = "round-table"


@agency_required
@require_safe
def round_table(request):
    """One need at a time; `?nr=` says which."""
    return slide(request, number_in(request.GET.get("nr", "")))


def number_in(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 1


def slide(request: HttpRequest, number: int, *, form: DecisionForm | None = None, status=200):
    """A number beyond the last need shows the last one."""
    found = cards(request.actor, timezone.now())
    about = form.cleaned_data["need"].pk if form else None
    number = next((card.number for card in found if card.key == about), number)
    at = min(max(number, 1), len(found))
    context = {
        "card": found[at - 1] if found else None,
        "total": len(found),
        "previous": at - 1 if at > 1 else 0,
        "next": at + 1 if at < len(found) else 0,
        "messages": ours(request),
        **(decision(request, found[at - 1].key, form) if found else {}),
    }
    return render(request, "referrals/round_table.html", context, status=status)


def decision(request: HttpRequest, key, form: DecisionForm | None) -> dict:
    """For advisors: partners to choose from. Their reasons stay away, they quote the postcode."""
    if request.actor.role != Role.ADVISOR:
        return {}
    need = on_the_table(request.actor).get(pk=key)
    form = form or DecisionForm(needs=on_the_table(request.actor), initial={"need": key})
    suggestions = fitting(need, timezone.now())
    if not suggestions:
        form["recipient"].label = _("Partner organisation")
    return {"form": form, "suggestions": suggestions}


def ours(request: HttpRequest) -> list:
    """Messages of other pages may name somebody; here they are dropped unread."""
    return [message for message in get_messages(request) if message.extra_tags == OURS]


@agency_required
@require_safe
def round_table_all(request):
    """All of them on paper."""
    context = {
        "cards": cards(request.actor, timezone.now()),
        "today": timezone.localdate(),
        "messages": ours(request),
    }
    return render(request, "referrals/round_table_all.html", context)


@role_required(Role.ADVISOR)
@require_POST
def decide(request):
    """What the table decided on one need; of two decisions on one need the second is told."""
    number = number_in(request.POST.get("nr", ""))
    form = DecisionForm(request.POST, needs=on_the_table(request.actor))
    if not form.is_valid():
        if "need" in form.errors:
            messages.error(request, _("This need is no longer on the round table."), OURS)
            return redirect(place(number))
        return slide(request, number, form=form, status=422)
    try:
        said = DECISIONS[form.cleaned_data["decision"]](request, form)
    except (ReferralError, ContactsError) as error:
        messages.error(request, error.message, OURS)
        return redirect(place(number))
    messages.success(request, said, OURS)
    return redirect(place(number + (form.cleaned_data["decision"] == "open")))


def place(number: int) -> str:
    return reverse("referrals:round_table") + f"?nr={number}"


def refer(request, form: DecisionForm) -> str:
    need: Need = form.cleaned_data["need"]
    referral = actions.refer_at_table(
        need=need,
        recipient=form.partner,
        service=form.fitting_service,
        note=form.cleaned_data["note"],
        by=request.actor,
        at=timezone.now(),
    )
    name = {"name": referral.recipient.spoken_name}
    if referral.sent_at:
        return _("Referred to %(name)s.") % name
    return _("Prepared for %(name)s: it is sent once the founder has agreed.") % name


def leave_open(request, form: DecisionForm) -> str:
    given = {name: form.cleaned_data[name] for name in ("need", "note")}
    actions.keep_open(**given, by=request.actor, at=timezone.now())
    return _("It stays open and on the table.")


def settle(request, form: DecisionForm) -> str:
    given = {name: form.cleaned_data[name] for name in ("need", "note")}
    actions.settle_at_table(**given, by=request.actor, at=timezone.now())
    return _("Settled.")


DECISIONS = {"referred": refer, "open": leave_open, "settled": settle}
