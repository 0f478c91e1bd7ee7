"""`make test`: everything that must pass; `--lint` only lints.

The suite runs twice: on SQLite without what needs PostgreSQL (marker `postgres`), and on
PostgreSQL without what drives a browser (marker `browser`), whose database makes no difference.
What this machine cannot run is said at the end and written to var/test/skipped.txt.
"""

import os
import subprocess
import sys

import services
from install import ROOT, VAR, VENV, install, writing
from interpreter import SetupError, ensure_new_enough
from results import Results
from supervisor import Stop, stop_on_signals

OUT = os.path.join(VAR, "test")
BIN = os.path.join(VENV, "bin")
WORKERS = str(min(4, max(2, os.cpu_count() or 2)))
LINTERS = {
    "ruff check": ["ruff", "check", "--no-cache", "--quiet", "."],
    "ruff format": ["ruff", "format", "--no-cache", "--check", "--quiet", "."],
    "import layers": ["lint-imports", "--no-cache"],
    "types": ["mypy"],
    "lock files": ["python", "ops/lock.py", "--check"],
}
# A developer's own settings must not change what the tests see.
SETTINGS = (
    *("ALLOWED_HOSTS", "BASE_URL", "CELERY_BROKER_URL", "DATABASE_URL", "DEBUG", "DEMO", "PORT"),
    *("EMAIL_URL", "ENCRYPTION_KEYS", "MAIL_FROM", "METRICS_TOKEN", "SECRET_KEY", "TIME_ZONE"),
    *("DMA_SERVING", "DJANGO_SETTINGS_MODULE", "WEBHOOK_TEST_HOSTS"),
)


def main():
    stop_on_signals()
    results = Results()
    try:
        ensure_new_enough()
        run(results, lint_only="--lint" in sys.argv[1:])
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except Stop:
        print("\nStopped.", file=sys.stderr)
        return 130
    return 1 if results.failed else 0


def run(results, *, lint_only):
    install("requirements-dev.lock")
    if not lint_only:
        services.install_missing()
    lint(results)
    if not lint_only:
        test(results)
    results.say()


def lint(results):
    for name, command in LINTERS.items():
        print(f"--- {name}", flush=True)
        program = os.path.join(BIN, command[0])
        results.note(name, subprocess.call([program, *command[1:]], cwd=ROOT, env=clean()))


def test(results):
    with writing(OUT):
        os.makedirs(OUT, exist_ok=True)
        for name in os.listdir(OUT):
            os.remove(os.path.join(OUT, name))
    with services.redis() as redis, services.postgresql() as postgresql:
        absent = what_is_absent(results, redis)
        environment = clean(TEST_REDIS_URL=redis or "", CHROMIUM=services.chromium() or "")
        suite(results, "SQLite", ["postgres", *absent], environment)
        if postgresql:
            environment["DATABASE_URL"] = postgresql
            elsewhere = "--ignore=tests/packaging"  # what starts by itself has its own database
            suite(results, "PostgreSQL", ["browser", *absent], environment, elsewhere)
        else:
            results.leave_out("the whole suite on PostgreSQL: it is not installed")
    coverage(results)
    results.write_skipped(os.path.join(OUT, "skipped.txt"))


def what_is_absent(results, redis):
    """The markers of tests that cannot run here."""
    there = {"redis": redis, "browser": services.chromium()}
    for marker, found in there.items():
        if not found:
            results.leave_out(f"every test marked `{marker}`: what it drives is not installed")
    for name in set(services.missing()) - {"Redis", "Chromium", "PostgreSQL"}:
        results.leave_out(f"what needs {name}: it is not installed")
    return [marker for marker, found in there.items() if not found]


def suite(results, name, without, environment, *options):
    print(f"\n--- the suite on {name}", flush=True)
    report = os.path.join(OUT, f"{name}.xml")
    command = [
        *(os.path.join(BIN, "python"), "-m", "pytest", "-n", WORKERS, "--dist", "loadfile"),
        *("-m", " and ".join(f"not {marker}" for marker in without)),
        *("--cov", "--cov-report=", f"--junitxml={report}", "-o", "junit_logging=no", *options),
    ]
    kept = {**environment, "COVERAGE_FILE": os.path.join(OUT, f"coverage.{name}")}
    results.read(name, subprocess.call(command, cwd=ROOT, env=kept), report)


def coverage(results):
    """Both runs together: each branch of the vendor's SQL is seen by one of them."""
    print("\n--- coverage", flush=True)
    command = [os.path.join(BIN, "python"), "-m", "coverage"]
    kept = clean(COVERAGE_FILE=os.path.join(OUT, "coverage"))
    data = [os.path.join(OUT, name) for name in os.listdir(OUT) if name.startswith("coverage.")]
    subprocess.call([*command, "combine", "--quiet", *data], cwd=ROOT, env=kept)
    results.note("coverage", subprocess.call([*command, "report"], cwd=ROOT, env=kept))


def clean(**more):
    kept = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    return {**kept, "PYTHONUNBUFFERED": "1", **more}


if __name__ == "__main__":
    sys.exit(main())
