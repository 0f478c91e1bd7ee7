"""Proposing, agreeing, declining: nobody learns of the other before both have agreed."""

from datetime import timedelta

import pytest

from accounts.actors import Actor
from accounts.models import Change
from contacts.actions import withdraw_consent
from contacts.models import Consent, Person
from outbox.models import OutboundMail
from referrals.introductions import actions
from referrals.introductions.errors import (
    BothAgreedError,
    DuplicateIntroductionError,
    IntroductionOverError,
    NamesInTextError,
    NotTheirsError,
    RefusedError,
)
from referrals.introductions.proposing import Side
from referrals.models import INTRODUCTION_STEPS, Introduction, IntroductionParty
from tests.factories import IntroductionFactory, PersonFactory, UserFactory, actor
from tests.referrals.introducing import MIRO, ZOE, Pair, left, mails

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(db, now):
    return Pair.made(now)


def lock(person: Person, state="restricted") -> None:
    Person.objects.filter(pk=person.pk).update(state=state)


# --- proposing ---


def test_proposing_asks_both_for_three_weeks_of_working_days(pair):
    row = pair.propose()

    assert (row.status, row.owner, row.reference) == ("proposed", pair.user, "K-2026-0001")
    assert [mail.recipient for mail in mails("proposed")] == [MIRO, ZOE]
    parties = IntroductionParty.objects.filter(introduction=row)
    assert {party.expires_at.isoformat() for party in parties} == {"2026-03-31T22:00:00+00:00"}
    assert all(IntroductionParty.behind(party.token) == party for party in parties)
    assert [(party.agreed, party.shared_fields) for party in parties] == [(None, []), (None, [])]


@pytest.mark.parametrize("role", ["manager", "admin", "partner"])
def test_only_advisors_propose(pair, role):
    by = Actor.of(UserFactory(**{"partner": True} if role == "partner" else {"role": role}))

    with pytest.raises(NotTheirsError):
        pair.propose(by=by)


def test_two_different_people_are_needed(pair):
    with pytest.raises(RefusedError) as refused:
        pair.propose(sides=pair.sides(second=pair.zoe))

    assert refused.value.field == "second"


@pytest.mark.parametrize("state", ["restricted", "anonymised"])
def test_nobody_whose_data_is_locked_is_introduced(pair, state):
    lock(pair.miro, state)

    with pytest.raises(RefusedError) as refused:
        pair.propose()

    assert refused.value.field == "second"
    assert not Introduction.objects.exists()


def test_who_has_no_address_cannot_be_asked(pair):
    with pytest.raises(RefusedError) as refused:
        pair.propose(sides=pair.sides(first=PersonFactory(phone="+4917139200013")))

    assert refused.value.field == "first"


@pytest.mark.parametrize("fields", [("name",), (), ("postcode",)])
def test_without_a_way_to_be_reached_nothing_is_proposed(pair, fields):
    with pytest.raises(RefusedError) as refused:
        pair.propose(sides=pair.sides(fields=fields))

    assert refused.value.field == "first_fields"


def test_phone_alone_needs_a_phone(pair):
    silent = PersonFactory(email="still@gruendung.example")

    with pytest.raises(RefusedError) as refused:
        pair.propose(sides=pair.sides(second=silent, fields=("name", "phone")))

    assert refused.value.field == "second_fields"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", RefusedError),
        ("   ", RefusedError),
        ("x" * 501, RefusedError),
        ("Schreiben Sie an zoe@gruendung.example", RefusedError),
        ("Erreichbar unter 0171 39200011", RefusedError),
        ("Frau Tok3nmann baut Regale", NamesInTextError),
        ("ZOE baut Regale", NamesInTextError),
        ("Miros Freundin", NamesInTextError),
    ],
)
def test_what_the_other_reads_beforehand_names_nobody(pair, text, error):
    first, second = pair.sides()

    with pytest.raises(error) as refused:
        pair.propose(sides=(Side(first.person, text, first.offered_fields), second))

    assert refused.value.field == "first_about"
    assert not OutboundMail.objects.exists()


def test_the_purpose_names_nobody_either(pair):
    with pytest.raises(NamesInTextError) as refused:
        pair.propose(purpose="Treffen mit Tok3nberg")

    assert refused.value.field == "purpose"
    assert "Tok3nberg" in str(refused.value.message)


