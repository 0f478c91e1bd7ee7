"""Who sees which user, key and entry of the read log."""

from datetime import timedelta

import pytest

from accounts.actors import AGENCY_ID, NOBODY, Actor
from accounts.models import ApiKey, ReadLog, User
from dma_crm.models import new_id
from tests.factories import ApiKeyFactory, UserFactory

pytestmark = pytest.mark.django_db


def seen(model, actor) -> set:
    return set(model.objects.visible_to(actor))


def test_team_sees_all_partners_their_colleagues_strangers_nobody():
    advisor, other = UserFactory(), UserFactory(partner=True)
    user = UserFactory(partner=True)
    colleague = UserFactory(role="partner", organisation=user.organisation)

    assert seen(User, Actor.of(advisor)) == {advisor, other, user, colleague}
    assert seen(User, Actor.of(user)) == {user, colleague}
    assert seen(User, NOBODY) == set()


@pytest.mark.parametrize("role", ["advisor", "manager"])
def test_keys_are_for_administrators_and_their_organisation(role):
    own, foreign = ApiKeyFactory(), ApiKeyFactory()
    partner = UserFactory(role="partner", organisation=own.organisation)

    assert seen(ApiKey, Actor.of(UserFactory(admin=True))) == {own, foreign}
    assert seen(ApiKey, Actor.of(partner)) == {own}
    assert seen(ApiKey, Actor.of(UserFactory(role=role))) == set()


def test_usable_keys_neither_expired_nor_revoked(now):
    key = ApiKeyFactory(expires_at=now + timedelta(seconds=1))
    ApiKeyFactory(expires_at=now)
    ApiKeyFactory(revoked_at=now)

    assert list(ApiKey.objects.usable(now)) == [key]
    assert str(key) == f"{key.prefix}…"


def test_read_log_is_for_administrators_and_whoever_read(now):
    reader = UserFactory(name="Anke")
    mine, other = (
        ReadLog.objects.create(user=user, note_id=new_id(), subject="B-2026-0001", at=now)
        for user in (reader, UserFactory())
    )

    assert seen(ReadLog, Actor.of(UserFactory(admin=True))) == {mine, other}
    assert seen(ReadLog, Actor.of(reader)) == {mine}
    assert seen(ReadLog, Actor.system()) == set()
    assert str(mine) == "B-2026-0001, 10.03.2026"


def test_user_acts_for_the_agency_or_for_their_organisation():
    advisor, partner = UserFactory(), UserFactory(partner=True)

    assert (Actor.of(advisor).organisation_id, Actor.of(advisor).is_agency) == (AGENCY_ID, True)
    assert Actor.of(partner).organisation_id == partner.organisation_id
    assert Actor.of(partner).is_agency is False


def test_inactive_user_has_no_role():
    actor = Actor.of(UserFactory(is_active=False))

    assert (actor.role, actor.is_agency) == ("", False)


def test_key_acts_for_its_organisation_with_its_scopes():
    key = ApiKeyFactory(scopes=["referrals:read"])

    actor = Actor.of_key(key)

    assert actor.organisation_id == key.organisation_id
    assert (actor.role, actor.scopes, actor.label) == ("partner", {"referrals:read"}, key.prefix)
    assert actor.as_history()["by_api_key_id"] == key.pk


def test_mail_link_acts_on_one_referral_only():
    organisation, referral = new_id(), new_id()

    actor = Actor.of_link(organisation_id=organisation, referral_id=referral, label="Mail")

    assert (actor.organisation_id, actor.referral_id) == (organisation, referral)
    assert (actor.role, actor.channel, actor.user_id) == ("mail_link", "mail_link", None)


def test_user_by_natural_key_in_any_case():
    user = UserFactory(email="anke@dma.example")

    assert User.objects.get_by_natural_key("Anke@DMA.example") == user
    assert user.get_full_name() == str(user) == user.name


def test_active_people_of_the_agency():
    advisor, manager = UserFactory(), UserFactory(manager=True)
    UserFactory(is_active=False)
    UserFactory(partner=True)

    assert set(User.objects.agency()) == {advisor, manager}
    assert set(User.objects.advisors()) == {advisor}
