"""What to copy into another site, so that it shows our events."""

from urllib.parse import urlencode

from django.conf import settings
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.decorators import agency_required
from contacts.context_processors import read_agency
from events.filters import SnippetForm
from events.views.public import listed


@agency_required
@require_safe
def embedding(request):
    """The choice lives in the address, the code and the preview show it at once."""
    chosen = SnippetForm(request.GET)
    chosen.offer(listed(past=False))
    frame = address("events:embedded", chosen, "limit")
    data = [
        (_("As data (JSON)"), "events:json"),
        (_("As a feed (Atom)"), "events:feed"),
        (_("As a calendar to subscribe to"), "events:calendar"),
    ]
    context = {
        "form": chosen,
        "code": frame_code(settings.BASE_URL + frame),
        "preview": frame,
        "data": [
            {"label": label, "url": settings.BASE_URL + address(name, chosen)}
            for label, name in data
        ],
        "sites": ", ".join(settings.EMBEDDING_SITES),
        "any_site": "https:" in settings.EMBEDDING_SITES,
    }
    return render(request, "events/embedding.html", context)


def address(name: str, chosen: SnippetForm, *more: str) -> str:
    """`more` are choices of the form that this page understands besides the filters."""
    kept = {n: chosen.chosen[n] for n in ("lang", *more) if n in chosen.chosen}
    query = urlencode(chosen.query | kept)
    return reverse(name) + (f"?{query}" if query else "")


def frame_code(url: str) -> str:
    """Text to copy, which the page escapes once more."""
    title = _("Events: %(agency)s") % {"agency": read_agency().name}
    return (
        f'<iframe src="{escape(url)}" title="{escape(title)}" loading="lazy"'
        ' width="100%" height="600" frameborder="0"></iframe>'
    )
