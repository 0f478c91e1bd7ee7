"""What forbids to ask somebody: the same when a mail is queued and when it is sent."""

from datetime import datetime

from django.db.models import OuterRef, Q

from contacts.models import ConsentPurpose, PersonState, objected
from referrals.notices import BY_KIND, muted

FEEDBACK, IMPACT = "feedback", "impact"  # kinds that can be muted for a partner or a person
KINDS = (FEEDBACK, IMPACT)


def obstacles(kind: str, at: datetime) -> dict[str, Q]:
    """By reason, as conditions on a referral whose founder would be asked.

    The legal basis is the public task (Art. 6 (1) e DSGVO): no consent is needed, but one that
    was taken back, to follow-up mails or to this very referral, is an objection.
    """
    return {
        "person_locked": ~Q(need__person__state=PersonState.ACTIVE),
        "consent_withdrawn": Q(consent__withdrawn_at__isnull=False)
        | objected(OuterRef("need__person"), ConsentPurpose.FOLLOW_UP, at),
        "muted": muted(BY_KIND[kind]),
    }
