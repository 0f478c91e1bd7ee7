"""Every write to contacts that has a rule."""

from contacts.actions.affiliations import affiliate, end_affiliation
from contacts.actions.catalogue import (
    create_series,
    create_worded,
    update_series,
    update_worded,
)
from contacts.actions.consents import object_to, record_consent, withdraw_consent
from contacts.actions.erasing import erase_person, replay_erasures
from contacts.actions.follow_ups import (
    complete_follow_up,
    hand_over_follow_up,
    hand_over_follow_ups,
    move_follow_ups,
    plan_follow_up,
    postpone_follow_up,
    postpone_follow_ups,
    reopen_follow_up,
    undo_postponement,
    undo_postponements,
)
from contacts.actions.mail_templates import create_template, restore_version, reword_template
from contacts.actions.partners import create_partner, update_agency, update_partner
from contacts.actions.people import create_person, update_person
from contacts.actions.series import (
    resume_series,
    start_series,
    stop_run,
    stop_series,
    stop_series_of_locked,
)
from contacts.actions.startups import change_stage, create_startup, update_startup

__all__ = [
    "affiliate",
    "change_stage",
    "complete_follow_up",
    "create_partner",
    "create_person",
    "create_series",
    "create_startup",
    "create_template",
    "create_worded",
    "end_affiliation",
    "erase_person",
    "hand_over_follow_up",
    "hand_over_follow_ups",
    "move_follow_ups",
    "object_to",
    "plan_follow_up",
    "postpone_follow_up",
    "postpone_follow_ups",
    "record_consent",
    "reopen_follow_up",
    "replay_erasures",
    "restore_version",
    "resume_series",
    "reword_template",
    "start_series",
    "stop_run",
    "stop_series",
    "stop_series_of_locked",
    "undo_postponement",
    "undo_postponements",
    "update_agency",
    "update_partner",
    "update_person",
    "update_series",
    "update_startup",
    "update_worded",
    "withdraw_consent",
]
