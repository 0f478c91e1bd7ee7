from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.keys import find_key
from accounts.models import ApiKey
from tests.factories import PartnerFactory

pytestmark = pytest.mark.django_db


def run(*arguments) -> str:
    out = StringIO()
    call_command("create_api_key", *arguments, stdout=out)
    return out.getvalue()


def test_prints_the_key_alone_on_the_last_line():
    partner = PartnerFactory(name="IHK Lüneburg-Wolfsburg")

    printed = run("--partner", "ihk LÜNEBURG-wolfsburg", "--name", "Fachverfahren", "--days", "30")

    key = find_key(printed.splitlines()[-1], timezone.now())
    assert (key.organisation, key.name) == (partner, "Fachverfahren")
    assert (key.expires_at - key.created_at).days == 30


def test_takes_a_reference_and_scopes():
    partner = PartnerFactory()

    run("--partner", partner.reference, "--scope", "services:write", "--scope", "referrals:read")

    assert ApiKey.objects.get().scopes == ["referrals:read", "services:write"]


def test_unknown_partner_is_told_near_names():
    PartnerFactory(name="IHK Lüneburg-Wolfsburg")
    PartnerFactory(name="Handwerkskammer")

    with pytest.raises(CommandError) as caught:
        run("--partner", "IHK")

    assert caught.value.returncode == 1
    assert str(caught.value).endswith("Did you mean: IHK Lüneburg-Wolfsburg?")


def test_misspelt_partner_is_told_near_names():
    PartnerFactory(name="Handwerkskammer")

    with pytest.raises(CommandError, match="Did you mean: Handwerkskammer"):
        run("--partner", "Handwerkskamer")


def test_nothing_near_is_no_hint():
    with pytest.raises(CommandError) as caught:
        run("--partner", "Quux")

    assert str(caught.value) == "There is no partner organisation named 'Quux'."


def test_agency_has_no_key():
    with pytest.raises(CommandError, match="no partner organisation"):
        run("--partner", "Digitale Mutterboden Agentur")


@pytest.mark.parametrize("wrong", [["--days", "0"], ["--days", "549"], ["--name", "x" * 101]])
def test_wrong_usage_ends_with_2(wrong):
    with pytest.raises(CommandError) as caught:
        run("--partner", PartnerFactory().name, *wrong)

    assert caught.value.returncode == 2
    assert not ApiKey.objects.exists()
