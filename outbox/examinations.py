"""What the outbox looks at when somebody asks how the installation fares."""

from datetime import datetime, timedelta

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dma_crm import doctor
from dma_crm.crypto import decrypt
from dma_crm.doctor import Finding, moment
from dma_crm.examinations import in_production
from outbox.bounces.mailbox import Mailbox, MailboxError
from outbox.metrics import waiting_longest
from outbox.models import EndpointState, MailState, OutboundMail, WebhookDelivery, WebhookEndpoint
from outbox.reasons import in_words
from outbox.smtp import DeliveryError, MailServer
from outbox.wording import freeze_warning

MAIL_SERVER_WITHIN = 10.0  # seconds
MAILS_MAY_WAIT = timedelta(minutes=5)
WEBHOOKS_MAY_WAIT = timedelta(hours=1)


def register() -> None:
    doctor.register("stored_secrets", gettext_lazy("Stored secrets"), stored_secrets, order=45)
    doctor.register("mail_server", gettext_lazy("Mail server"), mail_server, order=60, network=True)
    doctor.register("bounces", gettext_lazy("Returned mails"), bounces, order=65, network=True)
    doctor.register("delivery", gettext_lazy("Delivery"), delivery, order=85)
    doctor.register("outbox", gettext_lazy("Outbox"), mails, order=90)
    doctor.register("webhooks", gettext_lazy("Webhooks"), webhooks, order=100)


def stored_secrets(at: datetime) -> Finding:
    """After a restore, or a change of keys, they may belong to each other no more."""
    newest = WebhookEndpoint.objects.order_by("created_at").last()
    try:
        if newest:
            decrypt(newest.secret)
    except (InvalidToken, ValueError):
        return Finding(
            _("No key of ENCRYPTION_KEYS opens what is stored."),
            _("Add the key that was in use before, behind the new one."),
        )
    return Finding(_("ENCRYPTION_KEYS open what is stored."))


def mail_server(at: datetime) -> Finding:
    """Connects and logs in, as for a mail, and sends none."""
    if settings.MAIL_SERVER is None:
        kept = _("No mail server is set: mails are kept in the outbox and not sent.")
        return Finding(kept, _("Set EMAIL_URL.") if in_production() else "")
    address = {key: settings.MAIL_SERVER[key] for key in ("host", "port")}
    try:
        server = MailServer(settings.MAIL_SERVER, deadline=MAIL_SERVER_WITHIN)
        with server, server.watched():
            server.connected()
    except DeliveryError as error:
        return Finding(
            f"{in_words(error.reason)}.",
            _("Check %(host)s:%(port)s, and encryption, user and password in EMAIL_URL.") % address,
        )
    return Finding(_("The mail server %(host)s:%(port)s lets us in.") % address)


def bounces(at: datetime) -> Finding:
    """Opens the mailbox and leaves everything in it as it is."""
    if settings.BOUNCES is None:
        return Finding(_("Returned mails are not read: no mailbox is set."))
    address = {key: settings.BOUNCES[key] for key in ("host", "port", "folder")}
    try:
        with Mailbox(settings.BOUNCES).opened():
            return Finding(_("The mailbox for returned mails can be read."))
    except MailboxError as error:
        remedy = _("Check %(host)s:%(port)s, folder %(folder)s, user and password in BOUNCES_URL.")
        return Finding(f"{in_words(str(error))}.", remedy % address)


def delivery(at: datetime) -> Finding:
    """Also after a restore, until somebody has looked through the outbox."""
    if text := freeze_warning():
        return Finding(
            text, _("Release it under Administration, Delivery, once the outbox is right.")
        )
    return Finding(_("Delivery is not stopped."))


def mails(at: datetime) -> Finding:
    states = OutboundMail.objects.filter(state__in=[MailState.DEAD, MailState.UNCERTAIN])
    waits = since_when(waiting_longest(OutboundMail.objects.all()).first(), at, MAILS_MAY_WAIT)
    if waits:
        return Finding(
            _("A mail has been waiting since %(moment)s.") % {"moment": waits},
            _("Look after the mail server and the background jobs."),
        )
    if count := states.count():
        text = ngettext(
            "%(count)s mail could not be delivered.",
            "%(count)s mails could not be delivered.",
            count,
        )
        return Finding(
            text % {"count": count},
            _("Under Administration, Outbox, each has its reason: send it again or cancel it."),
        )
    return Finding(_("No mail waits longer than it should, none was given up."))


def webhooks(at: datetime) -> Finding:
    """What rests because its receiver asked for it, or hangs, is no trouble of ours."""
    rests = Q(endpoint__rest_until__gt=at) | ~Q(endpoint__state=EndpointState.ACTIVE)
    first = waiting_longest(WebhookDelivery.objects.exclude(rests)).first()
    if waits := since_when(first, at, WEBHOOKS_MAY_WAIT):
        return Finding(
            _("A webhook has been waiting since %(moment)s.") % {"moment": waits},
            _("Look after the background jobs."),
        )
    return Finding(_("No webhook waits longer than it should."))


def since_when(due_at: datetime | None, at: datetime, may_wait: timedelta) -> str:
    """Empty unless it should have gone by now."""
    if due_at is None or due_at > at - may_wait:
        return ""
    return moment(due_at)
