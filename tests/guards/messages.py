"""What is there to translate, and what the catalogue says; neither needs GNU gettext."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
APPS = sorted({path.parent.name for path in ROOT.glob("*/apps.py")})
# Where the message stands in the arguments: (context, singular, plural), None for none.
CALLS = {
    "_": (None, 0, None),
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
TEXT = r"""u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
IN_TEMPLATE = re.compile(rf"\b(n?p?gettext|_)\({TEXT}(?:,\s*{TEXT})?(?:,\s*{TEXT})?")

Key = tuple[str, str]  # context, msgid


def in_python(source: str) -> Iterator[Key]:
    for node in ast.walk(ast.parse(source)):
        name = getattr(getattr(node, "func", None), "id", "")
        if isinstance(node, ast.Call) and name in CALLS:
            texts = [arg.value if isinstance(arg, ast.Constant) else None for arg in node.args]
            context, singular, _plural = CALLS[name]
            if len(texts) > singular and isinstance(texts[singular], str):
                yield ("" if context is None else texts[context]), texts[singular]


def in_template(source: str) -> Iterator[Key]:
    for match in IN_TEMPLATE.finditer(templatize(source)):
        texts = [ast.literal_eval(text) for text in match.groups()[1:] if text]
        context, singular, _plural = CALLS[match[1]]
        yield ("" if context is None else texts[context]), texts[singular]


def to_translate() -> dict[Key, str]:
    """Every message of ours and one place where it stands."""
    found = {}
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            found |= dict.fromkeys(in_python(path.read_text()), str(path.relative_to(ROOT)))
    for folder in ["templates", *(f"{app}/templates" for app in APPS)]:
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in {".html", ".txt", ".md"}:
                found |= dict.fromkeys(in_template(path.read_text()), str(path.relative_to(ROOT)))
    return {key: place for key, place in found.items() if key[1]}


def catalogue(text: str) -> dict[Key, list[str]]:
    """Message to its translations, one per plural form; fuzzy ones count as empty."""
    return {entry.key: entry.translations for entry in map(Entry, text.split("\n\n")) if entry.id}


class Entry:
    """One block of a PO file."""

    def __init__(self, block: str):
        self.fields: dict[str, str] = {}
        lines = [line for line in block.splitlines() if not line.startswith("#")]
        for line in lines:
            self.read(line)
        self.fuzzy = "#, fuzzy" in block

    def read(self, line: str) -> None:
        if not line.startswith('"'):
            self.name, _blank, line = line.partition(" ")
            self.fields[self.name] = ""
        if line:
            self.fields[self.name] += ast.literal_eval(line)

    @property
    def id(self) -> str:
        return self.fields.get("msgid", "")

    @property
    def key(self) -> Key:
        return self.fields.get("msgctxt", ""), self.id

    @property
    def translations(self) -> list[str]:
        texts = [text for name, text in self.fields.items() if name.startswith("msgstr")]
        return [""] * len(texts) if self.fuzzy else texts
