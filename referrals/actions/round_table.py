"""The round table: a need is put before all partners without a name, and something is decided."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.history import save_changes
from accounts.models import Role, User
from contacts.actions import plan_follow_up
from contacts.models import Consent, PartnerOrganisation
from dma_crm.workdays import add_working_days
from referrals.actions.sending import create_referral, send_referral
from referrals.actions.settling import NOTE_LENGTH, settle_need
from referrals.actions.values import text_of
from referrals.anonymity import giveaways
from referrals.clock import local_day
from referrals.errors import InvalidValueError, NamesInTextError, NotOnTableError, WrongSideError
from referrals.models import Need, Referral, Service

TABLE_TEXT_LENGTH = 500


@transaction.atomic
def table_need(
    *, need: Need, text: str, names_meant: bool = False, by: Actor, at: datetime
) -> Need:
    """Mark it for the round table, or word it anew.

    Raises NamesInTextError; `names_meant` says that the word is no name here.
    """
    if by.role != Role.ADVISOR:
        raise WrongSideError
    text = text_of("text", text, limit=TABLE_TEXT_LENGTH, required=True)
    found = giveaways(text, need)
    if found.contacts:
        shown = ", ".join(found.contacts)
        raise InvalidValueError(
            "text", _("Please leave out addresses and numbers: %(found)s.") % {"found": shown}
        )
    if found.names and not names_meant:
        raise NamesInTextError(found.names)
    save_changes(need, {"table_text": text, "tabled_at": need.tabled_at or at}, by=by, at=at)
    return need


@transaction.atomic
def take_off_table(*, need: Need, by: Actor, at: datetime) -> Need:
    if by.role != Role.ADVISOR:
        raise WrongSideError
    save_changes(need, {"tabled_at": None}, by=by, at=at)
    return need


def tabled(need: Need, by: Actor) -> Need:
    """The locked row: of two decisions on one need the second is told. Raises NotOnTableError."""
    if by.role != Role.ADVISOR:
        raise WrongSideError
    fresh = Need.objects.select_for_update().get(pk=need.pk)
    if fresh.tabled_at is None:
        raise NotOnTableError
    return fresh


@transaction.atomic
def keep_open(*, need: Need, note: str = "", by: Actor, at: datetime) -> Need:
    """Nothing found; it stays on the table for the next time."""
    note = text_of("note", note, limit=NOTE_LENGTH)
    fresh = tabled(need, by)
    save_changes(fresh, {}, related=decision("open", note=note), by=by, at=at)
    return fresh


@transaction.atomic
def settle_at_table(*, need: Need, note: str, by: Actor, at: datetime) -> Need:
    if not Need.objects.filter(pk=need.pk, tabled_at__isnull=False).exists():
        raise NotOnTableError
    return settle_need(need=need, note=note, by=by, at=at)


@transaction.atomic
def refer_at_table(
    *,
    need: Need,
    recipient: PartnerOrganisation,
    service: Service | None = None,
    note: str = "",
    by: Actor,
    at: datetime,
) -> Referral:
    """A partner at the table takes it: sent at once where the founder has agreed to this partner.

    Otherwise a draft, and a follow-up for the owner to get the consent. That the partner takes no
    new cases is overridden: it has just said that it will.
    """
    note = text_of("note", note, limit=NOTE_LENGTH)
    agreed = Consent.objects.covering(person_id=need.person_id, recipient_id=recipient.pk, at=at)
    referral = create_referral(
        need=need,
        recipient=recipient,
        service=service,
        reason=str(_("Agreed on at the round table.")),
        by=by,
        at=at,
    )
    if agreed.exists():
        referral = send_referral(referral=referral, override_capacity=True, by=by, at=at)
    else:
        plan_consent(referral, by=by, at=at)
    fresh = tabled(need, by)
    made = decision("referred", note=note) | {"referral": [None, referral.reference]}
    save_changes(fresh, {"tabled_at": None}, related=made, by=by, at=at)
    return referral


def plan_consent(referral: Referral, *, by: Actor, at: datetime) -> None:
    """Due on the next working day."""
    need = referral.need
    owner = need.owner if need.owner and need.owner.is_active else None
    subject = _("Get the consent: referral to %(name)s") % {"name": referral.recipient.spoken_name}
    plan_follow_up(
        due_on=add_working_days(local_day(at), 1),
        subject=str(subject),
        assignee=owner or User.objects.get(pk=by.user_id),
        person=need.person,
        startup=need.startup,
        referral=referral,
        by=by,
        at=at,
    )


def decision(code: str, *, note: str) -> dict[str, Any]:
    return {"decision": [None, code]} | ({"note": [None, note]} if note else {})
