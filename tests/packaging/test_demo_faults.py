"""Whatever keeps `make demo` from starting is told in one sentence, before anything is changed."""

import ast
import os
import shutil
import socket
import subprocess
import sys

import pytest

from tests.packaging.conftest import ROOT, SCRIPTS
from tests.packaging.demo_process import is_taken

# Root may write everywhere; without this capability even root obeys the mode of a folder.
OBEY_MODES = ("setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override")


@pytest.fixture
def bare(tmp_path):
    """A checkout with just what is read before anything is installed."""
    shutil.copytree(ROOT / "ops", tmp_path / "dma-crm" / "ops")
    for path in [*ROOT.glob("requirements*.lock"), ROOT / "Makefile"]:
        shutil.copy(path, tmp_path / "dma-crm")
    return tmp_path / "dma-crm"


def start(checkout, environment, *, prefix=(), **variables):
    command = [*prefix, sys.executable, "-B", "ops/demo.py"]
    return subprocess.run(
        command,
        cwd=checkout,
        env=environment | variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def taken_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_taken_port_is_told_before_anything_is_made(bare, environment, taken_port):
    done = start(bare, environment, PORT=str(taken_port))

    assert done.returncode == 1
    assert done.stderr == (
        f"Port {taken_port} is taken: end what runs there, or choose another"
        f" with PORT={taken_port + 1} make demo.\n"
    )
    assert done.stdout == ""
    assert not (bare / "var").exists()


def test_make_passes_the_failure_on(bare, environment, taken_port):
    done = subprocess.run(
        ["make", "demo", f"PORT={taken_port}"],
        cwd=bare,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert done.stderr.startswith(f"Port {taken_port} is taken")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("port", ["0", "65536", "-1", "80a", "1e3", "８０００", "٨", " "])
def test_impossible_port_is_told(bare, environment, port):
    done = start(bare, environment, PORT=port)

    assert done.returncode == 1
    assert done.stderr == f"PORT must be a number from 1 to 65535, and it is {port!r}.\n"


def test_folder_that_cannot_be_written_is_told(bare, environment, ops):
    (bare / "ops").chmod(0o555)
    bare.chmod(0o555)
    try:
        prefix = OBEY_MODES if os.geteuid() == 0 else ()
        done = start(bare, environment, prefix=prefix, PORT=str(ops.services.free_port()))
    finally:
        bare.chmod(0o755)

    assert done.returncode == 1
    assert done.stderr == (
        f"DMA-CRM cannot write in {bare}/var: make the folder writable and try again.\n"
    )


def test_full_disk_is_told(ops):
    with (
        pytest.raises(ops.interpreter.SetupError, match="^There is no space left on the disk of "),
        ops.install.writing("/dev"),
        open("/dev/full", "w") as full,
    ):
        full.write("something")


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("ERROR: Could not install: [Errno 28] No space left on device", "There is no space left"),
        ("sqlite3.OperationalError: database or disk is full", "There is no space left"),
        ("sqlite3.OperationalError: attempt to write a readonly database", "DMA-CRM cannot write"),
        ("PermissionError: [Errno 13] Permission denied: '/x'", "DMA-CRM cannot write"),
        ("django.db.utils.ProgrammingError: anything else", "A step of the set-up failed"),
    ],
)
def test_failed_step_is_explained(ops, output, sentence):
    error = ops.install.explain_failure(output)

    assert str(error).startswith(sentence)
    assert "\n" not in str(error)


def test_interrupted_set_up_ends_without_a_trace(checkout, environment, ops):
    port = ops.services.free_port()
    started = subprocess.Popen(
        [sys.executable, "ops/demo.py"],
        cwd=checkout,
        env=environment | {"PORT": str(port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert started.stdout.readline() == "Preparing the database ...\n"

    started.terminate()

    assert started.communicate(timeout=5)[0] == "\nStopped.\n"
    assert started.returncode == 0
    assert not is_taken(port)


def test_web_process_that_cannot_start_is_told(bare, environment, ops):
    (bare / "ops" / "prepare_database.py").write_text("")
    (bare / "manage.py").write_text("import time\ntime.sleep(60)\n")

    done = start(bare, environment, PORT=str(ops.services.free_port()))  # there is no dma_crm.wsgi

    assert done.returncode == 1
    assert done.stderr.endswith("The web process ended by itself: see its message above.\n")


def test_too_old_python_is_told(ops):
    with pytest.raises(ops.interpreter.SetupError) as caught:
        ops.interpreter.ensure_new_enough((3, 9, 2), candidates=("no-such-python", "false"))

    assert str(caught.value) == (
        "DMA-CRM needs Python 3.11 or newer, and this is Python 3.9.2:"
        " install a newer one and try again."
    )


def test_newer_python_takes_over_from_one_that_is_too_old(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import os, sys\n"
        f"sys.path.insert(0, {str(ROOT / 'ops')!r})\n"
        "from interpreter import ensure_new_enough\n"
        "version = (3, 11) if os.environ.pop('AGAIN', '') else (3, 6)\n"
        "os.environ['AGAIN'] = 'yes'\n"
        "ensure_new_enough(version, candidates=('no-such-python', sys.executable))\n"
        "print('taken over with', sys.argv[1:])\n"
    )

    said = subprocess.check_output([sys.executable, script, "its", "arguments"], text=True)

    assert said == "taken over with ['its', 'arguments']\n"


@pytest.mark.parametrize("name", SCRIPTS[:3] + ("supervisor",))
def test_an_old_python_can_read_what_tells_it_that_it_is_old(name):
    source = (ROOT / "ops" / f"{name}.py").read_text()

    assert ast.parse(source, feature_version=(3, 6)).body
