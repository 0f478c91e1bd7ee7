"""Filling the Markdown of a mail, twice: values plain, and values that mean nothing in Markdown.

The second goes on to become HTML. There a founder's question must add neither a link nor a
heading nor a picture to a mail of ours, so each sign in it that could mean something is written
as a character reference, which CommonMark (section 2.5) never takes for structure.
"""

import re
from functools import cache
from typing import Any

from django.template import Context, Engine, Template
from django.template.base import FilterExpression, VariableNode, render_value_in_context
from django.template.loaders.app_directories import Loader
from django.utils.safestring import SafeString, mark_safe

MEANINGFUL = re.compile(r"[^\w \n]|_|^ +| (?= )|(?<=\n) +")
UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
LINE_SEPARATOR = "&#8232;"  # U+2028; outbox.markup makes a line break of it


def plain(path: str, context: dict[str, Any]) -> str:
    template = Engine.get_default().get_template(path)
    return template.render(Context(context, autoescape=False)).replace("\r\n", "\n")


def defused(path: str, context: dict[str, Any]) -> str:
    return _defusing_engine().get_template(path).render(Context(context))


def defuse(text: str) -> SafeString:
    """The text for use in Markdown, where it shows exactly as it is, its lines kept."""
    text = UNWRITABLE.sub("", text.replace("\r\n", "\n").replace("\t", " "))
    text = MEANINGFUL.sub(lambda signs: "".join(f"&#{ord(sign)};" for sign in signs[0]), text)
    return mark_safe(text.replace("\n", LINE_SEPARATOR))  # noqa: S308 - made safe just here


class DefusedExpression:
    """Stands in for the expression in `{{ … }}`; what is marked safe is taken for Markdown."""

    def __init__(self, expression: FilterExpression):
        self.expression = expression

    def resolve(self, context: Context) -> str:
        value = self.expression.resolve(context)
        if isinstance(value, SafeString):
            return value
        with context.push():
            context.autoescape, kept = False, context.autoescape
            text = render_value_in_context(value, context)
            context.autoescape = kept
        return defuse(text)


class DefusingLoader(Loader):
    """Not below Django's caching loader, which would go past `get_template`."""

    def get_template(self, template_name: str, skip: Any = None) -> Template:
        template = super().get_template(template_name, skip=skip)
        for node in template.nodelist.get_nodes_by_type(VariableNode):
            node.filter_expression = DefusedExpression(node.filter_expression)  # type: ignore[attr-defined]
        return template


@cache
def _defusing_engine() -> Engine:
    ours = Engine.get_default()
    return Engine(
        loaders=[f"{__name__}.DefusingLoader"],
        libraries=ours.libraries,
        builtins=ours.builtins,
    )