def test_a_name_that_means_something_else_may_stand(pair):
    cook = PersonFactory(given_name="Ada", family_name="Koch", email="ada@gruendung.example")
    given = {"sides": pair.sides(second=cook), "purpose": "Ein Koch für die Kantine"}
    with pytest.raises(NamesInTextError):
        pair.propose(**given)

    assert pair.propose(**given, names_meant=True).status == "proposed"


def test_a_contact_is_refused_even_when_names_are_meant(pair):
    with pytest.raises(RefusedError):
        pair.propose(purpose="zoe@gruendung.example", names_meant=True)


@pytest.mark.parametrize("turned", [False, True])
def test_two_have_one_open_introduction_at_a_time(pair, turned):
    first = pair.propose()
    sides = pair.sides(first=pair.miro, second=pair.zoe) if turned else pair.sides()

    with pytest.raises(DuplicateIntroductionError) as refused:
        pair.propose(sides=sides)

    assert first.reference in str(refused.value.message)


def test_with_somebody_else_or_afterwards_there_may_be_another(pair):
    row = pair.propose()
    third = PersonFactory(email="dritte@gruendung.example")

    pair.propose(sides=pair.sides(second=third))
    actions.withdraw_introduction(introduction=row, by=pair.advisor, at=pair.now)
    pair.propose()

    assert Introduction.objects.open().count() == 2


# --- agreeing ---


def test_agreeing_records_what_was_ticked_under_a_consent_of_its_own(pair):
    row = pair.propose()

    pair.agree(row, pair.zoe, ["phone", "name"])

    party = pair.party(row, pair.zoe)
    consent = party.consent
    assert (party.agreed, party.answered_at, party.shared_fields) == (
        True,
        pair.now,
        ["name", "phone"],
    )
    assert (consent.person, consent.purpose, consent.shared_fields) == (
        pair.zoe,
        "introduction",
        ["name", "phone"],
    )
    assert (consent.evidence, consent.evidence_note) == ("form", row.reference)
    assert "die von mir angekreuzten Angaben" in consent.text
    assert (consent.channel, consent.by_label) == ("mail_link", "Zoë Tok3nmann")
    assert pair.fresh(row).status == "proposed"
    assert mails("made") == []


def test_when_both_have_agreed_each_gets_one_notice(pair):
    row = pair.joined()

    assert (row.status, row.introduced_at) == ("introduced", pair.now)
    assert [mail.recipient for mail in mails("made")] == [MIRO, ZOE]
    assert {mail.legal_basis for mail in mails("made")} == {"consent"}


def test_agreeing_twice_is_agreeing_once(pair):
    row = pair.propose()
    pair.agree(row, pair.zoe, ["email"])

    pair.agree(row, pair.zoe, ["email", "phone"])
    pair.agree(row, pair.miro)
    pair.agree(row, pair.miro)

    assert Consent.objects.count() == 2
    assert pair.party(row, pair.zoe).shared_fields == ["email"]
    assert len(mails("made")) == 2


@pytest.mark.parametrize("ticked", [[], ["name"], ["postcode"], ["name", "postcode"]])
def test_agreeing_needs_a_way_to_be_reached(pair, ticked):
    row = pair.propose()

    with pytest.raises(RefusedError) as refused:
        pair.agree(row, pair.zoe, ticked)

    assert refused.value.field == "shared_fields"
    assert not Consent.objects.exists()


def test_nothing_that_was_not_asked_for_is_shared(pair):
    row = pair.propose(sides=pair.sides(fields=("name", "email")))

    pair.agree(row, pair.zoe, ["name", "email", "phone"])

    assert pair.party(row, pair.zoe).shared_fields == ["name", "email"]


@pytest.mark.parametrize("act", ["agree", "decline"])
def test_nobody_answers_for_another(pair, act):
    row = pair.propose()
    party = pair.party(row, pair.zoe)
    functions = {
        "agree": (actions.agree_to_introduction, {"shared_fields": ["email"]}),
        "decline": (actions.decline_introduction, {}),
    }
    function, more = functions[act]

    with pytest.raises(NotTheirsError):
        function(party=party, **more, by=pair.advisor, at=pair.now)


def test_too_late_is_too_late(pair):
    row = pair.propose()
    late = pair.at(pair.now + timedelta(days=30))

    for answer in (late.agree, late.decline):
        with pytest.raises(IntroductionOverError):
            answer(row, pair.zoe)

    assert pair.fresh(row).status == "proposed"  # the clock ends it


