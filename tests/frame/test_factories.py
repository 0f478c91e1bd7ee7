import pytest

from tests import factories

MADE = [name for name in factories.__all__ if name.endswith("Factory")]


@pytest.mark.django_db
@pytest.mark.parametrize("name", MADE)
def test_factory_builds_a_valid_row(name):
    row = getattr(factories, name)()

    assert type(row).objects.get(pk=row.pk) == row


@pytest.mark.django_db
@pytest.mark.parametrize(
    "state",
    [
        "sent",
        "query",
        "accepted",
        "in_progress",
        "on_hold",
        "completed",
        "declined",
        "withdrawn",
        "expired",
    ],
)
def test_referral_trait_builds_its_state(state):
    referral = factories.ReferralFactory(**{state: True})

    assert referral.status == state
    assert referral.consent.person == referral.need.person
