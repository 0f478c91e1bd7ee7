"""Mails that the agency words itself: placeholders filled with real data, Markdown made HTML."""

import re

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.absence import stand_in_for
from accounts.models import User
from contacts.models import Agency, FormOfAddress, MailTemplate, Person
from outbox.markup import html_of
from outbox.messages import SUBJECT_LENGTH, Message, framed, one_line, signed_text
from outbox.sources import defuse

PLACEHOLDERS = ("greeting", "name", "advisor", "agency")
PLACEHOLDER = re.compile(r"\{(\w*)\}")


def unknown_placeholders(text: str) -> list[str]:
    return [name for name in PLACEHOLDER.findall(text) if name not in PLACEHOLDERS]


def render(
    template: MailTemplate, *, person: Person, advisor: User, unsubscribe: str = ""
) -> Message:
    """The mail as this person gets it from this advisor, who also receives the answer.

    `unsubscribe` is the address by which the person gets no more of them; it ends the text.
    """
    agency = Agency.objects.select_related("organisation").defer("logo").get()
    with translation.override(settings.LANGUAGE_CODE):
        values = values_for(person, advisor, agency)
        way_out = "\n\n" + _("You do not want such mails any more? Unsubscribe here: {stop}")
    subject = one_line(fill(template.subject, values))[:SUBJECT_LENGTH]
    body = template.body.replace("\r\n", "\n").rstrip() + (way_out if unsubscribe else "")
    values["stop"] = unsubscribe
    text = fill(body, values)
    # Names are defused for the HTML: what somebody is called must never become a link.
    html = html_of(fill(body, {name: defuse(value) for name, value in values.items()}))
    reads = stand_in_for(advisor, timezone.localdate())
    reply_to = reads.email if reads.is_active else agency.organisation.email
    return Message(subject, signed_text(text), framed(subject, html), reply_to, unsubscribe)


def values_for(person: Person, advisor: User, agency: Agency) -> dict[str, str]:
    return {
        "greeting": greeting(person),
        "name": person.display_name,
        "advisor": str(advisor),
        "agency": agency.name,
    }


def greeting(person: Person) -> str:
    """By form of address; who has not told us one is addressed by first and last name."""
    formal = " ".join(filter(None, [person.title, person.family_name]))
    if person.form_of_address == FormOfAddress.MS:
        return _("Dear Ms %(name)s,") % {"name": formal}
    if person.form_of_address == FormOfAddress.MR:
        return _("Dear Mr %(name)s,") % {"name": formal}
    return _("Good day %(name)s,") % {"name": person.display_name}


def fill(text: str, values: dict[str, str]) -> str:
    """Each value once: what a value holds is never filled again."""
    return PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text)
