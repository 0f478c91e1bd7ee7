"""Who may act: users, API keys, and what is remembered of their acts."""

from accounts.models.history import ActedOn, Change, Channel
from accounts.models.keys import DEFAULT_SCOPES, ApiKey, Scope
from accounts.models.readlog import ReadLog
from accounts.models.users import AGENCY_ROLES, Role, User

__all__ = [
    "AGENCY_ROLES",
    "DEFAULT_SCOPES",
    "ActedOn",
    "ApiKey",
    "Change",
    "Channel",
    "ReadLog",
    "Role",
    "Scope",
    "User",
]
