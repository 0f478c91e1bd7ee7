"""What the two read, and what must not go any more when its turn comes."""

import email
import email.policy
import re
from datetime import timedelta

import pytest

from contacts.models import Consent, Person, PersonEmail
from outbox.composing import composed
from outbox.models import OutboundMail
from outbox.registry import kind_of
from referrals.introductions import actions, mail_kinds
from referrals.models import IntroductionParty, MutedNotice
from tests.referrals.introducing import (
    ALL,
    MIRO,
    MIROS_PHONE,
    ZOE,
    ZOES_PHONE,
    Pair,
    left,
    mails,
    message,
)

pytestmark = pytest.mark.django_db
SECRETS = ("tok3n", "39200011", "39200012", "Zoë", "Miro")


@pytest.fixture
def pair(db, now):
    return Pair.made(now)


def may_go(kind, to, at) -> str:
    (mail,) = mails(kind, to)
    return kind_of(mail).may_go(mail, at)


def without_own(told, person) -> str:
    """The mail without the greeting, which names its reader."""
    return (told.subject + told.text).replace(person.display_name, "")


def later(pair, **more) -> Pair:
    return pair.at(pair.now + timedelta(**more))


# --- wording ---


def test_the_question_says_what_it_is_about_and_names_nobody(pair):
    row = pair.propose()

    told = message("proposed", ZOE)

    for part in (
        "Guten Tag Zoë Tok3nmann",
        "Wie man Möbel verkauft",
        "Verkauft seit Jahren Küchen.",
        "Dienstag, 31. März 2026",
        pair.url(row, pair.zoe),
        "Aylin Krüger",
    ):
        assert part in told.text
    assert "Regale" not in told.text
    assert not any(secret in without_own(told, pair.zoe) for secret in SECRETS)
    assert told.reply_to == pair.user.email


def test_each_is_joined_with_what_the_other_has_ticked(pair):
    row = pair.propose()
    pair.agree(row, pair.zoe, ["name", "email"])
    pair.agree(row, pair.miro, ["email", "phone"])

    zoes, miros = message("made", ZOE), message("made", MIRO)

    assert miros.subject == "Wir machen Sie mit Zoë Tok3nmann bekannt"
    assert f"Name: Zoë Tok3nmann\n\nE-Mail: {ZOE}" in miros.text
    assert "Telefon:" not in miros.text
    assert zoes.subject == "Wir machen Sie mit Ihrem Gegenüber bekannt"
    assert f"E-Mail: {MIRO}\n\nTelefon: +49 171 39200012" in zoes.text
    assert "Tok3nberg" not in zoes.text
    assert "von Ihnen diese Angaben erhalten: Name, E-Mail." in zoes.text
    assert (zoes.reply_to, miros.reply_to) == (MIRO, ZOE)


def test_an_answer_goes_to_the_other_one_or_to_the_advisor(pair):
    row = pair.propose()
    pair.agree(row, pair.zoe, ["name", "phone"])
    pair.agree(row, pair.miro)

    told = message("made", MIRO)

    assert ZOE not in told.text + told.html
    assert ZOES_PHONE.replace("+49", "+49 ").replace("171", "171 ") in told.text
    assert "Am besten rufen Sie an" in told.text
    assert told.reply_to == pair.user.email
    assert "Dabei zeigt sich auch Ihre E-Mail-Adresse" in message("made", ZOE).text


def test_no_header_names_the_other_but_reply_to(pair):
    pair.joined()
    (mail,) = mails("made", ZOE)

    raw = composed(mail, message("made", ZOE), at=pair.now)
    headers = dict(email.message_from_bytes(raw, policy=email.policy.default).items())

    assert headers.pop("Reply-To") == MIRO
    assert MIRO not in str(headers)


def test_a_corrected_address_is_passed_on_as_it_is_when_the_mail_goes(pair):
    pair.joined()
    PersonEmail.objects.filter(address=ZOE).update(address="neu@gruendung.example")

    told = message("made", MIRO)

    assert "neu@gruendung.example" in told.text
    assert ZOE not in told.text


def test_that_it_does_not_come_about_says_neither_who_nor_why(pair):
    row = pair.asked()
    pair.decline(row, pair.zoe, "Mag keine Küchen")
    told = message("ended", MIRO)
    actions.withdraw_introduction(introduction=pair.propose(), by=pair.advisor, at=pair.now)

    assert "kommt dieser Kontakt nicht zustande" in told.text
    assert "Küchen" not in told.text
    assert not any(secret in without_own(told, pair.miro) for secret in SECRETS)
    withdrawn = OutboundMail.objects.filter(kind="introduction_ended", recipient=MIRO)
    texts = {kind_of(mail).build(mail).text for mail in withdrawn}
    assert (len(withdrawn), texts) == (2, {told.text})


