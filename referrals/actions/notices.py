"""What the clock says is written down with the mail that says it; people may switch it off."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.actors import Actor
from accounts.models import Role
from contacts.models import PartnerOrganisation, Person
from referrals import mails
from referrals.actions.links import keep_link
from referrals.errors import WrongSideError
from referrals.models import MutedNotice, Referral, ReferralNotice
from referrals.notices import NOTICES, RECIPIENT, Notice, switchable


@transaction.atomic
def give_notice(*, notice: Notice, referral: Referral, at: datetime) -> bool:
    """Once per occasion, whoever else runs the clock; False where it was given or none hears it.

    The link in the mail must open, so it lives on with the case.
    """
    if referral.status != notice.status:
        return False
    row = ReferralNotice(
        referral=referral,
        kind=notice.kind,
        occasion=notice.occasion_of(referral),
        at=at,
        created_at=at,
        modified_at=at,
    )
    ReferralNotice.objects.bulk_create([row], ignore_conflicts=True)
    if not ReferralNotice.objects.filter(pk=row.pk).exists():
        return False
    if notice.to == RECIPIENT:
        keep_link(referral, at)
    return mails.notice_given(notice, referral, at=at)


@transaction.atomic
def mute_for_partner(
    *, partner: PartnerOrganisation, kinds: Iterable[str], by: Actor, at: datetime
) -> None:
    """Exactly these are off from now on. Its own people decide on what is sent to them alone."""
    own = by.role == Role.PARTNER and by.organisation_id == partner.pk
    if not own and by.role not in {Role.MANAGER, Role.ADMIN}:
        raise WrongSideError
    mute({"organisation": partner}, kinds, switchable(own=own), by=by, at=at)


@transaction.atomic
def mute_for_person(*, person: Person, kinds: Iterable[str], by: Actor, at: datetime) -> None:
    """Exactly these are off from now on in all that concerns this person."""
    if by.role != Role.ADVISOR:
        raise WrongSideError
    mute({"person": person}, kinds, NOTICES, by=by, at=at)


def mute(
    whom: dict[str, Any], kinds: Iterable[str], among: Iterable[Notice], *, by: Actor, at: datetime
) -> None:
    """Switches that are not `among` those offered stay as they are."""
    offered = {notice.kind for notice in among}
    off = offered & set(kinds)
    MutedNotice.objects.filter(**whom, kind__in=offered - off).delete()
    rows = [
        MutedNotice(**whom, kind=kind, at=at, created_at=at, modified_at=at, **by.as_history())
        for kind in sorted(off)
    ]
    MutedNotice.objects.bulk_create(rows, ignore_conflicts=True)
