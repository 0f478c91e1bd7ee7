from django import template
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.html import format_html, json_script
from django.utils.safestring import mark_safe

from events.pictures import picture_url
from events.structured import structured

register = template.Library()


@register.simple_tag
def linked_data(event, agency):
    """A JSON-LD block: data that no browser runs, so the CSP's ban on inline scripts lets it be.

    Escaped like Django's json_script, so that no text of an event can close the element.
    """
    data = structured(event) | {"image": [picture_address(event, agency)]}
    block = json_script(data, encoder=DjangoJSONEncoder)
    body = block.removeprefix('<script type="application/json">').removesuffix("</script>")
    escaped = mark_safe(body)  # noqa: S308 - json_script has escaped <, > and &
    return format_html('<script type="application/ld+json">{}</script>', escaped)


@register.simple_tag
def picture_address(event, agency):
    return settings.BASE_URL + picture_url(event, agency=agency.name)
