"""The lock files say what pyproject.toml asks for, agree with each other and name no host."""

import importlib.util
import re
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted(path.name for path in ROOT.glob("requirements*.lock"))


@pytest.fixture(scope="module")
def lock():
    spec = importlib.util.spec_from_file_location("ops_lock", ROOT / "ops" / "lock.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def copy(tmp_path):
    for name in ["pyproject.toml", *LOCKS]:
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def pins(name):
    return set(re.findall(r"^[a-z0-9._-]+==[^ \\;]+", (ROOT / name).read_text(), re.MULTILINE))


def test_every_lock_was_made_from_the_present_requirements(lock):
    assert lock.stale_locks(ROOT) == []
    assert sorted(lock.extras_by_lock(ROOT)) == LOCKS


def test_a_changed_requirement_makes_every_lock_stale(lock, copy):
    project = copy / "pyproject.toml"
    project.write_text(project.read_text().replace("Django~=5.2.0", "Django~=5.2.1"))

    assert sorted(lock.stale_locks(copy)) == LOCKS


def test_a_changed_extra_makes_only_its_own_lock_stale(lock, copy):
    project = copy / "pyproject.toml"
    project.write_text(project.read_text().replace("pytest~=9.2", "pytest~=9.3"))

    assert lock.stale_locks(copy) == ["requirements-dev.lock"]


def test_a_missing_lock_is_stale(lock, copy):
    (copy / "requirements-dev.lock").unlink()

    assert lock.stale_locks(copy) == ["requirements-dev.lock"]


@pytest.mark.parametrize("name", LOCKS)
def test_lock_names_no_host_and_no_index(name):
    text = (ROOT / name).read_text()

    assert re.findall(r"\w+://\S*|^--(?!hash).*", text, re.MULTILINE) == []


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_has_a_hash(name):
    text = re.sub(r"^#.*\n", "", (ROOT / name).read_text(), flags=re.MULTILINE)
    blocks = re.split(r"\n(?=[a-z0-9])", text.strip())

    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_the_dev_lock_holds_every_pin_of_the_product():
    assert pins("requirements.lock") - pins("requirements-dev.lock") == set()
    assert len(pins("requirements.lock")) > 50
