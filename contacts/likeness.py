"""How likely two records are the same person or firm, and why.

The shares below were chosen by reading pairs of the very lists that the tests measure with
(tests/data/german), so the counts there are in-sample: other lists will show more mistakes. The
probability orders pairs and sets thresholds; it is no calibrated frequency. Namesakes with one
mail address, and parent and child of one name in one house, cannot be told apart by it.
"""

import math
import re
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _
from rapidfuzz.distance import OSA, Indel

from contacts.folding import collapse
from contacts.matchkeys import SHARED_MAILBOXES, Identity
from contacts.phonetics import cologne

# Shown as duplicate, shown to be checked.
DUPLICATE, CHECK = 0.9, 0.5

REASONS = {
    "same_name": _("Same name"),
    "swapped_names": _("First and last name swapped"),
    "similar_name": _("Similar name"),
    "initial": _("Same initial and last name"),
    "same_family_name": _("Same last name only"),
    "same_given_name": _("Same first name only"),
    "different_name": _("Different name"),
    "same_birth_date": _("Same date of birth"),
    "similar_birth_date": _("Similar date of birth"),
    "different_birth_date": _("Different date of birth"),
    "same_email": _("Same e-mail address"),
    "shared_email": _("Same shared mailbox"),
    "similar_email": _("Similar e-mail address"),
    "different_email": _("Different e-mail address"),
    "same_phone": _("Same phone number"),
    "similar_phone": _("Similar phone number"),
    "different_phone": _("Different phone number"),
    "same_mobile": _("Same mobile number"),
    "same_address": _("Same address"),
    "similar_address": _("Similar address"),
    "same_town": _("Same town"),
    "different_address": _("Different address"),
    "same_firm": _("Same firm"),
    "different_firm": _("Different firm"),
    "same_founding_date": _("Same founding date"),
    "different_founding_date": _("Different founding date"),
    "similar_firm_name": _("Similar firm name"),
    "different_firm_name": _("Different firm name"),
    "same_domain": _("Same web address"),
    "different_domain": _("Different web address"),
}


class Odds(NamedTuple):
    """Share of pairs that show one finding: the same person, one household, strangers."""

    same: float
    household: float
    unrelated: float


# Chosen by reading pairs of the German lists; strangers are pairs that share a match key.
PERSON_ODDS = {
    "same_name": Odds(0.70, 0.003, 0.004),
    "swapped_names": Odds(0.08, 0.0005, 0.0004),
    "similar_name": Odds(0.13, 0.004, 0.008),
    "initial": Odds(0.06, 0.02, 0.01),
    "same_family_name": Odds(0.012, 0.90, 0.15),
    "same_given_name": Odds(0.025, 0.02, 0.08),
    "different_name": Odds(0.004, 0.06, 0.75),
    "same_birth_date": Odds(0.82, 0.002, 0.004),
    "similar_birth_date": Odds(0.13, 0.006, 0.006),
    "different_birth_date": Odds(0.03, 0.99, 0.99),
    "same_email": Odds(0.70, 0.02, 0.0006),
    "shared_email": Odds(0.02, 0.03, 0.01),
    "similar_email": Odds(0.10, 0.05, 0.08),
    "different_email": Odds(0.20, 0.92, 0.97),
    "same_mobile": Odds(0.70, 0.02, 0.0004),
    "same_phone": Odds(0.55, 0.55, 0.0008),
    "similar_phone": Odds(0.06, 0.01, 0.003),
    "different_phone": Odds(0.20, 0.40, 0.99),
    "same_address": Odds(0.60, 0.93, 0.004),
    "similar_address": Odds(0.18, 0.05, 0.006),
    "same_town": Odds(0.05, 0.005, 0.10),
    "different_address": Odds(0.17, 0.02, 0.89),
    "same_firm": Odds(0.80, 0.04, 0.02),
    "different_firm": Odds(0.20, 0.96, 0.98),
}
# For firms "household" is a neighbour in the same house, or a sister of the same owner.
FIRM_ODDS = {
    "same_name": Odds(0.72, 0.05, 0.03),
    "similar_firm_name": Odds(0.25, 0.05, 0.06),
    "different_firm_name": Odds(0.03, 0.90, 0.91),
    "same_founding_date": Odds(0.95, 0.01, 0.003),
    "different_founding_date": Odds(0.04, 0.99, 0.997),
    "same_email": Odds(0.60, 0.05, 0.0005),
    "shared_email": Odds(0.60, 0.05, 0.0005),
    "similar_email": Odds(0.10, 0.10, 0.05),
    "different_email": Odds(0.30, 0.85, 0.95),
    "same_mobile": Odds(0.70, 0.10, 0.0005),
    "same_phone": Odds(0.70, 0.10, 0.0005),
    "similar_phone": Odds(0.05, 0.02, 0.003),
    "different_phone": Odds(0.25, 0.88, 0.99),
    "same_domain": Odds(0.85, 0.05, 0.003),
    "different_domain": Odds(0.10, 0.95, 0.99),
    "same_address": Odds(0.75, 0.90, 0.01),
    "similar_address": Odds(0.10, 0.05, 0.006),
    "same_town": Odds(0.05, 0.03, 0.10),
    "different_address": Odds(0.10, 0.02, 0.884),
}
# Of pairs that share a match key.
PRIOR = Odds(0.02, 0.03, 0.95)


