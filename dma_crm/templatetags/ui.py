"""Tags of the look: icons, words with a tone, components around a body. Needs no load."""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme

register = template.Library()

TONES = {"neutral", "info", "good", "warning", "danger"}
MESSAGE_TONES = {"error": "danger", "warning": "warning", "success": "good"}
MESSAGE_ICONS = {
    "danger": "exclamation-circle",
    "warning": "exclamation-triangle",
    "good": "check-circle",
}


@register.simple_tag
def icon(name, label=""):
    """One icon of the sprite; decorative unless it gets a label. Names: ops/icons.txt."""
    href = f"{static('vendor/icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>', label, href
        )
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}"></use></svg>', href
    )


@register.simple_tag
def badge(text, tone="neutral"):
    """A state in words; the tone only repeats what the word says. Unknown tones are neutral."""
    return format_html(
        '<span class="tone tone-{}">{}</span>', tone if tone in TONES else "neutral", text
    )


@register.simple_block_tag(takes_context=True)
def component(context, content, name, **params):
    """Put the block as `body` into `templates/components/<name>.html`, with the parameters."""
    layout = context.template.engine.get_template(f"components/{name}.html")
    with context.push(body=content, **params):
        return layout.render(context)


@register.filter
def message_tone(message):
    return MESSAGE_TONES.get(message.level_tag, "info")


@register.filter
def message_icon(message):
    return MESSAGE_ICONS.get(message_tone(message), "info-circle")


@register.filter
def undo_url(message):
    """The address behind `extra_tags="undo=/path/"`: what one POST takes back. Own paths only."""
    for tag in (message.extra_tags or "").split():
        address = tag.removeprefix("undo=")
        if address != tag and url_has_allowed_host_and_scheme(address, allowed_hosts=None):
            return address
    return ""
