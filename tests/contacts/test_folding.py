import csv
from pathlib import Path

import pytest

from contacts.folding import collapse, digits, fold, national_digits, search_text, words

VECTORS = Path(__file__).parents[1] / "data" / "benchmarks" / "folding_de.csv"


def vectors():
    with VECTORS.open(encoding="utf-8") as lines:
        return [tuple(row.values()) for row in csv.DictReader(lines)]


@pytest.mark.parametrize(("text", "folded", "collapsed"), vectors())
def test_folding_meets_the_vectors(text, folded, collapsed):
    assert (fold(text), collapse(text)) == (folded, collapsed)


def test_fold_reads_a_decomposed_umlaut_like_a_composed_one():
    assert fold("Mu\u0308ller") == fold("Müller") == "mueller"


@pytest.mark.parametrize("text", ["", " \t\n", "\0", "'’"])
def test_fold_leaves_nothing_of_what_holds_no_letter(text):
    assert fold(text) == ""


def test_fold_takes_hostile_text():
    assert fold("İ\0\u202eא😀\ud800") == "i \u202eא😀\ud800"
    assert len(fold("ß" * 10_000)) == 20_000


def test_words_drop_punctuation_and_keep_order():
    assert words("Müller-Lüdenscheidt, Dr. J. (geb. O’Neill)") == [
        "muller",
        "ludenscheidt",
        "dr",
        "j",
        "geb",
        "oneill",
    ]


def test_digits_are_ascii_digits_only():
    assert digits("+49 (0)5361 / ٣-12") == "490536112"


def test_national_digits_start_with_zero_at_home_and_with_the_country_abroad():
    assert national_digits("+495361123456") == "05361123456"
    assert national_digits("+43512345678") == "43512345678"
    assert national_digits("05361 123") == "05361123"


def test_search_text_holds_both_forms_of_a_name_once():
    found = search_text(
        names=("Jörg", "Bauer"), phones=("+495361123456",), emails=(" Info@X.example ", "")
    )
    assert found == "joerg jorg bauer 05361123456 info@x.example"
