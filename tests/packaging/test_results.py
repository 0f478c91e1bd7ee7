"""Nobody can overlook what was skipped: at the end of `make test`, and in `.ci/run`."""

import shutil
import subprocess

import pytest

from tests.packaging.conftest import ROOT

REPORT = """<testsuites><testsuite tests="5" failures="1" errors="1" skipped="1" time="2.50">
<testcase classname="tests.a" name="test_one"/>
<testcase classname="tests.a" name="test_two"><skipped message="no Chromium here"/></testcase>
</testsuite></testsuites>"""


@pytest.fixture
def results(ops):
    return ops.results.Results()


@pytest.fixture
def report(tmp_path):
    path = tmp_path / "report.xml"
    path.write_text(REPORT)
    return path


def test_runs_are_counted_and_skips_are_named(results, report, capsys):
    results.read("SQLite", 1, report)
    results.read("PostgreSQL", 1, report)
    results.say()

    said = capsys.readouterr().out
    assert "SQLite: 2 passed, 2 failed, 1 skipped in 2.50s" in said
    assert said.count("SKIPPED, NOT TESTED") == 1
    assert "PostgreSQL: tests.a.test_two: no Chromium here" in said
    assert "FAILED: SQLite, PostgreSQL" in said
    assert said.splitlines()[-1].strip("= ") == "4 passed, 4 failed, 2 skipped in 5.00s"


def test_run_without_a_report_has_failed(results, tmp_path):
    results.read("SQLite", 0, tmp_path / "missing.xml")

    assert results.failed == ["SQLite"]


def test_failed_step_is_named(results):
    results.note("ruff check", 1)
    results.note("types", 0)

    assert results.failed == ["ruff check"]
    assert results.lines == ["ruff check: failed", "types: ok"]


@pytest.fixture
def ci(tmp_path):
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    (tmp_path / "var" / "test").mkdir(parents=True)
    return tmp_path


def run_ci(ci, *, skipped, code):
    (ci / "Makefile").write_text(
        f"test:\n\t@printf '{skipped}' > var/test/skipped.txt; exit {code}\n"
    )
    done = subprocess.run([".ci/run"], cwd=ci, capture_output=True, text=True, check=False)
    return done.returncode != 0, done.stderr


def test_ci_passes_when_everything_ran(ci):
    assert run_ci(ci, skipped="", code=0) == (False, "")


def test_ci_fails_when_something_was_skipped(ci):
    failed, said = run_ci(ci, skipped="browser tests", code=0)

    assert failed
    assert said.endswith("browser tests")


def test_ci_fails_when_a_test_failed(ci):
    assert run_ci(ci, skipped="", code=1)[0]
