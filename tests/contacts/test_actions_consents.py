"""A consent is kept with the words it was given to, and its withdrawal acts at once."""

from datetime import timedelta

import pytest

from contacts import registry
from contacts.actions import record_consent, withdraw_consent
from contacts.errors import ConsentRefusedError, NotWritableError
from contacts.models import Consent
from tests.factories import ConsentFactory, PartnerFactory, PersonFactory, actor

pytestmark = pytest.mark.django_db


def test_record_consent_keeps_the_wording_that_names_recipient_and_fields(now):
    partner = PartnerFactory(name="IHK Nord")

    consent = record_consent(
        person=PersonFactory(),
        purpose="referral",
        recipient=partner,
        shared_fields=["phone", "name"],
        evidence="spoken",
        given_at=now,
        by=actor(),
        at=now,
    )

    assert "an IHK Nord weitergibt: Name, Telefonnummer." in consent.text
    assert "E-Mail" not in consent.text
    assert (consent.text_version, consent.shared_fields) == ("2026-01", ["name", "phone"])
    assert consent.is_active(now)


def test_record_consent_keeps_a_text_of_others_as_it_is(now):
    consent = record_consent(
        person=PersonFactory(),
        purpose="newsletter",
        recipient=PartnerFactory(),
        evidence="form",
        given_at=now,
        text="Ja, gern.",
        by=actor(),
        at=now,
    )

    assert (consent.text, consent.text_version, consent.recipient) == ("Ja, gern.", "foreign", None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"purpose": "anything"},
        {"evidence": "telepathy"},
        {"recipient": None},
        {"shared_fields": ["diary"]},
        {"given_at": timedelta(minutes=1)},
        {"expires_at": timedelta(0)},
    ],
)
def test_record_consent_refuses_what_would_not_hold(wrong, now):
    fields = {
        "person": PersonFactory(),
        "purpose": "referral",
        "recipient": PartnerFactory(),
        "shared_fields": ["name"],
        "evidence": "spoken",
        "given_at": now,
    } | {name: now + v if isinstance(v, timedelta) else v for name, v in wrong.items()}

    with pytest.raises(ConsentRefusedError):
        record_consent(**fields, by=actor(), at=now)

    assert not Consent.objects.exists()


def test_record_consent_refuses_a_locked_person(now):
    with pytest.raises(NotWritableError):
        record_consent(
            person=PersonFactory(state="anonymised"),
            purpose="newsletter",
            evidence="spoken",
            given_at=now,
            by=actor(),
            at=now,
        )


def test_withdraw_consent_runs_the_hooks_once(now, monkeypatch):
    heard = []
    monkeypatch.setattr(
        registry, "consent_withdrawn_hooks", [lambda **given: heard.append(given["consent"].pk)]
    )
    consent = ConsentFactory()

    for _click in range(2):
        withdraw_consent(consent=consent, by=actor(name="Anke"), at=now)

    assert heard == [consent.pk]
    assert (consent.withdrawn_at, consent.withdrawn_by_label) == (now, "Anke")
    assert not consent.is_active(now)


def test_a_failing_hook_takes_the_withdrawal_back(now, monkeypatch):
    def fail(**given):
        raise RuntimeError("cannot stop the referral")

    monkeypatch.setattr(registry, "consent_withdrawn_hooks", [fail])
    consent = ConsentFactory()

    with pytest.raises(RuntimeError):
        withdraw_consent(consent=consent, by=actor(), at=now)

    assert Consent.objects.get().withdrawn_at is None
