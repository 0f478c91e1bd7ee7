"""Mails that the agency words itself: placeholders filled with real data, Markdown made HTML."""

import functools
from typing import NamedTuple, Protocol

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.absence import stand_in_for
from accounts.models import User
from contacts.models import Agency, MailTemplate, Person, Startup
from contacts.placeholders import Letter, by_name, fill, named_in, values_for
from dma_crm.statements import Statement
from outbox.markup import Form, slot, without_slots
from outbox.messages import SUBJECT_LENGTH, Message, framed, one_line, signed_text


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
    made_of: dict[str, str] | None = None,
) -> Message:
    """The mail as this person gets it from this advisor, who also receives the answer.

    `unsubscribe` is the address by which the person gets no more of them; it ends the text.
    `made_of` is kept with a mail that has gone, as in Message.
    """
    agency = agency or own_agency()
    form = form_of(wording.subject, wording.body, bool(unsubscribe))
    with translation.override(settings.LANGUAGE_CODE):
        values = values_for(Letter(person, advisor, agency, startup), form.names)
    subject = one_line(fill(form.subject, values))[:SUBJECT_LENGTH]
    values["stop"] = unsubscribe
    text = fill(form.body, values)
    html = form.html.filled({name: values[name] for name in form.shown})
    return Message(
        subject,
        signed_text(text),
        framed(subject, html),
        answered_by(advisor, agency),
        unsubscribe,
        made_of=made_of or {},
    )


def answered_by(advisor: User, agency: Agency) -> str:
    """The address of whoever reads what people answer to this advisor today."""
    reads = stand_in_for(advisor, timezone.localdate()) if advisor.absent_from else advisor
    return reads.email if reads.is_active else agency.organisation.email


class WrittenForm(NamedTuple):
    """A wording as it is before it is filled; `names` are its placeholders, `shown` the body's."""

    subject: str
    body: str
    names: set[str]
    shown: set[str]
    html: Form


@functools.lru_cache(maxsize=100)
def form_of(subject: str, body: str, has_way_out: bool) -> WrittenForm:
    """Worked out once for all who get it: the way out ends the text, Markdown is parsed."""
    body = without_slots(body.replace("\r\n", "\n").rstrip())
    if has_way_out:
        with translation.override(settings.LANGUAGE_CODE):
            stop = _("You do not want such mails any more? Unsubscribe here: {stop}")
        body = f"{body}\n\n{stop}"
    shown = {name for name in named_in(body) if name in by_name or name == "stop"}
    html = Form(fill(body, {name: slot(name) for name in shown}))
    return WrittenForm(subject, body, named_in(subject) | shown, shown, html)


AGENCY = Statement(lambda: Agency.objects.select_related("organisation").defer("logo").order_by())


def own_agency() -> Agency:
    [agency] = AGENCY.instances()
    return agency


def as_it_stood(template: MailTemplate, version: str) -> Wording:
    """For a mail that has gone: what it was written from. "" is the present wording.

    Raises MailTemplateVersion.DoesNotExist for a version nobody kept.
    """
    if version in ("", str(template.version)):
        return template
    return template.versions.get(number=version)
