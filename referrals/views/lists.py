from django.http import QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.decorators import role_required
from accounts.models import Role
from dma_crm.paging import page_of
from referrals import disclosure, steps_page, words
from referrals.filters import ReferralFilter, tabs_for
from referrals.models import Referral


@role_required(*Role)
@require_safe
def referrals(request):
    """The agency's list, and for partners their portal: what they received and what they sent."""
    chosen = ReferralFilter(request.GET, actor=request.actor)
    rows = chosen.apply(Referral.objects.visible_to(request.actor)).with_names()
    cursor = request.GET.get("cursor", "")
    page = page_of(rows, ordering=("-modified_at", "-id"), cursor=cursor)
    mark(page, request.actor)
    context = {"page": page, "filter": chosen, "tabs": tabs(request, chosen)}
    return render(request, "referrals/referrals.html", context)


def mark(page, actor) -> None:
    """What a row says beyond its fields; who it is about only where that may be known."""
    now = timezone.now()
    founders = disclosure.founders_of(page.rows, actor, now)
    for referral in page:
        referral.tone = words.tone(referral.status)
        referral.state = words.state(referral, actor)
        referral.overdue = steps_page.is_overdue(referral, now)
        founder = founders[referral.pk]
        known = referral.need.person.display_name if actor.is_agency else ""
        referral.who = known or (founder.display_name if founder else "")
        received = referral.recipient_id == actor.organisation_id
        referral.other = referral.sender if received else referral.recipient
        referral.readable = disclosure.is_readable(referral, actor)


def tabs(request, chosen) -> list[dict]:
    return [
        {"label": tab.label, "url": tab_url(request.GET, tab.name), "active": tab == chosen.tab}
        for tab in tabs_for(request.actor)
    ]


def tab_url(data: QueryDict, name: str) -> str:
    """Filters stay when the tab changes, the place in the list does not."""
    query = data.copy()
    query.pop("cursor", None)
    query["tab"] = name
    return "?" + query.urlencode()
