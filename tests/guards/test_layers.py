"""Imports run downward only; the layers themselves stand in pyproject.toml."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINTER = Path(sys.executable).with_name("lint-imports")


def lint(*arguments, folder=ROOT) -> subprocess.CompletedProcess:
    command = [LINTER, "--no-cache", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_imports_run_downward_only():
    result = lint()

    assert result.returncode == 0, result.stdout


def test_every_app_has_its_layer_and_nothing_is_excused():
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    apps = {path.parent.name for path in ROOT.glob("*/apps.py")}
    (contract,) = config["contracts"]
    layers = {name.strip() for layer in contract["layers"] for name in layer.split("|")}

    assert layers == apps == set(config["root_packages"])
    assert contract["ignore_imports"] == []


@pytest.mark.parametrize("statement", ["import above", "def later():\n    import above"])
def test_an_import_upward_is_found(tmp_path, statement):
    for name, text in {"above": "", "below": statement}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(text)
    (tmp_path / ".importlinter").write_text(
        "[importlinter]\nroot_packages = \n  above\n  below\n[importlinter:contract:1]\n"
        "name = l\ntype = layers\nlayers =\n  above\n  below\n"
    )

    assert lint(folder=tmp_path).returncode == 1
