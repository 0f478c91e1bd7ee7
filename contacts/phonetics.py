"""Kölner Phonetik (Postel 1969): names that sound alike in German share a code."""

import unicodedata
from functools import lru_cache

ALWAYS = {
    **dict.fromkeys("aeijouy", "0"),
    **dict.fromkeys("fvw", "3"),
    **dict.fromkeys("gkq", "4"),
    **dict.fromkeys("mn", "6"),
    **dict.fromkeys("sz", "8"),
    "b": "1",
    "l": "5",
    "r": "7",
}
# Letters without a decomposition that the rules of Postel do not name.
STAND_INS = str.maketrans({"ß": "s", "ı": "i", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe"})


@lru_cache(maxsize=20_000)
def cologne(text: str) -> str:
    """Code of a text; signs that are no letters are passed over, so 'Test-test' is 'Testtest'.

    Vowels count at the beginning only and do not part equal digits. No letters, no code.
    """
    letters = _letters(text)
    codes = "".join(
        _code(letters[at - 1 : at], letter, letters[at + 1 : at + 2])
        for at, letter in enumerate(letters)
    )
    heard = codes[:1] + codes[1:].replace("0", "")
    return "".join(code for at, code in enumerate(heard) if code != heard[at - 1 : at])


def _letters(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.lower().translate(STAND_INS))
    return "".join(letter for letter in plain if "a" <= letter <= "z")


def _code(before: str, letter: str, after: str) -> str:
    """Digit of one letter between its neighbours; h has none."""
    if letter == "c":
        return _code_of_c(before, after)
    if letter == "p":
        return "3" if after == "h" else "1"
    if letter in "dt":
        return "8" if after and after in "csz" else "2"
    if letter == "x":
        return "8" if before and before in "ckq" else "48"
    return ALWAYS.get(letter, "")


def _code_of_c(before: str, after: str) -> str:
    if not before:
        hard = "ahkloqrux"
    elif before in "sz":
        hard = ""
    else:
        hard = "ahkoqux"
    return "4" if after and after in hard else "8"
