"""Who is told what of an introduction: one row in the outbox per party, in the same transaction.

The outbox sends each row to one recipient, so that no address stands in a header of somebody
else's mail; "one mail brings them together" is therefore one notice to each, whose Reply-To is the
other one. A key names the party and the kind: whatever happens, each is written once.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime

from accounts.actors import Actor
from contacts.models import ConsentPurpose, LegalBasis
from outbox.actions import MailMovedError, cancel_mail, queue_mail
from outbox.models import MailState, OutboundMail
from referrals.models import IntroductionParty

MADE = "introduction_made"
NOT_LEFT = (MailState.QUEUED, MailState.CANCELLED, MailState.DEAD)


def to_party(kind: str, legal_basis: str = LegalBasis.PUBLIC_TASK) -> Callable[..., bool]:
    def queue(party: IntroductionParty, *, at: datetime) -> bool:
        """False where there is no address or the row exists."""
        address = party.person.first_address
        if not address:
            return False
        mail = queue_mail(
            kind=kind,
            dedupe_key=key(kind, party),
            recipient=address,
            recipient_name=party.person.display_name,
            subjects={"party": party.pk, "person": party.person_id},
            purpose=ConsentPurpose.INTRODUCTION,
            legal_basis=legal_basis,
            at=at,
        )
        return mail is not None

    return queue


introduction_proposed = to_party("introduction_proposed")
introduction_reminder = to_party("introduction_reminder")
introduction_made = to_party(MADE, LegalBasis.CONSENT)
introduction_ended = to_party("introduction_ended")
introduction_outcome = to_party("introduction_outcome")


def key(kind: str, party: IntroductionParty) -> str:
    return f"{kind}:{party.pk}"


def left(kind: str, parties: Iterable[IntroductionParty]) -> set[str]:
    """The keys of mails that are on their way or have arrived."""
    rows = OutboundMail.objects.filter(dedupe_key__in=[key(kind, party) for party in parties])
    return set(rows.exclude(state__in=NOT_LEFT).values_list("dedupe_key", flat=True))


def stop_joining(parties: Iterable[IntroductionParty], *, by: Actor, at: datetime) -> bool:
    """Cancel both notices; False where one has left, so that somebody knows who the other is.

    Delivery claims a mail by a conditional UPDATE as well: of the two one comes first.
    """
    parties = list(parties)
    waiting = OutboundMail.objects.filter(
        dedupe_key__in=[key(MADE, party) for party in parties],
        state__in=(MailState.QUEUED, MailState.DEAD),
    )
    for mail in waiting:
        with suppress(MailMovedError):
            cancel_mail(mail=mail, by=by, at=at)
    return not left(MADE, parties)
