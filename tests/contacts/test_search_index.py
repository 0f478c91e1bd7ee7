"""Entries, words and keys follow their record; the vocabulary never lies about them."""

import threading

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from contacts.models import (
    EntryWord,
    MatchKey,
    PersonEmail,
    PersonState,
    SearchEntry,
    SearchWord,
)
from contacts.search import find
from contacts.search.index import index_many, index_record
from contacts.search.vocabulary import (
    SECONDS_TO_WAIT_FOR_A_GAP,
    Vocabulary,
    _missing,
    vocabulary,
)
from tests.factories import (
    AffiliationFactory,
    PartnerFactory,
    PersonFactory,
    StartupFactory,
    actor,
)

pytestmark = pytest.mark.django_db


def words_of(record):
    return set(record.search_entry.words.values_list("word", flat=True))


def keys_of(record):
    return set(record.search_entry.match_keys.values_list("key", flat=True))


def test_index_of_a_person_holds_text_words_and_keys():
    person = PersonFactory(
        given_name="Zoë",
        family_name="Müller-Łuk",
        title="Dr.",
        email="Zoe@Mueller.example",
        phone="+495361123456",
    )
    AffiliationFactory(person=person, startup__name="Nordlicht Beratung")
    index_record(person)

    assert person.search_entry.text == (
        "zoe mueller-luk zo muller-luk dr. 05361123456 zoe@mueller.example"
    )
    assert words_of(person) == {"zo", "muller", "luk", "dr"}
    assert keys_of(person) == {
        "n:65754|8",
        "p:luk|zo",
        "e:zoe@mueller.example",
        "l:zo",
        "t:1123456",
        "f:nordlicht",
    }
    assert dict(SearchWord.objects.values_list("word", "phonetic"))["muller"] == "657"


def test_index_of_a_startup_and_of_a_partner():
    startup = StartupFactory(
        name="Käsewerk", phone="+4953619", website="https://www.kaesewerk.example/wir"
    )
    partner = PartnerFactory(
        name="Bank Nord",
        short_name="BN",
        contact_name="Jo Graf",
        website="https://[broken",
        phone="",
        email="post@bank.example",
    )
    index_many([startup, partner])

    assert startup.search_entry.text == "kaesewerk kasewerk 053619 kaesewerk.example"
    assert keys_of(startup) == {"f:kasewerk", "t:4953619", "d:kaesewerk.example"}
    assert partner.search_entry.text == "bank nord bn jo graf post@bank.example"
    assert words_of(partner) == {"bank", "nord", "bn", "jo", "graf"}


def test_index_follows_a_change_and_drops_words_nobody_bears():
    other = PersonFactory(given_name="Zoë", family_name="Kaya")
    person = PersonFactory(given_name="Zoë", family_name="Altname")
    index_many([person, other])
    person.family_name = "Neu"
    person.save()
    index_record(person)
    index_record(person)

    assert words_of(person) == {"zo", "neu"}
    assert set(SearchWord.objects.values_list("word", flat=True)) == {"zo", "neu", "kaya"}
    assert SearchEntry.objects.count() == 2


def test_anonymised_people_leave_nothing_behind():
    person = PersonFactory(given_name="Zoë", family_name="Kaya", email="z@kaya.example")
    index_record(person)
    person.state = PersonState.ANONYMISED
    person.save()
    index_record(person)

    assert not SearchEntry.objects.exists()
    assert not EntryWord.objects.exists()
    assert not MatchKey.objects.exists()
    assert not SearchWord.objects.exists()


def test_index_takes_names_of_any_length():
    person = PersonFactory(given_name="x" * 100, family_name="ß" * 100)
    index_record(person)

    assert words_of(person) == {"x" * 80, "s" * 80}


def test_index_costs_the_same_for_one_and_for_many():
    def queries(count):
        people = [PersonFactory(email="a@b.example") for _ in range(count)]
        with CaptureQueriesContext(
            connection,
        ) as seen:
            index_many(people)
        return len(seen)

    assert queries(1) == queries(5)


def test_vocabulary_learns_only_what_is_new():
    index_record(PersonFactory(given_name="Zoë", family_name="Kaya"))
    known = vocabulary()
    index_record(PersonFactory(given_name="Zoë", family_name="Yıldız"))
    with CaptureQueriesContext(connection) as seen:
        again = vocabulary()

    assert again is known
    assert len(seen) == 1
    assert known.known == {"zo", "kaya", "yildiz"}
    assert known.ordered == ["kaya", "yildiz", "zo"]


def test_vocabulary_forgets_what_was_rolled_back():
    index_record(PersonFactory(given_name="Zoë", family_name="Kaya"))
    with transaction.atomic():
        index_record(PersonFactory(given_name="Weg", family_name="Weggerollt"))
        assert "weggerollt" in vocabulary().known
        transaction.set_rollback(True)
    # on SQLite these take the numbers of the lost ones
    index_record(PersonFactory(given_name="Neu", family_name="Neumann"))

    assert vocabulary().known == {"zo", "kaya", "neu", "neumann"}
    assert [hit.title for hit in find("Neuman", actor=actor())] == ["Neu Neumann"]


def test_vocabulary_of_an_empty_table_is_empty():
    assert vocabulary().known == set()
    assert vocabulary().expand("zoe") == {"zoe": 1.0}


def test_vocabulary_looks_again_at_gaps_for_a_while():
    """A transaction that took early numbers may commit after one with later numbers."""
    SearchWord.objects.create(pk=10, word="eins", phonetic="68")
    known = Vocabulary()
    known.refresh(now=0)
    SearchWord.objects.create(pk=14, word="vier", phonetic="37")
    known.refresh(now=0)
    assert known.gaps == [(1, 9, 0), (11, 13, 0)]

    SearchWord.objects.create(pk=12, word="zwei", phonetic="8")
    known.refresh(now=1)
    assert known.known == {"eins", "zwei", "vier"}
    assert known.gaps == [(1, 9, 0), (11, 11, 0), (13, 13, 0)]

    known.refresh(now=SECONDS_TO_WAIT_FOR_A_GAP)
    assert known.gaps == []


def test_words_without_a_sound_are_words():
    index_record(StartupFactory(name="4711 Duft"))
    assert vocabulary().known == {"4711", "duft"}
    assert [hit.title for hit in find("4711", actor=actor())] == ["4711 Duft"]


def test_missing_numbers_are_ranges():
    assert _missing(1, 5, []) == [(1, 5)]
    assert _missing(1, 5, [1, 3]) == [(2, 2), (4, 5)]
    assert _missing(3, 3, [3]) == []
    assert _missing(4, 3, []) == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_writers_of_one_person_leave_the_entry_of_the_later_one():
    person = PersonFactory(given_name="Zoë", family_name="Kaya")
    start = threading.Barrier(4)

    def write(number):
        start.wait()
        with transaction.atomic():
            PersonEmail.objects.create(person=person, address=f"z{number}@kaya.example")
            index_record(person)
        connections.close_all()

    threads = [threading.Thread(target=write, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert SearchEntry.objects.count() == 1
    assert {key for key in keys_of(person) if key.startswith("e:")} == {
        f"e:z{number}@kaya.example" for number in range(4)
    }