class Likeness(NamedTuple):
    """Probability that two records are one; what speaks for it and what against, by weight."""

    probability: float
    reasons: tuple[str, ...]
    against: tuple[str, ...]

    @property
    def is_duplicate(self) -> bool:
        return self.probability >= DUPLICATE

    @property
    def is_to_check(self) -> bool:
        return CHECK <= self.probability < DUPLICATE


def compare(one: Identity, other: Identity) -> Likeness:
    """Weigh two records in log₂ odds against both strangers and people of one household.

    Symmetric. What is missing on either side says nothing. Street, number, postcode and town
    are one finding, since they move together. A person and a firm are never alike.
    """
    if one.is_firm != other.is_firm:
        return Likeness(0.0, (), ())
    table = FIRM_ODDS if one.is_firm else PERSON_ODDS
    findings = [found for found in _findings(one, other) if found]
    return _weigh({found: table[found] for found in findings})


def _findings(one: Identity, other: Identity) -> list[str | None]:
    common = [_email(one, other), _phone(one, other), _address(one, other)]
    if one.is_firm:
        return [_firm_name(one, other), _founding(one, other), _domain(one, other), *common]
    return [_name(one, other), _birth(one, other), _firm(one, other), *common]


def _weigh(found: dict[str, Odds]) -> Likeness:
    total = [math.log2(share) for share in PRIOR]
    for odds in found.values():
        total = [sum_ + math.log2(share) for sum_, share in zip(total, odds, strict=True)]
    rest = sum(2 ** min(rival - total[0], 500) for rival in total[1:])
    weights = {code: _weight(odds) for code, odds in found.items()}
    ordered = sorted(weights, key=lambda code: -abs(weights[code]))
    return Likeness(
        1 / (1 + rest),
        tuple(code for code in ordered if weights[code] > 0),
        tuple(code for code in ordered if weights[code] <= 0),
    )


def _weight(odds: Odds) -> float:
    return math.log2(odds.same / max(odds.household, odds.unrelated))


def _name(one: Identity, other: Identity) -> str:
    straight = _pair(one.given, one.family, other.given, other.family)
    swapped = _pair(one.given, one.family, other.family, other.given)
    if swapped in {"same_name", "similar_name", "initial"} and straight not in {
        "same_name",
        "similar_name",
    }:
        return "swapped_names" if swapped != "initial" else "initial"
    return straight


def _pair(given, family, other_given, other_family) -> str:
    first, last = _given_alike(given, other_given), _alike("".join(family), "".join(other_family))
    if first == last == 1:
        return "same_name"
    if first == 0.5 and last:
        return "initial"
    if first and last:
        return "similar_name"
    if last:
        return "same_family_name"
    return "same_given_name" if first else "different_name"


