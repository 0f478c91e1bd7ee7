"""Numbers about few people tell something of each: below five they are not shown."""

SMALLEST_SHOWN = 5
HIDDEN, WITHHELD = "< 5", "–"  # too small; would tell a hidden one


def hidden(value):
    """Nobody is told of by a zero."""
    return HIDDEN if isinstance(value, int) and 0 < value < SMALLEST_SHOWN else value


def conceals(cells) -> bool:
    return HIDDEN in cells or WITHHELD in cells
