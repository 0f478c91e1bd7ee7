import datetime
from collections import defaultdict
from itertools import combinations

import pytest

from contacts.likeness import CHECK, DUPLICATE, FIRM_ODDS, PERSON_ODDS, REASONS, compare
from contacts.matchkeys import Identity, match_keys
from tests.contacts import lists

EVA = Identity(
    given_name="Eva",
    family_name="Müller",
    birth_date=datetime.date(1980, 4, 12),
    emails=("eva.mueller@web.example",),
    phones=("+495361123456", "+491701234567"),
    street="Bergstraße",
    house_number="12a",
    postcode="38440",
    town="Wolfsburg",
    firm="Nordlicht Beratung",
)
HUSBAND = Identity(
    given_name="Jens",
    family_name="Müller",
    birth_date=datetime.date(1978, 9, 30),
    emails=("jens@mueller.example",),
    phones=("+495361123456",),
    street="Bergstr.",
    house_number="12 a",
    postcode="38440",
    town="Wolfsburg",
)


def test_match_keys_of_a_person_are_these():
    assert match_keys(EVA) == {
        "n:03|657",
        "p:eva|mull",
        "b:1980-04-12",
        "y:1980|03",
        "y:1980|657",
        "c:38440|03",
        "c:38440|657",
        "e:eva.mueller@web.example",
        "l:eva.muller",
        "t:1123456",
        "t:1234567",
        "s:bergstr|12a",
        "f:nordlicht",
    }


def test_match_keys_of_nothing_are_none():
    assert match_keys(Identity()) == set()


def test_match_keys_pass_over_shared_mailboxes_and_short_phones():
    assert match_keys(Identity(emails=("info@x.example",), phones=("110",))) == {"e:info@x.example"}


def test_match_keys_meet_when_names_are_swapped_or_spelt_by_ear():
    swapped = Identity(given_name="Mueller", family_name="Eva")
    assert "n:03|657" in match_keys(swapped)
    assert "n:67|862" in match_keys(Identity(given_name="Meier", family_name="Schmidt"))
    assert "n:67|862" in match_keys(Identity(given_name="Schmitt", family_name="Mayr"))


def test_match_keys_of_a_firm_hold_its_domain_and_rare_words():
    bakery = Identity(firm="Bäckerei Kröger GmbH", domain="kroeger.example")
    assert match_keys(bakery) == {"f:backerei", "f:kroger", "d:kroeger.example"}


def test_match_keys_take_hostile_text():
    hostile = "\0\u202e😀" + "ß" * 10_000
    assert match_keys(Identity(given_name=hostile, family_name=hostile, street=hostile, firm="א"))


def test_spouses_are_no_duplicates():
    found = compare(EVA, HUSBAND)
    assert found.probability < 0.05
    assert not found.is_duplicate
    assert not found.is_to_check
    assert found.reasons == ()
    assert set(found.against) == {
        "same_family_name",
        "different_birth_date",
        "same_address",
        "different_email",
        "same_phone",
    }


def test_father_and_son_of_one_name_are_to_check():
    father = Identity("Jördis", "Schulze", datetime.date(1956, 4, 19), **home())
    son = Identity("Jördis", "Schulze", datetime.date(1980, 10, 12), **home())
    assert compare(father, son).is_to_check


def home():
    return {"street": "Am Markt", "house_number": "1", "postcode": "38440"}


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (Identity("Eva", "Mueller", EVA.birth_date), "same_name"),
        (Identity("Müller", "Eva", EVA.birth_date), "swapped_names"),
        (Identity("Eva", "Miller", EVA.birth_date), "similar_name"),
        (Identity("Eva", "Müller", datetime.date(1980, 12, 4), EVA.emails), "similar_birth_date"),
        (Identity("E.", "Müller", emails=EVA.emails), "initial"),
        (Identity("Eva", "Müller", phones=("+491701234567",)), "same_mobile"),
        (Identity("Eva", "Schulz", EVA.birth_date, EVA.emails), "same_given_name"),
    ],
)
def test_variants_of_one_person_are_shown_as_duplicate(other, reason):
    found = compare(EVA, other)
    assert found.is_duplicate
    assert reason in found.reasons + found.against
    assert found == compare(other, EVA)


def test_name_alone_is_to_check():
    assert compare(Identity("Eva", "Müller"), Identity("Eva", "Müller")).is_to_check


