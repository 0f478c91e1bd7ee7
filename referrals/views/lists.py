from django.http import QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from accounts.decorators import role_required
from accounts.models import Role
from dma_crm.paging import page_of
from referrals import disclosure, rules, steps_page, words, worklist
from referrals.filters import ReferralFilter, counts, tabs_for
from referrals.models import Referral
from referrals.reminders import reminded_on


@role_required(*Role)
@require_safe
def referrals(request):
    """The agency's list, and for partners their portal: what they received and what they sent."""
    chosen = ReferralFilter(request.GET, actor=request.actor)
    rows = chosen.apply(Referral.objects.visible_to(request.actor)).with_names()
    rows = rows.select_related("forward_to")
    if chosen.tab.remind:
        rows = rows.annotate(reminded=reminded_on(timezone.localdate()))
    cursor = request.GET.get("cursor", "")
    page = page_of(rows, ordering=chosen.tab.ordering, cursor=cursor)
    mark(page.rows, request.actor)
    context = {"page": page, "filter": chosen, "tabs": tabs(request, chosen)}
    return render(request, "referrals/referrals.html", context)


def mark(rows: list[Referral], actor) -> None:
    """What a row says beyond its fields; who it is about only where that may be known."""
    now, today = timezone.now(), timezone.localdate()
    founders = disclosure.founders_of(rows, actor, now)
    for referral in rows:
        referral.tone = words.tone(referral.status)
        referral.state = words.state(referral, actor)
        late = steps_page.is_overdue(referral, now)
        referral.late_words = worklist.answer_due(referral.respond_by, today).words if late else ""
        founder = founders[referral.pk]
        known = referral.need.person.display_name if actor.is_agency else ""
        referral.who = known or (founder.display_name if founder else "")
        referral.received = referral.recipient_id == actor.organisation_id
        referral.other = referral.sender if referral.received else referral.recipient
        referral.between_others = actor.organisation_id not in {
            referral.sender_id, referral.recipient_id
        }  # fmt: skip
        referral.readable = disclosure.is_readable(referral, actor)
        referral.may_remind = rules.may_remind(referral, actor)
        if actor.role == Role.PARTNER:
            referral.founder = founder
            referral.due = worklist.due(referral, actor, now)
            referral.row_steps = worklist.steps(referral, actor, now)
    if actor.role == Role.PARTNER:
        worklist.add_queries(rows)


def tabs(request, chosen) -> list[dict]:
    """A tab of partners to whom nobody ever put a query would only be in the way."""
    waiting = counts(request.actor)
    return [
        {
            "label": tab.label,
            "url": tab_url(request.GET, tab.name),
            "active": tab == chosen.tab,
            "count": waiting.get(tab.name),
            "count_id": f"count-{tab.name}",
        }
        for tab in tabs_for(request.actor)
        if tab == chosen.tab or tab.name != "rueckfrage" or waiting.get(tab.name, 1)
    ]


def came_from(request, *, default: str) -> str:
    """The page the reader pressed a button on, with its filters; nobody else's address."""
    given = request.POST.get("next") or request.GET.get("next", "")
    own = given.startswith("/") and url_has_allowed_host_and_scheme(given, allowed_hosts=None)
    return given if own else default


def tab_url(data: QueryDict, name: str) -> str:
    """Filters stay when the tab changes, the place in the list does not."""
    query = data.copy()
    query.pop("cursor", None)
    query["tab"] = name
    return "?" + query.urlencode()
