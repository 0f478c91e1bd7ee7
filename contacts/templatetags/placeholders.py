from django import template

from contacts.placeholders import placeholders

register = template.Library()


@register.simple_tag
def known_placeholders() -> list[dict]:
    """In braces, as they are typed."""
    return [
        {"name": named[0], "others": ", ".join(named[1:]), "meaning": each.meaning}
        for each in placeholders
        if (named := [f"{{{name}}}" for name in each.names])
    ]
