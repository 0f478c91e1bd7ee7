"""Who acts: one value for users, API keys, mail links and the system itself.

Every action takes an Actor as `by=` and every `visible_to` takes one, so that a page, the API,
an export and a mail link ask the same question.
"""

from dataclasses import dataclass
from uuid import UUID

from accounts.models import AGENCY_ROLES, ApiKey, Channel, Role, User

MAIL_LINK_ROLE = "mail_link"
SYSTEM_ROLE = "system"
# The agency's own row has a fixed id (a migration makes it, a constraint keeps it the only one).
AGENCY_ID = UUID("00000000-0000-7000-8000-000000000001")


@dataclass(frozen=True)
class Actor:
    """`organisation_id` is the organisation acted for: the agency's for its own people.

    The lists of the API, whose rows have keys as text, hand it on as text, too.
    """

    role: str
    channel: str
    organisation_id: UUID | None = None
    user_id: int | None = None
    api_key_id: UUID | None = None
    label: str = ""
    scopes: frozenset[str] = frozenset()
    referral_id: UUID | None = None

    @classmethod
    def of(cls, user: User, channel: str = Channel.SCREEN) -> "Actor":
        """A user acts for their partner organisation, else for the agency."""
        return cls(
            role=user.role if user.is_active else "",
            channel=channel,
            organisation_id=user.organisation_id or AGENCY_ID,
            user_id=user.pk,
            label=str(user),
        )

    @classmethod
    def of_key(cls, key: ApiKey) -> "Actor":
        return cls(
            role=Role.PARTNER,
            channel=Channel.API,
            organisation_id=key.organisation_id,
            api_key_id=key.pk,
            label=key.name or key.prefix,
            scopes=frozenset(key.scopes),
        )

    @classmethod
    def of_link(cls, *, organisation_id: UUID, referral_id: UUID, label: str = "") -> "Actor":
        """Whoever holds a mail link acts for the organisation, on that one referral only."""
        return cls(
            role=MAIL_LINK_ROLE,
            channel=Channel.MAIL_LINK,
            organisation_id=organisation_id,
            label=label,
            referral_id=referral_id,
        )

    @classmethod
    def system(cls) -> "Actor":
        return cls(role=SYSTEM_ROLE, channel=Channel.SYSTEM)

    @property
    def is_agency(self) -> bool:
        return self.role in AGENCY_ROLES

    def as_history(self) -> dict:
        """The columns of `ActedOn` but `at`."""
        return {
            "by_user_id": self.user_id,
            "by_api_key_id": self.api_key_id,
            "by_organisation_id": self.organisation_id,
            "by_label": self.label,
            "channel": self.channel,
        }


NOBODY = Actor(role="", channel=Channel.SCREEN)