def test_nobody_is_joined_with_whose_data_is_locked(pair):
    row = pair.asked()
    pair.agree(row, pair.zoe)
    lock(pair.zoe)

    with pytest.raises(IntroductionOverError):
        pair.agree(row, pair.miro)

    assert mails("made") == []


# --- declining, taking back, withdrawing ---


def test_a_no_ends_it_and_only_the_other_hears_so(pair):
    row = pair.asked()
    pair.agree(row, pair.miro)

    pair.decline(row, pair.zoe, "Keine Zeit im Moment")
    pair.deliver()

    assert pair.fresh(row).status == "declined"
    party = pair.party(row, pair.zoe)
    assert (party.agreed, party.decline_text) == (False, "Keine Zeit im Moment")
    assert left("ended") == [MIRO]
    with pytest.raises(IntroductionOverError):
        pair.agree(row, pair.miro)
    with pytest.raises(IntroductionOverError):
        pair.agree(row, pair.zoe)


def test_saying_no_twice_changes_nothing(pair):
    row = pair.propose()
    pair.decline(row, pair.zoe, "Keine Zeit")
    version = pair.fresh(row).version

    pair.decline(row, pair.zoe)

    assert pair.fresh(row).version == version
    assert pair.party(row, pair.zoe).decline_text == "Keine Zeit"


def test_a_long_reason_is_refused(pair):
    row = pair.propose()

    with pytest.raises(RefusedError):
        pair.decline(row, pair.zoe, "x" * 501)


def test_agreement_can_be_taken_back_until_the_other_agrees(pair):
    row = pair.asked()
    pair.agree(row, pair.zoe)

    pair.decline(row, pair.zoe)
    pair.deliver()

    assert pair.fresh(row).status == "declined"
    assert pair.party(row, pair.zoe).shared_fields == []
    assert Consent.objects.get().withdrawn_at == pair.now
    assert left("ended") == [MIRO]


@pytest.mark.parametrize("way", ["link", "case page"])
def test_what_has_not_left_yet_is_stopped_after_both_agreed(pair, way):
    row = pair.joined()

    if way == "link":
        pair.decline(row, pair.zoe)
    else:
        consent = pair.zoe.consents.get()
        withdraw_consent(consent=consent, by=actor("advisor"), at=pair.now)
    pair.deliver()

    assert pair.fresh(row).status == "declined"
    assert left("made") == []
    assert left("ended") == [MIRO]


def test_what_has_left_stays_and_the_withdrawal_is_kept(pair):
    row = pair.joined()
    pair.deliver()

    after = pair.decline(row, pair.zoe, "doch nicht")

    assert after.status == "introduced"
    assert pair.zoe.consents.get().withdrawn_at == pair.now
    assert left("ended") == []
    with pytest.raises(BothAgreedError):
        pair.decline(row, pair.zoe)


def test_half_of_it_left_is_not_undone(pair):
    """One has read who the other is: the other notice is stopped, the introduction stands."""
    row = pair.joined()
    OutboundMail.objects.filter(kind="introduction_made", recipient=MIRO).update(state="sent")

    withdraw_consent(consent=pair.zoe.consents.get(), by=actor("advisor"), at=pair.now)
    pair.deliver()

    assert pair.fresh(row).status == "introduced"
    assert left("made") == [MIRO]


def test_another_consent_withdrawn_touches_nothing(pair):
    row = pair.propose()
    pair.agree(row, pair.zoe)
    consent = Consent.objects.get()
    consent.pk, consent.purpose, consent._state.adding = None, "newsletter", True
    consent.id = IntroductionFactory().pk  # any id of its own
    consent.save()

    withdraw_consent(consent=consent, by=pair.advisor, at=pair.now)

    assert pair.fresh(row).status == "proposed"


def test_a_consent_of_no_introduction_is_just_withdrawn(pair):
    row = pair.propose()
    pair.agree(row, pair.zoe)
    IntroductionParty.objects.update(consent=None)

    withdraw_consent(consent=Consent.objects.get(), by=pair.advisor, at=pair.now)

    assert pair.fresh(row).status == "proposed"


def test_its_advisor_withdraws_and_both_hear_that_it_does_not_come_about(pair):
    row = pair.asked()
    pair.agree(row, pair.zoe)

    actions.withdraw_introduction(introduction=row, by=pair.advisor, at=pair.now)
    pair.deliver()

    assert pair.fresh(row).status == "withdrawn"
    assert left("ended") == [MIRO, ZOE]


