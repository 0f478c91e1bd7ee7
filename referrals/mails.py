"""Who is told of what: each function writes its notices into the outbox, in the same transaction.

How they are worded and whether they may still go is decided when they are sent: mail_kinds.py.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from accounts.absence import stand_in_for
from accounts.actors import AGENCY_ID
from contacts.models import LegalBasis, PartnerOrganisation, PersonState
from dma_crm.workdays import local_day
from outbox.actions import mail_of, queue_mails
from outbox.models import OutboundMail
from referrals import notices
from referrals.models import Referral, ReferralStatus
from referrals.notices import Notice
from referrals.rules import UNDO_WITHIN

PURPOSE = "referral"
# One answer is often followed by another, or taken back: these wait, and only the last one goes.
SETTLING = timedelta(minutes=1)
SETTLE_FIRST = frozenset(
    {
        "referral_accepted",
        "referral_accepted_founder",
        "referral_query",
        "referral_answered",
        "referral_declined",
        "referral_forward_proposed",
        "referral_forward_decided",
        "referral_completed",
        "referral_withdrawn",
        "referral_undone",
        "referral_undone_founder",
    }
)
Address = tuple[str, str]  # e-mail, name


def referral_sent(referral: Referral, *, at: datetime) -> None:
    tell("referral_sent", referral, recipient_of(referral, at), at=at)
    if referral.agency_copied:
        agency = PartnerOrganisation.objects.get(pk=AGENCY_ID)
        tell("referral_copied", referral, (agency.email, agency.name), at=at)


def referral_accepted(referral: Referral, *, at: datetime) -> None:
    person = referral.need.person
    notices = [notice("referral_accepted", referral, sender_of(referral, at), at=at)]
    if person.state == PersonState.ACTIVE:
        to = (person.first_address, person.display_name)
        more = {"legal_basis": LegalBasis.CONSENT, "person": person.pk}
        notices.append(notice("referral_accepted_founder", referral, to, at=at, **more))
    queue_mails([mail for mail in notices if mail.recipient])


def referral_undone(referral: Referral, *, undone: str, version: int, at: datetime) -> None:
    """Those who got the notice of that version are told again; `original` names it."""
    kinds = ["referral_declined"]
    if undone == ReferralStatus.ACCEPTED:
        kinds = ["referral_accepted", "referral_accepted_founder"]
    fresh = OutboundMail.objects.filter(created_at__gte=at - UNDO_WITHIN)
    for kind in kinds:
        for mail in fresh.filter(dedupe_key__startswith=key(kind, referral, version)):
            tell(
                "referral_undone_founder" if "person" in mail.subjects else "referral_undone",
                referral,
                (mail.recipient, mail.recipient_name),
                legal_basis=mail.legal_basis,
                at=at,
                original=mail.pk,
                **{name: value for name, value in mail.subjects.items() if name == "person"},
            )


def to_sender(kind: str) -> Callable[..., None]:
    def queue(referral: Referral, *, at: datetime) -> None:
        tell(kind, referral, sender_of(referral, at), at=at)

    return queue


def to_recipient(kind: str) -> Callable[..., None]:
    def queue(referral: Referral, *, at: datetime) -> None:
        tell(kind, referral, recipient_of(referral, at), at=at)

    return queue


referral_query = to_sender("referral_query")
referral_declined = to_sender("referral_declined")
referral_forward_proposed = to_sender("referral_forward_proposed")
referral_completed = to_sender("referral_completed")
referral_answered = to_recipient("referral_answered")
referral_consent_gone = to_recipient("referral_consent_gone")
referral_forward_decided = to_recipient("referral_forward_decided")


def referral_expired(referral: Referral, *, at: datetime) -> None:
    if not notices.is_muted(notices.BY_KIND["expired"], referral):
        tell("referral_expired", referral, sender_of(referral, at), at=at)


def notice_given(notice: Notice, referral: Referral, *, at: datetime) -> bool:
    """What the clock says; False where there is nobody to tell, or one mail tells of several."""
    since = notice.occasion_of(referral)
    if notice.to == notices.FOUNDER:
        person = referral.need.person
        to = (person.first_address, person.display_name)
        more = {"legal_basis": LegalBasis.CONSENT, "person": person.pk}
    else:
        to, more = SIDES[notice.to](referral, at), {}
    about = f"{referral.need_id}:{local_day(at)}" if notice.together else ""
    return tell(notice.mail, referral, to, at=at, occasion=since, about=about, since=since, **more)


def referral_withdrawn(referral: Referral, *, at: datetime) -> None:
    """A draft was never known to the recipient, and stays so."""
    if referral.sent_at:
        tell("referral_withdrawn", referral, recipient_of(referral, at), at=at)


def referral_reminded(referral: Referral, *, at: datetime) -> bool:
    """By hand, at most one a day; False where there is no address."""
    day = f"{local_day(at):%Y%m%d}"
    return tell("referral_reminded", referral, recipient_of(referral, at), at=at, occasion=day)


def referral_link(referral: Referral, *, at: datetime) -> bool:
    """At most one an hour; False if there is one already."""
    address = recipient_of(referral, at)
    return tell("referral_link", referral, address, at=at, occasion=f"{at:%Y%m%d%H}")


def tell(kind: str, referral: Referral, to: Address, *, at: datetime, **told: Any) -> bool:
    """One row in the outbox; False where there is no address or the row exists."""
    mail = notice(kind, referral, to, at=at, **told)
    return bool(mail.recipient and queue_mails([mail]))


def notice(
    kind: str,
    referral: Referral,
    to: Address,
    *,
    at: datetime,
    legal_basis: str = LegalBasis.LEGITIMATE_INTEREST,
    occasion: str = "",
    about: str = "",
    **subjects: Any,
) -> OutboundMail:
    """About this referral as it stands, unless `about` names something wider."""
    address, name = to
    return mail_of(
        kind=kind,
        dedupe_key=(f"{kind}:{about}:" if about else key(kind, referral, referral.version))
        + occasion
        + address,
        recipient=address,
        recipient_name=name,
        subjects={"referral": referral.pk, "version": referral.version, **subjects},
        purpose=PURPOSE,
        legal_basis=legal_basis,
        due_at=at + SETTLING if kind in SETTLE_FIRST else at,
        at=at,
    )


def key(kind: str, referral: Referral, version: int) -> str:
    return f"{kind}:{referral.pk}:{version}:"


def sender_of(referral: Referral, at: datetime) -> Address:
    """The owner of the need for the agency, a partner's address of record otherwise."""
    return address_at(referral, referral.sender, at)


def recipient_of(referral: Referral, at: datetime) -> Address:
    return address_at(referral, referral.recipient, at)


def address_at(referral: Referral, organisation: PartnerOrganisation, at: datetime) -> Address:
    """While the owner is away, whoever stands in is told instead."""
    owner = referral.need.owner
    if organisation.pk == AGENCY_ID and owner and owner.is_active:
        reader = stand_in_for(owner, local_day(at))
        return reader.email, reader.name
    return organisation.email, organisation.contact_name or organisation.name


SIDES = {notices.RECIPIENT: recipient_of, notices.SENDER: sender_of}