def test_nothing_in_common_is_no_likeness():
    stranger = Identity("Ali", "Kaya", datetime.date(1999, 1, 1), ("ali@kaya.example",))
    assert compare(EVA, stranger).probability < 0.001
    assert compare(Identity("Eva"), Identity("Ali")).probability < CHECK


def test_a_person_and_a_firm_are_never_alike():
    assert compare(EVA, Identity(firm="Nordlicht Beratung")) == (0.0, (), ())


def test_two_empty_records_are_not_alike():
    assert compare(Identity(), Identity()).probability < CHECK


def test_shared_mailbox_is_weaker_than_an_own_address():
    def with_mail(name, mail):
        return Identity("Eva", name, emails=(mail,))

    own = compare(with_mail("Müller", "e@x.example"), with_mail("Kaya", "e@x.example"))
    shared = compare(with_mail("Müller", "info@x.example"), with_mail("Kaya", "info@x.example"))
    assert "shared_email" in shared.reasons + shared.against
    assert own.probability > shared.probability


def test_moving_house_counts_once():
    moved = Identity("Eva", "Müller", EVA.birth_date, street="Ring", house_number="9", town="Ulm")
    against = compare(EVA, moved).against
    assert against == ("different_address",)


@pytest.mark.parametrize(
    ("street", "number", "postcode", "finding"),
    [
        ("BERGSTRASSE", "12 A", "38440", "same_address"),
        ("Bergstr.", "12a", "38444", "same_address"),
        ("Bregstraße", "12a", "38440", "similar_address"),
        ("Bergstraße", "", "38440", "similar_address"),
        ("Bergstraße", "14", "38440", "same_town"),
        ("Ring", "12a", "38440", "same_town"),
        ("Bergstraße", "12a", "10115", "different_address"),
        ("", "", "38440", None),
        ("", "", "", None),
    ],
)
def test_addresses_are_one_finding(street, number, postcode, finding):
    other = Identity("Ali", "Kaya", street=street, house_number=number, postcode=postcode)
    found = compare(EVA, other)
    addresses = {"same_address", "similar_address", "same_town", "different_address"}
    assert addresses & {*found.reasons, *found.against} == ({finding} if finding else set())


def test_every_finding_has_a_label():
    assert set(PERSON_ODDS) | set(FIRM_ODDS) == set(REASONS)


def pairs_of(entities):
    blocks = defaultdict(list)
    for at, entity in enumerate(entities):
        for key in match_keys(entity):
            blocks[key].append(at)
    return {
        pair for block in blocks.values() if len(block) <= 40 for pair in combinations(block, 2)
    }


def true_pairs(identifiers):
    places = defaultdict(list)
    for at, identifier in enumerate(identifiers):
        places[identifier].append(at)
    return {pair for group in places.values() for pair in combinations(group, 2)}


def counts(found, true, *, at_least):
    """False alarms and missed pairs at a threshold."""
    shown = {pair for pair, likeness in found.items() if likeness.probability >= at_least}
    return len(shown - true), len(true - shown)


def test_people_of_two_lists_are_matched_as_measured():
    cells = lists.records("kontakte_2025.csv") + lists.records("kontakte_2026.xlsx")
    sides = lists.truth("kontakte_2025_wahrheit.csv") + lists.truth("kontakte_2026_wahrheit.csv")
    people = [lists.person(row) for row in cells]
    true = true_pairs([row["person_id"] for row in sides])
    found = {(a, b): compare(people[a], people[b]) for a, b in pairs_of(people)}

    assert len(true) == 579
    assert true <= set(found)
    assert counts(found, true, at_least=DUPLICATE) == DUPLICATES_MEASURED
    assert counts(found, true, at_least=CHECK) == CHECKS_MEASURED
    assert spouses_shown(found, true) == 0


def spouses_shown(found, true):
    """Pairs of one address and family name, but different first names, shown as duplicate."""
    signs = {"same_family_name", "same_address"}
    return sum(
        likeness.is_duplicate
        for pair, likeness in found.items()
        if pair not in true and signs <= {*likeness.reasons, *likeness.against}
    )


DUPLICATES_MEASURED = (10, 16)
CHECKS_MEASURED = (43, 9)


def test_firms_of_one_list_are_matched_without_a_mistake():
    firms = [lists.firm(row) for row in lists.records("firmen.csv")]
    true = true_pairs([row["firma_id"] for row in lists.truth("firmen_wahrheit.csv")])
    found = {(a, b): compare(firms[a], firms[b]) for a, b in pairs_of(firms)}

    assert len(true) == 60
    assert counts(found, true, at_least=DUPLICATE) == (0, 0)
