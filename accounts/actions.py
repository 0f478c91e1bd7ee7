"""Writes around users and API keys that have a rule."""

import base64
import secrets
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.actors import AGENCY_ID, Actor
from accounts.errors import AccountError
from accounts.models import DEFAULT_SCOPES, ApiKey, Role, Scope, User
from dma_crm.crypto import keyed_digest

KEY_LIFETIME = timedelta(days=365)
LONGEST_KEY_LIFETIME = timedelta(days=548)  # eighteen months
DIGEST_PURPOSE = "api-key"


@transaction.atomic
def create_user(
    *,
    email: str,
    name: str,
    role: str,
    organisation=None,
    phone: str = "",
    password: str | None = None,
    is_active: bool = True,
    by: Actor,
    at: datetime,
) -> User:
    """Without a password the user sets one through the mail for forgotten passwords."""
    check_membership(role, organisation)
    try:
        with transaction.atomic():
            return User.objects.create_user(
                email,
                password,
                name=name,
                role=role,
                organisation=organisation,
                phone=phone,
                is_active=is_active,
                created_at=at,
                modified_at=at,
            )
    except IntegrityError as error:
        raise AccountError(_("There is an account with this e-mail address already.")) from error


@transaction.atomic
def update_user(
    *,
    user: User,
    email: str,
    name: str,
    role: str,
    organisation=None,
    phone: str = "",
    is_active: bool = True,
    by: Actor,
    at: datetime,
) -> User:
    """Write the whole record; another role, organisation or address ends the user's sessions.

    (Their hash tells: `User.get_session_auth_hash`.)
    """
    check_membership(role, organisation)
    administrators = locked_administrators()
    user = User.objects.select_for_update().get(pk=user.pk)
    if administrators == {user.pk} and (role != Role.ADMIN or not is_active):
        raise AccountError(_("This is the last administrator: name another one first."))
    address = user.email
    user.email, user.name, user.phone = email.strip().lower(), name, phone
    user.role, user.organisation, user.is_active, user.modified_at = (
        role,
        organisation,
        is_active,
        at,
    )
    save_unique(user)
    if user.email != address:
        EmailAddress.objects.filter(user=user).delete()
    return user


def change_role(*, user: User, role: str, organisation=None, by: Actor, at: datetime) -> User:
    return update_user(
        user=user,
        email=user.email,
        name=user.name,
        phone=user.phone,
        role=role,
        organisation=organisation,
        is_active=user.is_active,
        by=by,
        at=at,
    )


def locked_administrators() -> set[int]:
    """Locked, so that two administrators cannot remove each other at once."""
    rows = User.objects.select_for_update().filter(role=Role.ADMIN, is_active=True)
    return set(rows.order_by("pk").values_list("pk", flat=True))


def check_membership(role: str, organisation) -> None:
    if (role == Role.PARTNER) != (organisation is not None):
        raise AccountError(_("Partner users, and only they, belong to a partner organisation."))
    if organisation is not None and organisation.pk == AGENCY_ID:
        raise AccountError(_("The agency's own people have one of its own roles."))


def save_unique(user: User) -> None:
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise AccountError(_("There is an account with this e-mail address already.")) from error


@transaction.atomic
def update_profile(
    *,
    user: User,
    name: str,
    phone: str,
    single_key_shortcuts: bool,
    digest_weekdays: list[int] | None = None,
    by: Actor,
    at: datetime,
) -> User:
    changed = {"name": name, "phone": phone, "single_key_shortcuts": single_key_shortcuts}
    chosen = {} if digest_weekdays is None else {"digest_weekdays": digest_weekdays}
    return write(user, changed | chosen, at=at)


@transaction.atomic
def choose_digest(*, user: User, weekdays: list[int], by: Actor, at: datetime) -> User:
    """The weekdays (Monday is 0) on which the mail of the morning comes; none switches it off."""
    return write(user, {"digest_weekdays": weekdays}, at=at)


@transaction.atomic
def set_absence(
    *,
    user: User,
    absent_from: date | None,
    absent_until: date | None,
    deputy: User | None = None,
    by: Actor,
    at: datetime,
) -> User:
    """From and until are both days of absence, or both None: then the user is back."""
    if (absent_from is None) != (absent_until is None) or (
        absent_from and absent_until and absent_until < absent_from
    ):
        raise AccountError(_("An absence has a first and a last day, in this order."))
    if deputy is not None and deputy.pk == user.pk:
        raise AccountError(_("Nobody is their own deputy."))
    if deputy is not None and not may_represent(deputy, user):
        raise AccountError(_("A deputy is an active colleague."))
    changed = {"absent_from": absent_from, "absent_until": absent_until, "deputy": deputy}
    return write(user, changed, at=at)


def may_represent(deputy: User, user: User) -> bool:
    """Of the same house, and able to log in."""
    same = (deputy.role == Role.PARTNER, deputy.organisation_id)
    return deputy.is_active and same == (user.role == Role.PARTNER, user.organisation_id)


def write(user: User, changed: dict, *, at: datetime) -> User:
    """Only the named columns, so that nothing written meanwhile is lost."""
    for name, value in {**changed, "modified_at": at}.items():
        setattr(user, name, value)
    user.save(update_fields=[*changed, "modified_at"])
    return user


@transaction.atomic
def create_api_key(
    *,
    organisation,
    name: str = "",
    scopes: Iterable[str] = DEFAULT_SCOPES,
    expires_at: datetime | None = None,
    by: Actor,
    at: datetime,
) -> tuple[ApiKey, str]:
    """The key and its secret, which can be shown this once only: its digest is all that is kept."""
    expires_at = expires_at or at + KEY_LIFETIME
    if not at < expires_at <= at + LONGEST_KEY_LIFETIME:
        raise AccountError(_("A key ends within eighteen months, and not in the past."))
    if organisation.pk == AGENCY_ID:
        raise AccountError(_("Keys are for partner organisations, not for the agency itself."))
    chosen = sorted(set(scopes))
    if not chosen or not set(chosen) <= set(Scope.values):
        raise AccountError(_("A key needs at least one of the known scopes."))
    # 40 random bits name the key, 256 more are the secret.
    prefix = "dma_" + base64.b32encode(secrets.token_bytes(5)).decode().lower()
    secret = f"{prefix}_{secrets.token_urlsafe(32)}"
    key = ApiKey.objects.create(
        organisation=organisation,
        name=name,
        prefix=prefix,
        scopes=chosen,
        expires_at=expires_at,
        digest=keyed_digest(DIGEST_PURPOSE, secret),
        created_at=at,
        modified_at=at,
    )
    return key, secret


@transaction.atomic
def revoke_api_key(*, key: ApiKey, by: Actor, at: datetime) -> ApiKey:
    """The first revocation counts; it holds from this moment and for ever."""
    rows = ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True)
    rows.update(revoked_at=at, modified_at=at)
    key.refresh_from_db()
    return key
