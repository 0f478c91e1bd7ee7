"""Names of firms, their legal form and domain."""

import re
from typing import NamedTuple

from contacts.imports.values.cells import (
    Parsed,
    clean,
    is_empty,
    length_problems,
    lost_letters,
    merge,
)

# Canonical form -> how it is written. The longer ones stand first, they contain the shorter.
CO = r"\s*(?:&|und|u\.|\+)\s*co\.?\s*"
GMBH = r"(?:g\.?\s?m\.?\s?b\.?\s?h\.?|gesellschaft mit beschränkter haftung)"
UG = (
    r"(?:ug|unternehmergesellschaft)\s*(?:\(?\s*haftungsbeschr(?:änkt|aenkt|\.)\s*\)?"
    r"|\(\s*haftungsbeschränkt)?"
)
LEGAL_FORMS = {
    "GmbH & Co. KGaA": GMBH + CO + r"kgaa",
    "GmbH & Co. KG": GMBH + CO + r"k\.?g\.?",
    "UG (haftungsbeschränkt) & Co. KG": UG + CO + r"k\.?g\.?",
    "gGmbH": r"(?:g" + GMBH + r"|gemeinnützige\s+" + GMBH + ")",
    "GmbH": GMBH,
    "UG (haftungsbeschränkt)": UG,
    "KGaA": r"kgaa",
    "AG": r"(?:a\.?g\.?|aktiengesellschaft)",
    "KG": r"(?:k\.?\s?g\.?|kommanditgesellschaft)",
    "OHG": r"(?:o\.?\s?h\.?\s?g\.?|offene handelsgesellschaft)",
    "eGbR": r"egbr",
    "GbR": r"(?:g\.?\s?b\.?\s?r\.?|gesellschaft bürgerlichen rechts)",
    "PartG mbB": r"partg\s*mbb",
    "PartG": r"(?:partg|partnerschaftsgesellschaft)",
    "e.K.": r"(?:e\.?\s?k(?:fm|fr)?\.?|eingetragener? kauf(?:mann|frau))",
    "e.V.": r"(?:e\.?\s?v\.?|eingetragener verein)",
    "eG": r"(?:e\.?\s?g\.?|eingetragene genossenschaft)",
    "SE": r"se",
    "Einzelunternehmen": r"einzelunternehm(?:en|er|erin)",
    "Freiberuflich": r"freiberuf(?:lich|ler|lerin)",
}
WHOLE = [(name, re.compile(form, re.IGNORECASE)) for name, form in LEGAL_FORMS.items()]
AT_END = [
    (name, re.compile(rf"[\s,]+{form}$", re.IGNORECASE))
    for name, form in LEGAL_FORMS.items()
    if name not in {"Einzelunternehmen", "Freiberuflich"}
]
DOMAIN = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,24}")


class FirmName(NamedTuple):
    """A firm's name without its legal form, and the form in its usual writing."""

    name: str = ""
    legal_form: str = ""


def parse_legal_form(raw: object) -> Parsed[str]:
    """A legal form in its usual writing; one we do not know is kept as it stands."""
    if is_empty(raw):
        return Parsed("")
    text = clean(raw)
    known = next((name for name, form in WHOLE if form.fullmatch(text)), None)
    return Parsed(known or text[:100], length_problems(raw))


def parse_firm(raw: object, legal_form: object = "") -> Parsed[FirmName]:
    """Part the legal form from the end of the name; the form's own column outranks it."""
    if is_empty(raw):
        return Parsed(FirmName("", parse_legal_form(legal_form).value))
    text = clean(raw)
    name, found = _part(text)
    told = parse_legal_form(legal_form).value
    return Parsed(FirmName(name, told or found), merge(lost_letters(name), length_problems(raw)))


def _part(text: str) -> tuple[str, str]:
    for form, pattern in AT_END:
        if match := pattern.search(text):
            return text[: match.start()].strip(" ,"), form
    return text, ""


def parse_domain(raw: object) -> Parsed[str]:
    """The host of a web address in lower case, without 'www.'; empty when there is none."""
    if is_empty(raw):
        return Parsed("")
    address = re.sub(r"^[a-z][a-z0-9+.-]*:/*", "", clean(raw).lower())
    host = re.split(r"[/?#:\s]", address, maxsplit=1)[0].rpartition("@")[2]
    host = host.removeprefix("www.").rstrip(".")
    return Parsed(host) if DOMAIN.fullmatch(host) else Parsed("", ("unreadable_domain",))
