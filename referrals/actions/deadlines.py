"""A partner's absence moves the days by which it is to answer, at the moment it is entered."""

from datetime import datetime

from django.db import transaction

from accounts.actors import Actor
from contacts.models import PartnerOrganisation
from referrals import clock
from referrals.actions.links import prolong_links
from referrals.models import Referral, ReferralChangedError, ReferralStatus

WAITING = (ReferralStatus.SENT, ReferralStatus.QUERY)


@transaction.atomic
def move_deadlines(
    *, partner: PartnerOrganisation, before: PartnerOrganisation, by: Actor, at: datetime
) -> int:
    """Called where the organisation is saved; `before` holds its absence until now. How many."""
    rows = Referral.objects.filter(recipient=partner, status__in=WAITING)
    return sum(move_deadline(pk, before, by=by, at=at) for pk in rows.values_list("pk", flat=True))


def move_deadline(pk, before: PartnerOrganisation, *, by: Actor, at: datetime) -> bool:
    """Whoever answers at this very moment wins: then there is nothing left to move."""
    referral = Referral.objects.select_related("recipient", "sender").get(pk=pk)
    day = clock.after_absence(referral, before, at)
    if day == referral.respond_by or referral.status not in WAITING:
        return False
    try:
        referral.write(action="reschedule", by=by, at=at, respond_by=day)
    except ReferralChangedError:
        return False
    prolong_links(referral, at)
    return True
