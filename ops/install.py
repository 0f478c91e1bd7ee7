"""Make `.venv` what a lock file says, as fast as possible when it already is.

    python3 ops/install.py requirements-dev.lock

Standard library only, in syntax that Python 3.6 reads: it runs before anything is installed.
"""

import contextlib
import errno
import fcntl
import glob
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys

from interpreter import SetupError, ensure_new_enough, is_new_enough

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VAR = os.path.join(ROOT, "var")
VENV = os.path.join(ROOT, ".venv")
LOG = os.path.join(VAR, "install.log")
# Every other lock file is made on top of this one, see ops/lock.py.
BASE_LOCK = "requirements.lock"
STAMP = "installed.json"
SIGNS_OF_FULL_DISK = ("no space left", "disk is full", "disk full")
SIGNS_OF_READ_ONLY = ("permission denied", "read-only file system", "readonly database")


def install(lock, venv=VENV):
    """Bring the environment to what the lock says; remake it when it is broken or half made."""
    with one_at_a_time():
        if is_installed(lock, venv):
            return
        uv = find_uv()
        if not is_usable(venv):
            make(venv, with_pip=not uv)
        elif not uv and not has_pip(venv):
            make(venv, with_pip=True)
        write_stamp(venv, {"complete": False})
        print(f"Installing packages from {lock} ...", flush=True)
        run_logged(install_command(uv, lock, venv), explain=explain_install)
        write_stamp(venv, {"complete": True, "locks": digests(lock), "names": names(venv)})


@contextlib.contextmanager
def one_at_a_time():
    """Two commands in one checkout must not install into the same folder at once."""
    with writing(VAR):
        os.makedirs(VAR, exist_ok=True)
        lock = open(os.path.join(VAR, "install.lock"), "w")  # noqa: SIM115
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def writing(folder):
    """Turn what the file system refuses into one sentence."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise disk_full() from None
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise not_writable(folder) from None
        raise


def disk_full():
    return SetupError(f"There is no space left on the disk of {ROOT}: free some and try again.")


def not_writable(folder):
    return SetupError(f"DMA-CRM cannot write in {folder}: make the folder writable and try again.")


def is_installed(lock, venv):
    stamp = read_stamp(venv)
    return is_usable(venv) and all(
        stamp.get("locks", {}).get(name) == digest for name, digest in digests(lock, only=True)
    )


def is_usable(venv):
    """Whether the environment starts, is new enough and still has all that was installed."""
    try:
        with open(os.path.join(venv, "pyvenv.cfg")) as config:
            settings = dict(line.strip().split(" = ", 1) for line in config if " = " in line)
    except OSError:
        return False
    version = settings.get("version_info") or settings.get("version", "0")
    stamp = read_stamp(venv)
    return (
        is_new_enough([int(part) for part in version.split(".")[:2]])
        and os.path.exists(os.path.join(venv, "bin", "python"))
        and stamp.get("complete", True)
        and set(stamp.get("names", ())) <= set(names(venv))
    )


def make(venv, with_pip):
    if with_pip and not importlib.util.find_spec("ensurepip"):
        raise SetupError(
            "This Python cannot make virtual environments: install the package"
            f" python{sys.version_info[0]}.{sys.version_info[1]}-venv (or uv) and try again."
        )
    with writing(os.path.dirname(venv)):
        if os.path.islink(venv) or os.path.isfile(venv):
            os.remove(venv)
        elif os.path.isdir(venv):
            shutil.rmtree(venv)
        os.mkdir(venv)
    # Not sys.executable: that may be the environment that was just removed.
    python = getattr(sys, "_base_executable", sys.executable)
    print(f"Making {os.path.basename(venv)} ...", flush=True)
    run_logged([python, "-m", "venv"] + ["--without-pip"] * (not with_pip) + [venv])


def find_uv():
    """uv installs in a fraction of the time; a shim on the path that does not start is no uv."""
    uv = shutil.which("uv")
    if uv and not subprocess.call([uv, "--version"], stdout=-3, stderr=-3):
        return uv
    return None


def has_pip(venv):
    return bool(glob.glob(os.path.join(venv, "lib", "python3*", "site-packages", "pip")))


def install_command(uv, lock, venv):
    """The lock is complete, so nothing is resolved (`--no-deps`), only fetched and compared."""
    python = os.path.join(venv, "bin", "python")
    locked = ["--require-hashes", "--no-deps", "-r", os.path.join(ROOT, lock)]
    if uv:
        return [uv, "pip", "install", "--python", python] + locked
    options = ["--no-input", "--no-compile", "--disable-pip-version-check", "--retries", "2"]
    return [python, "-m", "pip", "install"] + options + locked


def run_logged(command, explain=None, **options):
    """Run quietly; on failure one sentence, and the rest in var/install.log."""
    with writing(VAR), open(LOG, "w") as log:
        code = subprocess.call(command, stdout=log, stderr=log, cwd=ROOT, **options)
    if code:
        with open(LOG, errors="replace") as log:
            raise explain_failure(log.read(), explain)


def explain_failure(output, explain=None):
    text = output.lower()
    if any(sign in text for sign in SIGNS_OF_FULL_DISK):
        return disk_full()
    if any(sign in text for sign in SIGNS_OF_READ_ONLY):
        return not_writable(ROOT)
    if explain:
        return explain(text)
    return SetupError(f"A step of the set-up failed: {LOG} says why.")


def explain_install(text):
    if "do not match the hashes" in text or "hash mismatch" in text:
        return SetupError(f"A downloaded package is not the one that was locked: {LOG} names it.")
    return SetupError(f"The packages could not be downloaded: is there a network? {LOG} says more.")


def digests(lock, only=False):
    """What installing `lock` brings: that file's content, and the base lock that it contains."""
    found = {}
    for name in {lock} if only else {lock, BASE_LOCK}:
        with open(os.path.join(ROOT, name), "rb") as content:
            found[name] = hashlib.sha256(content.read()).hexdigest()
    return found.items() if only else found


def names(venv):
    found = glob.glob(os.path.join(venv, "lib", "python3*", "site-packages", "*"))
    return sorted(os.path.basename(path) for path in found if not path.endswith("__pycache__"))


def read_stamp(venv):
    try:
        with open(os.path.join(venv, STAMP)) as stamp:
            return json.load(stamp)
    except (OSError, ValueError):
        return {}


def write_stamp(venv, stamp):
    with writing(venv), open(os.path.join(venv, STAMP), "w") as file:
        json.dump(stamp, file)


def main():
    try:
        ensure_new_enough()
        install(sys.argv[1] if len(sys.argv) > 1 else BASE_LOCK)
    except SetupError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
