import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).resolve().parents[2] / "static" / "css" / "tokens.css"
COLOURS = dict(re.findall(r"--([\w-]+): (#[0-9A-F]{6});", TOKENS.read_text()))


def luminance(colour):
    """Relative luminance as WCAG 2.2 defines it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    lighter, darker = sorted((luminance(COLOURS[one]), luminance(COLOURS[other])), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize(
    ("name", "agreed"),
    [
        ("ink", 15.1),
        ("soft-ink", 6.3),
        ("leaf", 6.1),
        ("deep-leaf", 9.6),
        ("link", 7.1),
        ("danger", 6.4),
        ("warning", 7.1),
        ("control-border", 3.6),
        ("focus", 9.6),
    ],
)
def test_colours_on_paper_have_the_agreed_contrast(name, agreed):
    assert round(contrast(name, "paper"), 1) == agreed


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("ink", "sunken"),
        ("soft-ink", "sunken"),
        ("soft-ink", "surface"),
        ("link", "sunken"),
        ("link", "link-tint"),
        ("danger", "danger-tint"),
        ("warning", "warning-tint"),
        ("deep-leaf", "leaf-tint"),
        ("soft-ink", "leaf-tint"),
        ("soft-ink", "warning-tint"),
        ("surface", "leaf"),
        ("surface", "deep-leaf"),
        ("surface", "soft-ink"),
        ("surface", "danger"),
    ],
)
def test_text_reads_on_every_ground_it_stands_on(text, ground):
    assert contrast(text, ground) >= 4.5


@pytest.mark.parametrize(
    ("mark", "ground"),
    [
        ("focus-on-leaf", "deep-leaf"),
        ("focus", "sunken"),
        ("control-border", "surface"),
        *((f"chart-{n}", "paper") for n in range(1, 5)),
        *((f"phase-{n}", "paper") for n in range(1, 6)),
    ],
)
def test_marks_and_rings_stand_out(mark, ground):
    assert contrast(mark, ground) >= 3


def test_phases_darken_in_their_order():
    shades = [luminance(COLOURS[f"phase-{n}"]) for n in range(1, 6)]
    assert shades == sorted(shades, reverse=True)
