"""Mails that the agency words itself: placeholders filled with real data, Markdown made HTML."""

from typing import Protocol

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.absence import stand_in_for
from accounts.models import User
from contacts.models import Agency, MailTemplate, Person, Startup
from contacts.placeholders import Letter, fill, named_in, values_for
from outbox.markup import html_of
from outbox.messages import SUBJECT_LENGTH, Message, framed, one_line, signed_text
from outbox.sources import defuse


class Wording(Protocol):
    """A template, one of its former versions, or what somebody is typing."""

    subject: str
    body: str


def render(
    wording: Wording,
    *,
    person: Person,
    advisor: User,
    startup: Startup | None = None,
    agency: Agency | None = None,
    unsubscribe: str = "",
) -> Message:
    """The mail as this person gets it from this advisor, who also receives the answer.

    `unsubscribe` is the address by which the person gets no more of them; it ends the text.
    """
    agency = agency or own_agency()
    with translation.override(settings.LANGUAGE_CODE):
        names = named_in(wording.subject) | named_in(wording.body)
        values = values_for(Letter(person, advisor, agency, startup), names)
        way_out = "\n\n" + _("You do not want such mails any more? Unsubscribe here: {stop}")
    subject = one_line(fill(wording.subject, values))[:SUBJECT_LENGTH]
    body = wording.body.replace("\r\n", "\n").rstrip() + (way_out if unsubscribe else "")
    values["stop"] = unsubscribe
    text = fill(body, values)
    # Names are defused for the HTML: what somebody is called must never become a link.
    html = html_of(fill(body, {name: defuse(value) for name, value in values.items()}))
    reads = stand_in_for(advisor, timezone.localdate())
    reply_to = reads.email if reads.is_active else agency.organisation.email
    return Message(subject, signed_text(text), framed(subject, html), reply_to, unsubscribe)


def own_agency() -> Agency:
    return Agency.objects.select_related("organisation").defer("logo").get()


def as_it_stood(template: MailTemplate, version: str) -> Wording:
    """For a mail that has gone: what it was written from. "" is the present wording.

    Raises MailTemplateVersion.DoesNotExist for a version nobody kept.
    """
    if version in ("", str(template.version)):
        return template
    return template.versions.get(number=version)
