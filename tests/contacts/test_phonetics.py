import csv
from pathlib import Path

import pytest

from contacts.phonetics import cologne

VECTORS = Path(__file__).parents[1] / "data" / "benchmarks"


def vectors(name):
    with (VECTORS / name).open(encoding="utf-8") as lines:
        return [tuple(row.values()) for row in csv.DictReader(lines)]


@pytest.mark.parametrize(("word", "code"), vectors("koelner_phonetik.csv"))
def test_cologne_meets_the_vectors(word, code):
    assert cologne(word) == code


@pytest.mark.parametrize(("one", "other"), vectors("koelner_equal.csv"))
def test_cologne_hears_both_words_alike(one, other):
    assert cologne(one) == cologne(other)


def test_cologne_tells_different_names_apart():
    assert cologne("Schmidt") != cologne("Schneider")


@pytest.mark.parametrize("text", ["", "123", "😀", "\0", "אבג", "?"])
def test_cologne_of_a_text_without_latin_letters_is_empty(text):
    assert cologne(text) == ""


def test_cologne_reads_foreign_letters_by_their_stand_in():
    assert cologne("Łukasz") == cologne("Lukas")
    assert cologne("Ærø") == cologne("Aero")