def test_every_kind_has_its_texts_and_no_gap(pair):
    row = pair.joined()
    party = pair.party(row, pair.zoe)

    for kind in mail_kinds.GUARDS:
        mail = OutboundMail(kind=kind, subjects={"party": str(party.pk)}, recipient_name="Kim")
        told = mail_kinds.build(mail)
        assert told.subject
        assert "Guten Tag Kim" in told.text
        assert not re.search(r"[{}]|None|\n\n\n", told.subject + told.text), kind


def test_of_an_advisor_who_has_left_no_address_is_given(pair):
    pair.propose()
    type(pair.user).objects.update(is_active=False)

    assert message("proposed", ZOE).reply_to == ""


# --- guards ---


def test_the_question_waits_for_an_answer_only(pair):
    row = pair.propose()
    assert may_go("proposed", ZOE, pair.now) == ""

    assert may_go("proposed", ZOE, later(pair, days=30).now) == "state_changed"
    pair.decline(row, pair.miro)
    assert may_go("proposed", ZOE, pair.now) == "state_changed"


def test_once_answered_nobody_is_reminded(pair):
    row = pair.asked()
    week = later(pair, days=7)
    week.run()
    assert may_go("reminder", ZOE, week.now) == ""

    week.agree(row, pair.zoe)

    assert may_go("reminder", ZOE, week.now) == "state_changed"


@pytest.mark.parametrize("who", ["zoe", "miro"])
@pytest.mark.parametrize("state", ["restricted", "anonymised"])
def test_locking_either_stops_the_joining(pair, who, state):
    pair.joined()

    Person.objects.filter(pk=getattr(pair, who).pk).update(state=state)
    pair.deliver()

    assert left("made") == []
    assert {mail.last_error for mail in mails("made")} == {"not_allowed: record_gone"}


@pytest.mark.parametrize("change", [{"withdrawn_at": True}, {"expires_at": True}])
def test_without_both_consents_nothing_is_joined(pair, change):
    pair.joined()
    fields = dict.fromkeys(change, pair.now)

    Consent.objects.filter(person=pair.zoe).update(**fields)

    assert may_go("made", ZOE, pair.now) == may_go("made", MIRO, pair.now) == "consent_gone"


def test_a_consent_that_was_erased_is_none(pair):
    pair.joined()

    Consent.objects.filter(person=pair.zoe).delete()

    assert may_go("made", MIRO, pair.now) == "consent_gone"


def test_an_address_that_is_no_longer_theirs_gets_nothing(pair):
    pair.joined()

    PersonEmail.objects.filter(address=MIRO).delete()

    assert may_go("made", MIRO, pair.now) == "record_gone"


def test_what_is_gone_is_told_to_nobody(pair):
    pair.joined()
    (mail,) = mails("made", ZOE)

    IntroductionParty.objects.all().delete()

    assert kind_of(mail).may_go(mail, pair.now) == "record_gone"


def test_the_notice_of_the_end_goes_also_when_the_other_is_locked(pair):
    pair.asked()

    Person.objects.filter(pk=pair.zoe.pk).update(state="restricted")
    pair.run()
    pair.deliver()

    assert left("ended") == [MIRO]


@pytest.mark.parametrize("kind", ["introduction_reminder", "introduction_outcome"])
def test_a_notice_can_be_switched_off_for_a_person(pair, kind):
    short = kind.removeprefix("introduction_")
    if short == "reminder":
        pair.asked()
    else:
        pair.joined()
    given = {"at": pair.now, "channel": "screen"}
    MutedNotice.objects.create(kind=kind, person=pair.zoe, **given)

    moved = later(pair, days=22 if short == "outcome" else 7)
    moved.run()
    moved.deliver()

    assert left(short) == [MIRO]


def test_nobody_is_asked_what_came_of_a_consent_that_was_withdrawn(pair):
    pair.joined()
    pair.deliver()
    Consent.objects.filter(person=pair.zoe).update(withdrawn_at=pair.now)

    moved = later(pair, days=22)
    moved.run()
    moved.deliver()

    assert left("outcome") == []


def test_everything_ticked_is_everything_asked_for():
    assert set(ALL) == {"name", "email", "phone"}
    assert MIROS_PHONE != ZOES_PHONE
