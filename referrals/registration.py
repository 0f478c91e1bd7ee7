"""What this app adds to those below it; called once, when all apps are loaded."""

from contacts.registry import on_consent_withdrawn
from referrals.actions import withdraw_for_consent


def register() -> None:
    on_consent_withdrawn(withdraw_for_consent)
