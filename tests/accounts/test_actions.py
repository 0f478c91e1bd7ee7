from datetime import date, timedelta

import pytest
from allauth.account.models import EmailAddress

from accounts import actions
from accounts.actors import AGENCY_ID, Actor
from accounts.errors import AccountError
from accounts.models import Role, User
from contacts.models import PartnerOrganisation
from tests.factories import ApiKeyFactory, PartnerFactory, UserFactory

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system()


def whole(user: User, **changed) -> dict:
    names = ("email", "name", "phone", "role", "organisation", "is_active")
    return {name: getattr(user, name) for name in names} | changed


def test_created_user_has_a_normalised_address_and_no_usable_password(now):
    user = actions.create_user(
        email=" Zoe@DMA.example ", name="Zoë Ünal", role="advisor", by=SYSTEM, at=now
    )

    assert user.email == "zoe@dma.example"
    assert user.has_usable_password() is False
    assert (user.created_at, user.modified_at) == (now, now)


def test_address_is_given_once_in_any_case(now):
    UserFactory(email="zoe@dma.example")

    with pytest.raises(AccountError, match="e-mail|E-Mail"):
        actions.create_user(email="ZOE@dma.example", name="Z", role="advisor", by=SYSTEM, at=now)

    assert User.objects.count() == 1


@pytest.mark.parametrize(("role", "with_organisation"), [("partner", False), ("advisor", True)])
def test_organisation_and_partner_role_come_together(now, role, with_organisation):
    organisation = PartnerFactory() if with_organisation else None

    with pytest.raises(AccountError):
        actions.create_user(
            email="a@b.example", name="A", role=role, organisation=organisation, by=SYSTEM, at=now
        )


def test_nobody_is_a_partner_user_of_the_agency(now):
    agency = PartnerOrganisation.objects.get(pk=AGENCY_ID)

    with pytest.raises(AccountError):
        actions.create_user(
            email="a@b.example", name="A", role="partner", organisation=agency, by=SYSTEM, at=now
        )


def test_role_change_ends_every_session_of_the_user(now, client_of):
    client, other = client_of("advisor"), client_of("advisor")
    assert client.get("/konto/").status_code == 200

    actions.change_role(user=client.user, role=Role.MANAGER, by=SYSTEM, at=now)

    assert client.get("/konto/")["Location"] == "/login/?next=/konto/"
    assert other.get("/konto/").status_code == 200


@pytest.mark.parametrize("changed", [{"is_active": False}, {"email": "neu@dma.example"}])
def test_other_powers_end_sessions(now, client_of, changed):
    client = client_of("advisor")
    client.get("/konto/")

    actions.update_user(user=client.user, **whole(client.user, **changed), by=SYSTEM, at=now)

    assert client.get("/konto/").status_code == 302


def test_another_name_keeps_the_session(now, client_of):
    client = client_of("advisor")

    changed = whole(client.user, name="Neu Genannt", phone="05361 1")
    user = actions.update_user(user=client.user, **changed, by=SYSTEM, at=now)

    assert (user.name, user.phone, user.modified_at) == ("Neu Genannt", "05361 1", now)
    assert client.get("/konto/").status_code == 200


def test_old_address_no_longer_opens_the_account(now):
    user = UserFactory(email="alt@dma.example")
    EmailAddress.objects.create(user=user, email="alt@dma.example", verified=True, primary=True)

    actions.update_user(user=user, **whole(user, email="neu@dma.example"), by=SYSTEM, at=now)

    assert not EmailAddress.objects.filter(user=user).exists()


def test_changed_address_must_be_free(now):
    UserFactory(email="a@dma.example")
    user = UserFactory(email="b@dma.example")

    with pytest.raises(AccountError):
        actions.update_user(user=user, **whole(user, email="A@dma.example"), by=SYSTEM, at=now)

    assert User.objects.get(pk=user.pk).email == "b@dma.example"


@pytest.mark.parametrize("changed", [{"role": "manager"}, {"is_active": False}])
def test_last_administrator_stays(now, changed):
    admin = UserFactory(admin=True)
    UserFactory(admin=True, is_active=False)

    with pytest.raises(AccountError):
        actions.update_user(user=admin, **whole(admin, **changed), by=SYSTEM, at=now)

    assert User.objects.get(pk=admin.pk).is_staff


def test_one_of_two_administrators_may_go(now):
    admin, _other = UserFactory(admin=True), UserFactory(admin=True)

    actions.change_role(user=admin, role="manager", by=SYSTEM, at=now)

    assert User.objects.get(pk=admin.pk).role == "manager"


def test_absence_has_both_days_and_a_deputy(now):
    user, deputy = UserFactory(), UserFactory()
    day = date(2026, 3, 10)

    actions.set_absence(
        user=user, absent_from=day, absent_until=day, deputy=deputy, by=SYSTEM, at=now
    )

    user.refresh_from_db()
    assert (user.absent_on(day), user.absent_on(day + timedelta(days=1))) == (True, False)
    assert user.deputy == deputy


@pytest.mark.parametrize(
    ("first", "last"),
    [(date(2026, 3, 2), date(2026, 3, 1)), (date(2026, 3, 2), None), (None, date(2026, 3, 2))],
)
def test_absence_in_disorder_is_refused(now, first, last):
    with pytest.raises(AccountError):
        actions.set_absence(
            user=UserFactory(), absent_from=first, absent_until=last, by=SYSTEM, at=now
        )


def test_nobody_is_their_own_deputy(now):
    user = UserFactory()

    with pytest.raises(AccountError):
        actions.set_absence(
            user=user, absent_from=None, absent_until=None, deputy=user, by=SYSTEM, at=now
        )


def test_profile_writes_only_its_columns(now):
    user = UserFactory()
    User.objects.filter(pk=user.pk).update(role="manager")

    actions.update_profile(
        user=user, name="Neu", phone="1", single_key_shortcuts=False, by=SYSTEM, at=now
    )

    stored = User.objects.get(pk=user.pk)
    assert (stored.name, stored.role, stored.single_key_shortcuts) == ("Neu", "manager", False)


def test_key_is_kept_as_digest_only(now):
    key, secret = actions.create_api_key(organisation=PartnerFactory(), by=SYSTEM, at=now)

    assert secret.startswith(key.prefix + "_")
    assert len(secret) == 56  # 12 of prefix, 1, and 43 that carry 256 bits
    stored = " ".join(str(value) for value in vars(key).values())
    assert secret[13:] not in stored
    assert key.scopes == ["referrals:read", "referrals:write"]
    assert key.expires_at == now + timedelta(days=365)


@pytest.mark.parametrize("days", [-1, 0, 549])
def test_key_ends_within_eighteen_months(now, days):
    with pytest.raises(AccountError):
        actions.create_api_key(
            organisation=PartnerFactory(), expires_at=now + timedelta(days=days), by=SYSTEM, at=now
        )


@pytest.mark.parametrize("scopes", [[], ["everything"]])
def test_key_needs_known_scopes(now, scopes):
    with pytest.raises(AccountError):
        actions.create_api_key(organisation=PartnerFactory(), scopes=scopes, by=SYSTEM, at=now)


def test_agency_gets_no_key(now):
    agency = PartnerOrganisation.objects.get(pk=AGENCY_ID)

    with pytest.raises(AccountError):
        actions.create_api_key(organisation=agency, by=SYSTEM, at=now)


def test_first_revocation_counts(now):
    key = ApiKeyFactory()

    actions.revoke_api_key(key=key, by=SYSTEM, at=now)
    actions.revoke_api_key(key=key, by=SYSTEM, at=now + timedelta(days=1))

    assert key.revoked_at == now
