"""Make requirements*.lock from pyproject.toml; `--check` only says whether they are fresh.

One lock file for the product and one per extra, each made on top of the first, so that any two of
them agree. The first line of each keeps a digest of the requirements it was made from: whether it
is stale can be told without a network.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BASE = "requirements.lock"
HEADER = "# made by `make lock` from requirements with SHA-256 "
COMPILE = (
    *("uv", "pip", "compile", "pyproject.toml", "--quiet", "--no-config", "--universal"),
    *("--python-version", "3.11", "--generate-hashes", "--no-header"),
    *("--no-emit-index-url", "--no-emit-find-links"),
)


def main():
    if "--check" in sys.argv[1:]:
        stale = stale_locks(ROOT)
        sys.exit(f"Stale, run `make lock`: {', '.join(stale)}" if stale else 0)
    if not shutil.which("uv"):
        sys.exit("`make lock` needs uv: install it with `pip install uv`.")
    for name in extras_by_lock(ROOT):
        lock(name)


def lock(name):
    """Write one lock file; versions already in it stay unless pyproject.toml moved on."""
    extra = extras_by_lock(ROOT)[name]
    options = ["--extra", extra, "--constraint", BASE] if extra else []
    # Only what pyproject.toml says may count, not the indexes of this machine.
    ours = {key: value for key, value in os.environ.items() if not key.startswith(("UV_", "PIP_"))}
    options += sys.argv[1:]  # --upgrade, or --upgrade-package NAME
    subprocess.run([*COMPILE, *options, "--output-file", name], cwd=ROOT, env=ours, check=True)
    path = ROOT / name
    path.write_text(f"{HEADER}{digest(ROOT, extra)}\n{without_header(path.read_text())}")
    print(name)


def without_header(text):
    return text.partition("\n")[2] if text.startswith(HEADER) else text


def stale_locks(root):
    """The lock files that were made from other requirements than pyproject.toml has now."""
    return [
        name
        for name, extra in extras_by_lock(root).items()
        if first_line(root / name) != HEADER + digest(root, extra)
    ]


def extras_by_lock(root):
    extras = project(root).get("optional-dependencies", {})
    return {BASE: None} | {f"requirements-{extra}.lock": extra for extra in extras}


def digest(root, extra):
    known = project(root)
    made_from = [
        known["requires-python"],
        known["dependencies"],
        known["optional-dependencies"][extra] if extra else [],
    ]
    return hashlib.sha256(json.dumps(made_from).encode()).hexdigest()


def project(root):
    return tomllib.loads((root / "pyproject.toml").read_text())["project"]


def first_line(path):
    return path.read_text().partition("\n")[0] if path.exists() else None


if __name__ == "__main__":
    main()
