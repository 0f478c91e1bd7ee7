"""Find a Python that is new enough. Runs under any Python 3, also one that is too old."""

import os
import subprocess
import sys

MINIMUM = (3, 11)
NEWER = ("python3.11", "python3.12", "python3.13", "python3.14")


class SetupError(Exception):
    """What stops a command, in one sentence for the person at the keyboard."""


def is_new_enough(version):
    return tuple(version[:2]) >= MINIMUM


def too_old(version):
    needed, present = (".".join(map(str, numbers)) for numbers in (MINIMUM, version[:3]))
    return SetupError(
        f"DMA-CRM needs Python {needed} or newer, and this is Python {present}:"
        " install a newer one and try again."
    )


def works(command):
    """Whether this Python starts: a name on the path may be a shim of one not installed."""
    check = f"import sys; sys.exit(sys.version_info < {MINIMUM!r})"
    try:
        return not subprocess.call([command, "-c", check], stderr=subprocess.DEVNULL)
    except OSError:
        return False


def ensure_new_enough(version=sys.version_info, candidates=NEWER):
    """Go on under a newer Python if this one is too old; SetupError when the machine has none."""
    if is_new_enough(version):
        return
    for command in candidates:
        if works(command):
            sys.stdout.flush()
            os.execvp(command, [command] + sys.argv)  # noqa: S606
    raise too_old(version)
