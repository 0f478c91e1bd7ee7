"""What partner users do among themselves: take in a colleague, switch one off and on again."""

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.actions import create_user, write
from accounts.actors import Actor
from accounts.errors import AccountError
from accounts.models import Role, User

MOST_OPEN_INVITATIONS = 20


@transaction.atomic
def invite_colleague(
    *, organisation, email: str, name: str, phone: str = "", by: Actor, at: datetime
) -> User:
    """An account in the own organisation, with the same role; the mail is the caller's to send.

    Whose account an address is already stays untold: it may be another organisation's.
    """
    colleagues = locked_colleagues(organisation.pk, by)
    waiting = [user for user in colleagues if user.is_active and user.last_login is None]
    if len(waiting) >= MOST_OPEN_INVITATIONS:
        raise AccountError(
            _("Too many invitations are open: please wait until some have been used.")
        )
    if User.objects.filter(email__iexact=email.strip()).exists():
        raise AccountError(_("This address cannot be invited. Please ask the agency."))
    return create_user(
        email=email,
        name=name,
        phone=phone,
        role=Role.PARTNER,
        organisation=organisation,
        by=by,
        at=at,
    )


@transaction.atomic
def switch_colleague(*, user: User, is_active: bool, by: Actor, at: datetime) -> User:
    """Never oneself, so that an organisation keeps somebody. Off ends every session for good."""
    locked_colleagues(user.organisation_id, by)
    if user.pk == by.user_id:
        raise AccountError(_("You cannot switch off your own account."))
    write(user, {"is_active": is_active}, at=at)
    if not is_active:
        end_sessions(user)
    return user


def locked_colleagues(organisation_id, by: Actor) -> list[User]:
    """Locked, so that two who switch each other off at once do not both succeed."""
    rows = User.objects.select_for_update().filter(
        role=Role.PARTNER, organisation_id=organisation_id
    )
    colleagues = list(rows.order_by("pk"))
    if by.user_id not in {user.pk for user in colleagues if user.is_active}:
        raise AccountError(_("Only colleagues of the same organisation may do this."))
    return colleagues


def end_sessions(user: User) -> None:
    for session in UserSession.objects.filter(user=user):
        session.end()
