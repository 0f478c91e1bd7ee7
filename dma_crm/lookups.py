"""Lookups that behave alike on every database."""

from django.db.models.lookups import In

SMALLEST, LARGEST = -(2**63), 2**63 - 1


class IntegerIn(In):
    """Numbers beyond 64 bits are in no row; SQLite's driver raises OverflowError on them.

    Django guards the other lookups of integers so, but not this one, which every choice of several
    rows in a form ends in.
    """

    def get_prep_lookup(self):
        values = super().get_prep_lookup()
        return [value for value in values if fits(value)] if isinstance(values, list) else values


def fits(value) -> bool:
    return not isinstance(value, int) or SMALLEST <= value <= LARGEST
