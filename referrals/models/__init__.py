"""What founders need, what partners offer, and the tracked way from one to the other."""

from referrals.models.links import AnswerLink
from referrals.models.messages import ReferralMessage
from referrals.models.needs import Need, NeedStatus
from referrals.models.referrals import (
    DISCLOSED_STATUSES,
    OPEN_STATUSES,
    STEPS,
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
    "DISCLOSED_STATUSES",
    "OPEN_STATUSES",
    "STEPS",
    "AnswerLink",
    "DeclineReason",
    "Need",
    "NeedStatus",
    "Outcome",
    "Referral",
    "ReferralChangedError",
    "ReferralError",
    "ReferralMessage",
    "ReferralStatus",
    "ReferralStep",
    "Service",
    "ServiceStatus",
    "StepNotAllowedError",
    "WithdrawalReason",
]