def _given_alike(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    """1 the same first name (second ones are often left out), .9 similar, .5 only an initial."""
    if not one or not other:
        return 0.5
    if len(one[0]) == 1 or len(other[0]) == 1:
        return 0.5 if one[0][0] == other[0][0] else 0
    return max(_alike(one[0], other[0]), _alike("".join(one), "".join(other)))


def _alike(one: str, other: str) -> float:
    """1 equal, .9 a slip of the pen or the same sound, else 0."""
    if one == other:
        return 1
    if not one or not other:
        return 0
    slips = 1 if min(len(one), len(other)) < 6 else 2
    if OSA.distance(one, other, score_cutoff=slips) <= slips:
        return 0.9 if min(len(one), len(other)) > 3 else 0
    return 0.9 if len(cologne(one)) > 2 and cologne(one) == cologne(other) else 0


def _birth(one: Identity, other: Identity) -> str | None:
    if not one.birth_date or not other.birth_date:
        return None
    if one.birth_date == other.birth_date:
        return "same_birth_date"
    days = [f"{day.birth_date:%d%m%Y}" for day in (one, other)]
    exchanged = days[0][2:4] + days[0][:2] + days[0][4:]
    slip = OSA.distance(*days) == 1 or exchanged == days[1]
    return "similar_birth_date" if slip else "different_birth_date"


def _founding(one: Identity, other: Identity) -> str | None:
    if not one.birth_date or not other.birth_date:
        return None
    same = one.birth_date == other.birth_date
    return "same_founding_date" if same else "different_founding_date"


def _email(one: Identity, other: Identity) -> str | None:
    if not one.mailboxes or not other.mailboxes:
        return None
    locals_ = [{box.partition("@")[0] for box in who.mailboxes} for who in (one, other)]
    if shared := one.mailboxes & other.mailboxes:
        personal = {box.partition("@")[0] for box in shared} - SHARED_MAILBOXES
        return "same_email" if personal else "shared_email"
    same_local = (locals_[0] & locals_[1]) - SHARED_MAILBOXES
    return "similar_email" if same_local else "different_email"


def _phone(one: Identity, other: Identity) -> str | None:
    if not one.phone_tails or not other.phone_tails:
        return None
    if shared := one.phone_tails & other.phone_tails:
        mobile = any(_is_mobile(phone) for phone in one.phones if phone[-9:] in shared)
        return "same_mobile" if mobile else "same_phone"
    slip = any(OSA.distance(a, b) == 1 for a in one.phone_tails for b in other.phone_tails)
    return "similar_phone" if slip else "different_phone"


def _is_mobile(phone: str) -> bool:
    """German numbers only: 015…, 016…, 017…."""
    return re.match(r"\+491[567]", phone) is not None


def _address(one: Identity, other: Identity) -> str | None:
    if not (one.road or one.postcode) or not (other.road or other.postcode):
        return None
    if not _same_place(one, other):
        return "different_address"
    if not one.road or not other.road:
        return None
    road, numbers = _alike(one.road, other.road), {_number(one), _number(other)}
    if road == 1 and len(numbers) == 1:
        return "same_address"
    return "similar_address" if road and (len(numbers) == 1 or "" in numbers) else "same_town"


def _same_place(one: Identity, other: Identity) -> bool:
    if one.postcode and other.postcode:
        return OSA.distance(one.postcode, other.postcode) <= 1
    return bool(one.town) and collapse(one.town) == collapse(other.town)


def _number(who: Identity) -> str:
    return collapse(who.house_number).replace(" ", "")


def _firm(one: Identity, other: Identity) -> str | None:
    if not one.firm_words or not other.firm_words:
        return None
    return "same_firm" if one.firm_words == other.firm_words else "different_firm"


def _firm_name(one: Identity, other: Identity) -> str | None:
    names = [collapse(who.firm).replace("&", "und") for who in (one, other)]
    if not all(names):
        return None
    if names[0] == names[1]:
        return "same_name"
    alike = Indel.normalized_similarity(*names)
    return "similar_firm_name" if alike > 0.85 else "different_firm_name"


def _domain(one: Identity, other: Identity) -> str | None:
    if not one.domain or not other.domain:
        return None
    return "same_domain" if one.domain.lower() == other.domain.lower() else "different_domain"
