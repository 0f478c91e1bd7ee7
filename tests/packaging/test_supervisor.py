"""What ends is started again, but not over and over."""

import sys

import pytest

from tests.packaging.demo_process import wait_until


@pytest.fixture
def process(ops, tmp_path):
    """Lives until its file is gone."""
    script, file = tmp_path / "script.py", tmp_path / "alive"
    script.write_text(
        "import os, sys, time\nwhile os.path.exists(sys.argv[1]):\n    time.sleep(0.02)\n"
    )
    file.touch()
    started = ops.supervisor.Process("test", [sys.executable, str(script), str(file)])
    started.file = file
    yield started
    if started.child.poll() is None:
        started.kill()


def ended(process):
    process.file.unlink()
    wait_until(lambda: process.child.poll() is not None, 10)


def test_who_ends_at_once_by_itself_is_told_of(process, ops):
    ended(process)

    with pytest.raises(ops.interpreter.SetupError, match="test process ended by itself"):
        process.look()


def test_who_is_killed_comes_back_at_once(process):
    process.kill()

    process.look()

    assert process.child.poll() is None


def test_who_lasted_once_comes_back_but_only_after_a_while(process, ops, monkeypatch):
    monkeypatch.setattr(ops.supervisor, "SOON", 0)
    process.look()
    monkeypatch.setattr(ops.supervisor, "SOON", 1000)
    ended(process)
    gone = process.child

    process.look()
    assert process.child is gone

    monkeypatch.setattr(ops.supervisor, "SOON", 0)
    process.look()
    assert process.child is not gone
