import pytest
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.template import engines

from dma_crm.templatetags import ui


def render(source, **context):
    return engines["django"].from_string(source).render(context).strip()


def test_icon_is_silent_without_a_label():
    assert render('{% icon "house" %}') == (
        '<svg class="icon" aria-hidden="true" focusable="false">'
        '<use href="/static/vendor/icons.svg#house"></use></svg>'
    )


def test_icon_with_a_label_speaks_and_escapes():
    assert render("{% icon 'x' label %}", label='"Zu"') == (
        '<svg class="icon" role="img" aria-label="&quot;Zu&quot;">'
        '<use href="/static/vendor/icons.svg#x"></use></svg>'
    )


@pytest.mark.parametrize(("tone", "shown"), [("danger", "danger"), ("<b>", "neutral")])
def test_badge_knows_its_tones_only(tone, shown):
    made = render("{% badge text tone %}", text="<überfällig>", tone=tone)
    assert made == f'<span class="tone tone-{shown}">&lt;überfällig&gt;</span>'


def test_component_wraps_its_block():
    made = render(
        '{% component "dialog" id="d" title="Titel" %}<p>{{ x }}</p>{% endcomponent %}', x="&"
    )
    assert '<dialog id="d" aria-labelledby="d-title">' in made
    assert '<div class="dialog-body"><p>&amp;</p></div>' in made


@pytest.mark.parametrize(
    ("level", "tone", "icon"),
    [
        (constants.ERROR, "danger", "exclamation-circle"),
        (constants.WARNING, "warning", "exclamation-triangle"),
        (constants.SUCCESS, "good", "check-circle"),
        (constants.INFO, "info", "info-circle"),
    ],
)
def test_messages_have_a_tone_and_an_icon(level, tone, icon):
    message = Message(level, "Text")
    assert (ui.message_tone(message), ui.message_icon(message)) == (tone, icon)


@pytest.mark.parametrize(
    ("tags", "address"),
    [
        ("undo=/vermittlungen/V-2026-0042/zurueck/", "/vermittlungen/V-2026-0042/zurueck/"),
        ("bold undo=/a/", "/a/"),
        ("undo=https://example.org/", ""),
        ("undo=//example.org/", ""),
        ("undo=javascript:alert(1)", ""),
        ("bold", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_undo_leads_to_own_paths_only(tags, address):
    assert ui.undo_url(Message(constants.SUCCESS, "Text", extra_tags=tags)) == address
