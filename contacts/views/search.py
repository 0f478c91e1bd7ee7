"""The search page and what the combobox shows while typing."""

from urllib.parse import urlencode

from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import navigation
from accounts.decorators import agency_required
from accounts.models import Role
from contacts.folding import fold
from contacts.models import EntryKind
from contacts.search.finding import Hit, find
from contacts.search.queries import LONGEST_QUERY, understand

SHOWN, SUGGESTED, PAGES = 60, 8, 3


@agency_required
@require_safe
def search(request):
    """Hits in groups; a reference goes straight to its record."""
    typed = typed_text(request)
    hits = find(typed, actor=request.actor, limit=SHOWN)
    if hits and understand(typed).reference:
        return redirect(hits[0].url)
    context = {
        "query": typed,
        "groups": grouped(hits),
        "found": len(hits),
        "more": len(hits) == SHOWN,
        "create": create_links(typed, request.actor),
    }
    return render(request, "contacts/search.html", context)


@agency_required
@require_safe
def search_suggestions(request):
    """Answers the combobox: `?q=`, and `?kinds=person` where it picks a record of that kind."""
    typed = typed_text(request)
    kinds = [kind for kind in request.GET.getlist("kinds") if kind in EntryKind.values]
    hits = find(typed, actor=request.actor, kinds=kinds, limit=SUGGESTED)
    results = [suggestion(hit) for hit in hits]
    if kinds:
        return JsonResponse({"results": results})
    results += pages(typed, request.actor.role)
    return JsonResponse({"results": results, **offer(typed, results, request.actor)})


def typed_text(request) -> str:
    return " ".join(request.GET.get("q", "")[:LONGEST_QUERY].split())


def grouped(hits: list[Hit]) -> list[dict]:
    """Groups in the order of their best hit, so that what was meant stands on top."""
    groups: dict[str, list[Hit]] = {}
    for hit in hits:
        groups.setdefault(hit.kind, []).append(hit)
    return [{"label": group_labels()[kind], "hits": found} for kind, found in groups.items()]


def group_labels() -> dict[str, str]:
    return {"person": _("People"), "startup": _("Startups"), "partner": _("Partners")}


def suggestion(hit: Hit) -> dict:
    return {
        "id": str(hit.id),
        "label": hit.title,
        "hint": hit.subtitle,
        "kind": EntryKind(hit.kind).label,
        "url": hit.url,
    }


def pages(typed: str, role: str) -> list[dict]:
    """Pages of the main navigation whose name begins with what is typed."""
    wanted = fold(typed)
    if not wanted:
        return []
    named = [
        item for item in navigation.main.for_role(role) if fold(str(item.label)).startswith(wanted)
    ]
    return [
        {"label": str(item.label), "kind": _("Page"), "url": reverse(item.url_name)}
        for item in named[:PAGES]
    ]


def offer(typed: str, results: list[dict], actor) -> dict:
    """Without a hit: create the person one has typed."""
    links = create_links(typed, actor)
    return {"create": links[0]} if typed and links and not results else {}


def create_links(typed: str, actor) -> list[dict]:
    """Forms that open with the typed text, for those who may create."""
    kinds = [
        ("contacts:person_create", _("Create person “%(name)s”"), {Role.ADVISOR}),
        ("contacts:startup_create", _("Create startup “%(name)s”"), {Role.ADVISOR}),
        ("contacts:partner_create", _("Create partner “%(name)s”"), {Role.MANAGER, Role.ADMIN}),
    ]
    return [
        {"label": label % {"name": typed}, "url": f"{reverse(url)}?{urlencode({'name': typed})}"}
        for url, label, roles in kinds
        if actor.role in roles and typed
    ]
