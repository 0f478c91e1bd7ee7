"""JSON as strict as the standard means it (RFC 8259, I-JSON of RFC 7493)."""

import json

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from dma_crm.middleware import unstorable

LONGEST_BODY = 256 * 1024
DEEPEST = 20


class StrictJSONParser(BaseParser):
    """Refuses what the standard library lets pass: duplicate names, NaN, NUL, lone surrogates."""

    media_type = "application/json"

    def parse(self, stream, media_type=None, parser_context=None):
        raw = stream.read(LONGEST_BODY + 1)
        if len(raw) > LONGEST_BODY:
            raise ParseError(_("The body is larger than 256 KB."))
        try:
            data = json.loads(raw, object_pairs_hook=unique_names, parse_constant=refuse_constant)
        except (ValueError, RecursionError) as error:
            raise ParseError(_("The body is not valid JSON.")) from error
        check(data)
        return data


def unique_names(pairs: list[tuple]) -> dict:
    data = dict(pairs)
    if len(data) != len(pairs):
        raise ValueError("a name stands twice")
    return data


def refuse_constant(name: str):
    raise ValueError(f"{name} is not JSON")


def check(data, depth: int = 0) -> None:
    """No text that a database cannot store, nothing nested deeper than any body of ours."""
    if depth > DEEPEST:
        raise ParseError(_("The body is nested too deeply."))
    if isinstance(data, str) and unstorable(data):
        raise ParseError(_("The body contains a NUL or a lone surrogate."))
    if isinstance(data, dict):
        for name, value in data.items():
            check(name, depth + 1)
            check(value, depth + 1)
    if isinstance(data, list):
        for value in data:
            check(value, depth + 1)
