"""Every transition of a referral: its guard, one conditional UPDATE, one step, its notices."""

from referrals.actions.answering import (
    accept_referral,
    ask_referral,
    decline_referral,
    propose_forward,
    undo_answer,
)
from referrals.actions.closing import (
    acknowledge_outcome,
    expire_referral,
    withdraw_for_consent,
    withdraw_referral,
)
from referrals.actions.deadlines import move_deadlines
from referrals.actions.links import create_link, send_fresh_link
from referrals.actions.needs import create_need, reassign_need
from referrals.actions.notices import give_notice, mute_for_partner, mute_for_person
from referrals.actions.referring import Ask, refer_need, refer_person, replace_referral
from referrals.actions.reminding import remind_recipient
from referrals.actions.round_table import (
    keep_open,
    refer_at_table,
    settle_at_table,
    table_need,
    take_off_table,
)
from referrals.actions.sending import (
    answer_query,
    confirm_forward,
    create_referral,
    refuse_forward,
    send_referral,
)
from referrals.actions.services import create_service, update_service
from referrals.actions.settling import settle_need, withdraw_others
from referrals.actions.working import (
    complete_referral,
    confirm_active,
    hold_referral,
    resume_referral,
    start_referral,
)

__all__ = [
    "Ask",
    "accept_referral",
    "acknowledge_outcome",
    "answer_query",
    "ask_referral",
    "complete_referral",
    "confirm_active",
    "confirm_forward",
    "create_link",
    "create_need",
    "create_referral",
    "create_service",
    "decline_referral",
    "expire_referral",
    "give_notice",
    "hold_referral",
    "keep_open",
    "move_deadlines",
    "mute_for_partner",
    "mute_for_person",
    "propose_forward",
    "reassign_need",
    "refer_at_table",
    "refer_need",
    "refer_person",
    "refuse_forward",
    "remind_recipient",
    "replace_referral",
    "resume_referral",
    "send_fresh_link",
    "send_referral",
    "settle_at_table",
    "settle_need",
    "start_referral",
    "table_need",
    "take_off_table",
    "undo_answer",
    "update_service",
    "withdraw_for_consent",
    "withdraw_others",
    "withdraw_referral",
]
