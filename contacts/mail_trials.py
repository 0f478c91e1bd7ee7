"""A mail that is still being worded, tried on a real person or on one made up."""

import hashlib
import json
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from contacts import mail_templates
from contacts.mail_templates import Wording
from contacts.models import LegalBasis, MailTemplate, Person, PersonState
from dma_crm.crypto import decrypt, encrypt
from outbox.actions import queue_mail
from outbox.messages import Message
from outbox.models import OutboundMail

KIND = "template_trial"
NO_WAY_OUT = "beispiel"  # such a link opens, and ends nothing


def tried(wording: Wording, person: Person | None, advisor: User) -> Message:
    """As a follow-up would send it, but for the link at its end and the head that belongs to it."""
    sample = settings.BASE_URL + reverse("outbox:unsubscribe", args=[NO_WAY_OUT])
    about = person or made_up()
    message = mail_templates.render(wording, person=about, advisor=advisor, unsubscribe=sample)
    return replace(message, unsubscribe="")


def made_up() -> Person:
    """Never saved."""
    with translation.override(settings.LANGUAGE_CODE):
        return Person(given_name=_("Kim"), family_name=_("Sample"))


def queue_trial(*, wording: Wording, person: Person | None, to: User, at: datetime) -> bool:
    """To whoever is wording it. The same one once a minute; False for the second click."""
    carried = json.dumps(
        {
            "subject": wording.subject,
            "body": wording.body,
            "person": str(person.pk) if person else "",
            "user": to.pk,
        }
    )
    digest = hashlib.sha256(carried.encode()).hexdigest()[:32]
    mail = queue_mail(
        kind=KIND,
        dedupe_key=f"{KIND}:{digest}:{at:%Y%m%d%H%M}",
        recipient=to.email,
        recipient_name=str(to),
        subjects={"user": to.pk} | ({"person": person.pk} if person else {}),
        purpose=KIND,
        legal_basis=LegalBasis.LEGITIMATE_INTEREST,
        payload=encrypt(carried),
        at=at,
    )
    return mail is not None


def build(mail: OutboundMail) -> Message:
    """Raises where the payload is gone: what was typed is kept nowhere else."""
    carried = json.loads(decrypt(mail.payload))
    wording = MailTemplate(subject=carried["subject"], body=carried["body"])
    person = Person.objects.get(pk=UUID(carried["person"])) if carried["person"] else None
    message = tried(wording, person, User.objects.get(pk=carried["user"]))
    with translation.override(settings.LANGUAGE_CODE):
        return replace(message, subject=_("Trial: %(subject)s") % {"subject": message.subject})


def may_go(mail: OutboundMail, at: datetime) -> str:
    """Not about somebody whose data has been locked or erased meanwhile."""
    person = mail.subjects.get("person")
    active = Person.objects.filter(pk=person, state=PersonState.ACTIVE)
    return "person_locked" if person and not active.exists() else ""
