"""Two texts compared for readers: what stayed, what went, what came."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

SAME, GONE, NEW = "same", "gone", "new"
WORDS = re.compile(r"\n|[^\S\n]*[^\s]+")
MOST_COMPARED = 250_000  # pairs of lines or words; more are shown whole, old and new
KEPT_AROUND = 8  # words that stayed, before and after a change


@dataclass(frozen=True)
class Piece:
    kind: str
    text: str


def difference(old: str, new: str) -> list[Piece]:
    """Word by word within the lines that changed; what stayed is cut to the words around."""
    pieces = list(joined(compared(old.splitlines(keepends=True), new.splitlines(keepends=True))))
    return [shortened(piece, index, len(pieces)) for index, piece in enumerate(pieces)]


def compared(old: list[str], new: list[str]) -> Iterator[Piece]:
    for tag, before, after in steps(old, new):
        if tag == "replace":
            for step in steps(WORDS.findall(before), WORDS.findall(after)):
                yield from whole(*step)
        else:
            yield from whole(tag, before, after)


def steps(old: list[str], new: list[str]) -> Iterator[tuple[str, str, str]]:
    if len(old) * len(new) > MOST_COMPARED:
        yield "replace", "".join(old), "".join(new)
        return
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        yield tag, "".join(old[a:b]), "".join(new[c:d])


def whole(tag: str, before: str, after: str) -> Iterator[Piece]:
    if tag == "equal":
        yield Piece(SAME, after)
        return
    if before:
        yield Piece(GONE, before)
    if after:
        yield Piece(NEW, after)


def joined(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Neighbours that stayed are one passage, so that it is cut once."""
    same = ""
    for piece in pieces:
        if piece.kind == SAME:
            same += piece.text
            continue
        if same:
            yield Piece(SAME, same)
        same = ""
        yield piece
    if same:
        yield Piece(SAME, same)


def shortened(piece: Piece, index: int, count: int) -> Piece:
    if piece.kind != SAME:
        return piece
    words = WORDS.findall(piece.text)
    head = words[:KEPT_AROUND] if index else []
    tail = words[-KEPT_AROUND:] if index < count - 1 else []
    if len(head) + len(tail) + 2 >= len(words):
        return piece
    return Piece(SAME, " ".join(filter(None, ["".join(head), "[…]", "".join(tail).lstrip(" ")])))