def test_withdrawn_before_anybody_was_asked_nobody_hears_of_it(pair):
    row = pair.propose()

    actions.withdraw_introduction(introduction=row, by=pair.advisor, at=pair.now)
    pair.deliver()

    assert left("") == []


def test_nobody_else_withdraws_it_and_never_twice_or_too_late(pair):
    row = pair.propose()
    for by in (actor("advisor"), actor("manager"), Actor.system()):
        with pytest.raises(NotTheirsError):
            actions.withdraw_introduction(introduction=row, by=by, at=pair.now)
    pair.agree(row, pair.zoe)
    pair.agree(row, pair.miro)
    with pytest.raises(BothAgreedError):
        actions.withdraw_introduction(introduction=row, by=pair.advisor, at=pair.now)
    pair.decline(row, pair.zoe)
    with pytest.raises(IntroductionOverError):
        actions.withdraw_introduction(introduction=row, by=pair.advisor, at=pair.now)


# --- outcome ---


def test_both_outcomes_close_it(pair):
    row = pair.joined()

    pair.tell(row, pair.zoe, "planned")
    pair.tell(row, pair.zoe, "met")
    assert pair.fresh(row).status == "introduced"
    pair.tell(row, pair.miro, "no_fit")

    assert (pair.fresh(row).status, pair.fresh(row).closed_at) == ("closed", pair.now)
    assert pair.party(row, pair.zoe).outcome == "met"
    with pytest.raises(IntroductionOverError):
        pair.tell(row, pair.zoe, "no_contact")


def test_an_outcome_is_one_of_four_and_of_an_introduction_that_took_place(pair):
    row = pair.propose()
    with pytest.raises(IntroductionOverError):
        pair.tell(row, pair.zoe)
    pair.agree(row, pair.zoe)
    pair.agree(row, pair.miro)
    with pytest.raises(RefusedError):
        pair.tell(row, pair.zoe, "married")


def test_the_advisor_notes_what_she_has_heard_and_nobody_else_does(pair):
    row = pair.joined()
    party = pair.party(row, pair.zoe)
    given = {"party": party, "outcome": "met", "at": pair.now}

    with pytest.raises(NotTheirsError):
        actions.report_outcome(**given, by=actor("advisor"))
    actions.report_outcome(**given, by=pair.advisor)

    assert pair.party(row, pair.zoe).outcome == "met"


# --- rows and history ---


def test_every_step_leaves_one_row_of_history(pair):
    row = pair.joined()
    pair.tell(row, pair.zoe)

    changes = Change.objects.filter(record_id=row.pk).order_by("version")
    zoe, miro = (pair.party(row, person).pk for person in (pair.zoe, pair.miro))
    assert [change.version for change in changes] == [1, 2, 3, 4]
    assert changes[1].fields == {f"agreed:{zoe}": [None, True]}
    assert changes[2].fields[f"agreed:{miro}"] == [None, True]
    assert changes[2].fields["status"] == ["proposed", "introduced"]
    assert [change.channel for change in changes] == ["screen", *["mail_link"] * 3]


def test_restricted_people_hide_what_joins_them(pair):
    row = pair.propose()
    IntroductionFactory()
    advisor = pair.advisor
    assert list(Introduction.objects.writable_by(advisor)) == [row]

    lock(pair.miro)

    assert row not in Introduction.objects.visible_to(advisor)
    assert Introduction.objects.visible_to(advisor).count() == 1
    assert not Introduction.objects.writable_by(advisor).exists()


@pytest.mark.parametrize(("role", "seen"), [("advisor", 1), ("manager", 1), ("admin", 1)])
def test_the_agency_reads_all(pair, role, seen):
    IntroductionFactory()

    assert Introduction.objects.visible_to(actor(role)).count() == seen


def test_partners_and_links_see_none(pair):
    row = pair.propose()
    user = UserFactory(partner=True)

    for by in (Actor.of(user), Actor.system(), actions.holder_of(pair.party(row, pair.zoe))):
        assert not Introduction.objects.visible_to(by).exists()
        assert not Introduction.objects.writable_by(by).exists()


def test_what_has_ended_stays_ended():
    ended = [status for status, after in INTRODUCTION_STEPS.items() if not after]

    assert ended == ["declined", "withdrawn", "expired", "closed"]
