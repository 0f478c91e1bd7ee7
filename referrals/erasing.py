"""What is kept on a person here, when that person is erased (Art. 17 DSGVO)."""

from datetime import datetime

from django.db.models import F, Q, QuerySet

from accounts.actors import Actor
from accounts.history import forget_values
from contacts.models import Person
from referrals.actions.closing import ENDED_AFTER_ACCEPTANCE, stop
from referrals.actions.needs import roll_up
from referrals.models import (
    CLOSED_NEEDS,
    OPEN_STATUSES,
    FounderFeedback,
    ImpactSurvey,
    MutedNotice,
    Need,
    NeedStatus,
    OrderCheck,
    Referral,
    ReferralMessage,
    ReferralStep,
)

WORDS = (
    *("reason", "decline_text", "forward_text", "outcome_text"),
    *("sender_reference", "recipient_reference"),
)


def erase(*, person: Person, by: Actor, at: datetime) -> None:
    """Recipients are told as if consent were withdrawn (Art. 19 DSGVO); figures keep their rows."""
    needs = Need.objects.filter(person=person)
    referrals = Referral.objects.filter(need__in=needs)
    end(referrals, at=at)
    needs.exclude(status__in=CLOSED_NEEDS).update(status=NeedStatus.SETTLED)
    erase_words(needs, referrals, at=at)
    erase_answers(FounderFeedback.objects.filter(referral__in=referrals), at=at)
    erase_answers(ImpactSurvey.objects.filter(person=person), at=at)
    MutedNotice.objects.filter(person=person).delete()
    OrderCheck.objects.filter(person=person).delete()


def end(referrals: QuerySet[Referral], *, at: datetime) -> None:
    """Locked first, all in one order, then their needs: as whoever moves one of them does."""
    told = Q(steps__action="consent_gone")
    concerned = referrals.filter(status__in=OPEN_STATUSES | ENDED_AFTER_ACCEPTANCE).exclude(told)
    rows = concerned.select_related("need", "recipient").select_for_update(of=("self",))
    stopped = [referral for referral in rows.order_by("pk") if stop(referral, at)]
    for need_id in sorted({referral.need_id for referral in stopped}):
        roll_up(need_id)


def erase_words(needs: QuerySet[Need], referrals: QuerySet[Referral], *, at: datetime) -> None:
    raised = {"version": F("version") + 1, "modified_at": at}
    referrals.update(**dict.fromkeys(WORDS, ""), **raised)
    ReferralStep.objects.filter(referral__in=referrals).update(text="")
    ReferralMessage.objects.filter(referral__in=referrals).delete()
    needs.update(question="", table_text="", postcode="", tabled_at=None, **raised)
    forget_values(Need, list(needs.values_list("pk", flat=True)))


def erase_answers(asked: QuerySet, *, at: datetime) -> None:
    """Who has not answered will not; the link of who has opens nothing any more."""
    asked.filter(answered_at=None).delete()
    asked.update(comment="", expires_at=at, modified_at=at)
