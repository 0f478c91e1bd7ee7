"""The scripts of ops/ as modules, and a checkout of its own in which `make demo` may run."""

import importlib
import os
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ("demo", "install", "interpreter", "results", "services", "supervisor")
NOT_SHIPPED = shutil.ignore_patterns(".git", ".venv", "var", "__pycache__", ".*_cache", "tests")


@pytest.fixture(scope="session")
def ops():
    sys.path.insert(0, str(ROOT / "ops"))
    yield SimpleNamespace(**{name: importlib.import_module(name) for name in SCRIPTS})
    sys.path.remove(str(ROOT / "ops"))
    for name in SCRIPTS:
        del sys.modules[name]


@pytest.fixture(scope="session")
def environment():
    """What a person has who just opened a terminal, plus the packages that are here anyway."""
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "PATH") if name in os.environ}
    return kept | {"DEMO_VENV": sys.prefix}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    target = tmp_path_factory.mktemp("demo") / "dma-crm"
    return Path(shutil.copytree(ROOT, target, ignore=NOT_SHIPPED, symlinks=True))
