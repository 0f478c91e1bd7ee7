"""Whether a row may be added to a record without anybody looking: what is joined is hard to part.

Likeness alone mixes people up: father and son of one name in one house, namesakes with one mail
address, twins. So something of the person's own must be the same, and nothing speak up against it.
"""

from collections.abc import Iterable

from contacts.likeness import Likeness

OTHER_NAME = {"different_name", "same_family_name", "same_given_name"}
BORN = {"same_birth_date", "similar_birth_date"}
MOBILE, EMAIL, FIRM = "same_mobile", "same_email", "same_firm"
DIFFERENT = {"different_address", "different_phone", "different_email"}


def is_certain(best: Likeness, all_known: Iterable[Likeness]) -> bool:
    """`best` of all that is known of one record; none of it may tell of somebody else."""
    return best.is_duplicate and is_one(best) and not any(map(is_other, all_known))


def is_one(likeness: Likeness) -> bool:
    """With the same name the birth date or mobile number is enough, mail or firm if undisputed."""
    found = {*likeness.reasons, *likeness.against}
    if "different_birth_date" in found:
        return False
    if found & OTHER_NAME:
        return bool(found & BORN) and bool(found & {MOBILE, EMAIL})
    if found & {*BORN, MOBILE}:
        return True
    same = found & {EMAIL, FIRM, "same_phone"}
    return bool(found & {EMAIL, FIRM}) and len(same) > len(found & DIFFERENT)


def is_other(likeness: Likeness) -> bool:
    found = {*likeness.reasons, *likeness.against}
    return "different_birth_date" in found or (bool(found & OTHER_NAME) and not is_one(likeness))
