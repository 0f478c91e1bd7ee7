import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ICON = re.compile(r"""\{% icon "([\w-]+)"|icon="([\w-]+)"|"icon": "([\w-]+)\"""")


def test_vendored_files_are_the_pinned_ones():
    checked = subprocess.run(
        [sys.executable, ROOT / "ops" / "vendor", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.stderr, checked.returncode) == ("", 0)


def test_every_icon_that_is_named_is_in_the_sprite():
    sprite = set(
        re.findall(r'<symbol id="([\w-]+)"', (ROOT / "static/vendor/icons.svg").read_text())
    )
    sources = [
        *ROOT.glob("templates/**/*.html"),
        *ROOT.glob("[a-z]*/templates/**/*.html"),
        *ROOT.glob("[a-z]*/*.py"),
    ]
    named = {
        name
        for path in sources
        for match in ICON.findall(path.read_text())
        for name in match
        if name
    }
    assert {"search", "plus-lg", "house"} <= named
    assert named - sprite == set()
