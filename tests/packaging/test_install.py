"""The environment is remade when it cannot be trusted and left alone when it can."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from tests.packaging.conftest import ROOT

NOWHERE = "http://127.0.0.1:9/simple"  # the discard port: nobody listens


@pytest.fixture
def venv(tmp_path):
    """The least that counts as an environment with two packages installed."""
    packages = tmp_path / "lib" / "python3.11" / "site-packages"
    (packages / "django").mkdir(parents=True)
    (packages / "gunicorn").mkdir()
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(sys.executable)
    (tmp_path / "pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.11.2\n")
    return tmp_path


@pytest.fixture
def installed(venv, ops):
    stamp = {"complete": True, "locks": ops.install.digests("requirements-dev.lock")}
    ops.install.write_stamp(venv, stamp | {"names": ops.install.names(venv)})
    return venv


def change_stamp(venv, **changes):
    path = venv / "installed.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_what_is_installed_is_left_alone(ops, installed, lock):
    assert ops.install.is_installed(lock, installed)


def test_development_tools_are_missing_after_a_demo(ops, venv):
    ops.install.write_stamp(
        venv, {"locks": ops.install.digests("requirements.lock"), "complete": True}
    )

    assert ops.install.is_installed("requirements.lock", venv)
    assert not ops.install.is_installed("requirements-dev.lock", venv)


def test_changed_lock_is_installed_into_the_same_environment(ops, installed):
    change_stamp(installed, locks={"requirements.lock": "another"})

    assert not ops.install.is_installed("requirements.lock", installed)
    assert ops.install.is_usable(installed)


def test_package_added_by_hand_is_left_alone(ops, installed):
    (installed / "lib" / "python3.11" / "site-packages" / "ipython").mkdir()

    assert ops.install.is_installed("requirements.lock", installed)


def lose_the_interpreter(venv):
    (venv / "bin" / "python").unlink()
    (venv / "bin" / "python").symlink_to("/usr/bin/python-that-was-upgraded")


BREAKAGES = {
    "interpreter is gone": lose_the_interpreter,
    "a package is gone": lambda venv: shutil.rmtree(
        venv / "lib" / "python3.11" / "site-packages" / "gunicorn"
    ),
    "installation was killed": lambda venv: change_stamp(venv, complete=False),
    "made by an older Python": lambda venv: (venv / "pyvenv.cfg").write_text("version = 3.9.2\n"),
    "configuration is gone": lambda venv: (venv / "pyvenv.cfg").unlink(),
}


@pytest.mark.parametrize("breakage", BREAKAGES.values(), ids=BREAKAGES)
def test_broken_environment_is_not_used(ops, installed, breakage):
    breakage(installed)

    assert not ops.install.is_usable(installed)


@pytest.fixture
def checkout_without_network(tmp_path):
    shutil.copytree(ROOT / "ops", tmp_path / "ops")
    for path in ROOT.glob("requirements*.lock"):
        shutil.copy(path, tmp_path)
    return tmp_path


def paths_without_and_with_uv():
    """pip is always there; uv is used where it is on the path."""
    uv = shutil.which("uv")
    return {"pip": "/nonexistent"} | ({"uv": os.path.dirname(uv)} if uv else {})


@pytest.mark.slow
@pytest.mark.parametrize(
    "path", paths_without_and_with_uv().values(), ids=paths_without_and_with_uv()
)
def test_missing_network_is_told_and_a_broken_environment_remade(checkout_without_network, path):
    venv = checkout_without_network / ".venv"
    (venv / "bin").mkdir(parents=True)
    lose = venv / "bin" / "python"
    lose.symlink_to("/usr/bin/python-that-was-upgraded")
    settings = {
        **{"PATH": f"{path}:/usr/bin:/bin" if path != "/nonexistent" else path},
        **{"PIP_INDEX_URL": NOWHERE, "PIP_CONFIG_FILE": "/dev/null"},
        **{"UV_DEFAULT_INDEX": NOWHERE, "UV_NO_CONFIG": "1", "UV_HTTP_RETRIES": "0"},
        **{"UV_CACHE_DIR": str(checkout_without_network / "cache"), "PIP_NO_CACHE_DIR": "1"},
        **{"PIP_CONSTRAINT": "", "HOME": str(checkout_without_network)},
    }

    done = subprocess.run(
        [sys.executable, "ops/install.py"],
        cwd=checkout_without_network,
        env=settings,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 1
    log = checkout_without_network / "var" / "install.log"
    assert done.stderr == (
        f"The packages could not be downloaded: is there a network? {log} says more.\n"
    )
    assert subprocess.check_output([lose, "-c", "print('starts')"], text=True) == "starts\n"


def test_package_with_another_hash_is_told(ops):
    said = "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE."

    error = ops.install.explain_failure(said, ops.install.explain_install)

    assert str(error).startswith("A downloaded package is not the one that was locked")
