"""What founders need, what partners offer, and the tracked way from one to the other."""

from referrals.models.feedback import IMPACT_MONTHS, FounderFeedback, ImpactSurvey
from referrals.models.introductions import (
    INTRODUCTION_STEPS,
    Introduction,
    IntroductionOutcome,
    IntroductionParty,
    IntroductionStatus,
)
from referrals.models.links import AnswerLink, LinkBearer
from referrals.models.messages import ReferralMessage
from referrals.models.needs import CLOSED_NEEDS, Need, NeedStatus
from referrals.models.notices import BY_HAND, MutedNotice, ReferralNotice
from referrals.models.order_rules import FoundingStep, OrderCheck, OrderRule
from referrals.models.referrals import (
    DISCLOSED_STATUSES,
    OPEN_STATUSES,
    STEPS,
    WORKING_STATUSES,
    DeclineReason,
    Outcome,
    Referral,
    ReferralChangedError,
    ReferralError,
    ReferralStatus,
    StepNotAllowedError,
    WithdrawalReason,
)
from referrals.models.services import Service, ServiceStatus
from referrals.models.steps import ReferralStep

__all__ = [
    "BY_HAND",
    "CLOSED_NEEDS",
    "DISCLOSED_STATUSES",
    "IMPACT_MONTHS",
    "INTRODUCTION_STEPS",
    "OPEN_STATUSES",
    "STEPS",
    "WORKING_STATUSES",
    "AnswerLink",
    "DeclineReason",
    "FounderFeedback",
    "FoundingStep",
    "ImpactSurvey",
    "Introduction",
    "IntroductionOutcome",
    "IntroductionParty",
    "IntroductionStatus",
    "LinkBearer",
    "MutedNotice",
    "Need",
    "NeedStatus",
    "OrderCheck",
    "OrderRule",
    "Outcome",
    "Referral",
    "ReferralChangedError",
    "ReferralError",
    "ReferralMessage",
    "ReferralNotice",
    "ReferralStatus",
    "ReferralStep",
    "Service",
    "ServiceStatus",
    "StepNotAllowedError",
    "WithdrawalReason",
]
