"""What is coming as an Atom feed (RFC 4287): ids that stay, and when an entry last changed."""

import re
from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from contacts.context_processors import read_agency
from events.models import Event, EventState
from events.public_data import full_url
from events.wording import place_in_words, when_in_words

# Characters that no XML document may have (https://www.w3.org/TR/xml/#charsets).
NOT_IN_XML = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")


def feed(events: Iterable[Event], *, path: str) -> bytes:
    """`path` is where the feed itself lies."""
    page, agency = full_url(reverse("events:events")), read_agency().name
    atom = Atom1Feed(
        title=clean(_("Events: %(agency)s") % {"agency": agency}),
        link=page,
        description="",
        language=get_language(),
        feed_url=settings.BASE_URL + path,
        author_name=clean(agency),
    )
    for event in events:
        atom.add_item(**entry_of(event))
    return atom.writeString("utf-8").encode()


def entry_of(event: Event) -> dict:
    called_off = event.state == EventState.CANCELLED
    title = f"{event.get_state_display()}: {event.title}" if called_off else event.title
    text = [when_in_words(event), place_in_words(event), event.summary or event.description]
    return {
        "title": clean(title),
        "link": full_url(event.get_absolute_url()),
        "description": clean("\n".join(filter(None, text))),
        "unique_id": event.pk.urn,
        "pubdate": event.created_at,
        "updateddate": event.modified_at,
        "author_name": clean(event.host.name),
        "categories": [clean(event.get_format_display())],
    }


def clean(text: str) -> str:
    return NOT_IN_XML.sub(" ", text)
