"""What happens to a proposed introduction: agreeing, declining, ending, and what came of it.

Every write first locks the introduction's row, so that two who answer at the same moment take
turns: the second sees the first, and exactly one of them joins the two. Where a consent is
withdrawn, its row is always written before that lock is asked for; so nobody waits in a circle.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.actors import MAIL_LINK_ROLE, Actor
from accounts.history import save_changes
from accounts.models import Channel
from contacts.actions import record_consent, withdraw_consent
from contacts.models import Consent, ConsentPurpose, Evidence, PersonState, SharedField
from contacts.templatetags.phones import phone
from referrals.clock import end_of, local_day
from referrals.introductions import mails
from referrals.introductions.errors import (
    BothAgreedError,
    IntroductionOverError,
    NotTheirsError,
    RefusedError,
)
from referrals.introductions.proposing import WAYS
from referrals.models import (
    Introduction,
    IntroductionOutcome,
    IntroductionParty,
    IntroductionStatus,
)

S = IntroductionStatus
DECLINE_LENGTH = 500
OUTCOME_ASKED_AFTER = timedelta(days=21)
OUTCOME_OPEN_FOR = timedelta(days=28)


def holder_of(party: IntroductionParty) -> Actor:
    """Whoever opens the link acts as that person, on that introduction only."""
    label = party.person.display_name[:150]
    return Actor(role=MAIL_LINK_ROLE, channel=Channel.MAIL_LINK, label=label)


def locked(key) -> tuple[Introduction, list[IntroductionParty]]:
    """The introduction as it stands, ours until the transaction ends, and both parties."""
    introduction = Introduction.objects.select_for_update().get(pk=key)
    parties = introduction.parties.select_related("person", "consent")
    return introduction, list(parties.order_by("created_at", "id"))


def waits(introduction: Introduction, parties: Iterable[IntroductionParty], at: datetime) -> bool:
    """Still to be answered; somebody whose data is locked ends it as well."""
    return introduction.status == S.PROPOSED and all(
        at < party.expires_at and party.person.state == PersonState.ACTIVE for party in parties
    )


@transaction.atomic
def agree_to_introduction(
    *, party: IntroductionParty, shared_fields: Iterable[str], by: Actor, at: datetime
) -> Introduction:
    """Consent is recorded; the second one to agree joins the two. Twice is once."""
    check_holder(by)
    introduction, parties = locked(party.introduction_id)
    own = next(each for each in parties if each.pk == party.pk)
    if own.agreed and introduction.status in {S.PROPOSED, S.INTRODUCED}:
        return introduction
    if own.agreed is False or not waits(introduction, parties, at):
        raise IntroductionOverError
    shared = checked_fields(own, shared_fields)
    own.consent = record_consent(
        person=own.person,
        purpose=ConsentPurpose.INTRODUCTION,
        shared_fields=shared,
        evidence=Evidence.FORM,
        evidence_note=introduction.reference,
        given_at=at,
        by=by,
        at=at,
    )
    write(own, at=at, agreed=True, answered_at=at, shared_fields=shared, consent=own.consent)
    answer = {f"agreed:{own.pk}": [None, True]}
    if all(each.agreed for each in parties):
        join(introduction, parties, answer, by=by, at=at)
    else:
        save_changes(introduction, {}, related=answer, by=by, at=at)
    return introduction


def checked_fields(party: IntroductionParty, chosen: Iterable[str]) -> list[str]:
    """What was asked for and is known; without a way to be reached there is no contact."""
    given = set(chosen)
    shared = [field for field in SharedField.values if field in given & set(offered(party))]
    if not WAYS & set(shared):
        raise RefusedError("shared_fields", _("Please choose e-mail or phone at least."))
    return shared


def offered(party: IntroductionParty) -> dict[str, str]:
    """The fields the person may share, each with what we know: nobody shares what is not there."""
    person = party.person
    number = person.phones.first()
    known = {
        SharedField.NAME: person.display_name,
        SharedField.EMAIL: person.first_address,
        SharedField.PHONE: phone(number.number) if number else "",
    }
    return {
        field: known[SharedField(field)]
        for field in party.offered_fields
        if known[SharedField(field)]
    }


def join(introduction, parties, answer: dict, *, by: Actor, at: datetime) -> None:
    """One notice to each; their links stay good for the question what came of it."""
    introduction.move_to(S.INTRODUCED, related=answer, introduced_at=at, by=by, at=at)
    for party in parties:
        write(party, at=at, expires_at=end_of(local_day(at) + OUTCOME_ASKED_AFTER))
        mails.introduction_made(party, at=at)


@transaction.atomic
def decline_introduction(
    *, party: IntroductionParty, text: str = "", by: Actor, at: datetime
) -> Introduction:
    """Also takes an agreement back, as easily as it was given (Art. 7 (3) DSGVO).

    The other one learns that it does not come about, not why. Where a joining mail has left
    already, the consent is withdrawn and the introduction stays what it is.
    """
    check_holder(by)
    text = text.strip()
    if len(text) > DECLINE_LENGTH:
        raise RefusedError("text", _("This text is too long."))
    consent = Consent.objects.filter(introductions=party.pk, withdrawn_at=None).first()
    if consent:
        withdraw_consent(consent=consent, by=by, at=at)  # stop_for_consent does the rest
    introduction, parties = locked(party.introduction_id)
    own = next(each for each in parties if each.pk == party.pk)
    if own.agreed is not False:
        if not waits(introduction, parties, at):
            return over(introduction, consent)
        say_no(introduction, parties, own, by=by, at=at)
    if text:
        write(own, at=at, decline_text=text)
    return introduction


def over(introduction: Introduction, consent: Consent | None) -> Introduction:
    """A withdrawal is kept whatever else holds, so nothing is raised that would undo it."""
    if consent is None:
        raise BothAgreedError if introduction.status == S.INTRODUCED else IntroductionOverError
    return introduction


def say_no(introduction, parties, own, *, by: Actor, at: datetime) -> None:
    before = own.agreed
    write(own, at=at, agreed=False, answered_at=at, shared_fields=[])
    end(introduction, S.DECLINED, parties, {f"agreed:{own.pk}": [before, False]}, by=by, at=at)


def stop_for_consent(*, consent: Consent, by: Actor, at: datetime) -> None:
    """What rests on a consent ends with it, while nothing has been passed on."""
    if consent.purpose != ConsentPurpose.INTRODUCTION:
        return
    party = IntroductionParty.objects.filter(consent=consent).first()
    if party is None:
        return
    introduction, parties = locked(party.introduction_id)
    own = next(each for each in parties if each.pk == party.pk)
    joined = introduction.status == S.INTRODUCED
    if introduction.status == S.PROPOSED or (joined and mails.stop_joining(parties, by=by, at=at)):
        say_no(introduction, parties, own, by=by, at=at)


@transaction.atomic
def withdraw_introduction(*, introduction: Introduction, by: Actor, at: datetime) -> Introduction:
    """The advisor takes it back; both hear that it does not come about."""
    introduction, parties = locked(introduction.pk)
    if by.user_id != introduction.owner_id:
        raise NotTheirsError
    if introduction.status == S.INTRODUCED:
        raise BothAgreedError
    if introduction.status != S.PROPOSED:
        raise IntroductionOverError
    end(introduction, S.WITHDRAWN, parties, None, by=by, at=at)
    return introduction


@transaction.atomic
def stop_introduction(*, introduction: Introduction, by: Actor, at: datetime) -> bool:
    """By the clock: time is up, or the data of one of the two has been locked."""
    introduction, parties = locked(introduction.pk)
    if introduction.status != S.PROPOSED or waits(introduction, parties, at):
        return False
    late = any(party.expires_at <= at for party in parties)
    end(introduction, S.EXPIRED if late else S.WITHDRAWN, parties, None, by=by, at=at)
    return True


def end(introduction, status: str, parties, answer: dict | None, *, by: Actor, at: datetime):
    """Whoever said no is not written to; of what ran out only those hear who had agreed."""
    introduction.move_to(status, related=answer, by=by, at=at)
    for party in parties:
        waiting = party.agreed if status == S.EXPIRED else party.agreed is not False
        if waiting and party.person.state == PersonState.ACTIVE:
            mails.introduction_ended(party, at=at)


@transaction.atomic
def report_outcome(
    *, party: IntroductionParty, outcome: str, by: Actor, at: datetime
) -> Introduction:
    """By link, or noted by the advisor who has heard of it. Both known: the introduction closes."""
    introduction, parties = locked(party.introduction_id)
    if by.role != MAIL_LINK_ROLE and by.user_id != introduction.owner_id:
        raise NotTheirsError
    if introduction.status != S.INTRODUCED:
        raise IntroductionOverError
    if outcome not in IntroductionOutcome.values:
        raise RefusedError("outcome", _("Please choose one of the answers."))
    own = next(each for each in parties if each.pk == party.pk)
    answer = {f"outcome:{own.pk}": [own.outcome, outcome]}
    write(own, at=at, outcome=outcome, outcome_at=at)
    if all(each.outcome for each in parties):
        introduction.move_to(S.CLOSED, related=answer, by=by, at=at)
    else:
        save_changes(introduction, {}, related=answer, by=by, at=at)
    return introduction


@transaction.atomic
def close_introduction(*, introduction: Introduction, by: Actor, at: datetime) -> bool:
    """Asked four weeks ago and not answered: it counts as closed without an outcome."""
    introduction, _parties = locked(introduction.pk)
    if introduction.status != S.INTRODUCED:
        return False
    introduction.move_to(S.CLOSED, by=by, at=at)
    return True


def check_holder(by: Actor) -> None:
    if by.role != MAIL_LINK_ROLE:
        raise NotTheirsError


def write(party: IntroductionParty, *, at: datetime, **fields) -> None:
    """Its introduction is locked, so nobody else writes this row."""
    IntroductionParty.objects.filter(pk=party.pk).update(**fields, modified_at=at)
    for name, value in fields.items():
        setattr(party, name, value)
