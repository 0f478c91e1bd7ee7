"""Runs scenarios on one database or both, prints and writes what came of them."""

import argparse
import json
import logging
import os
import random
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from install import VAR
from supervisor import Stop, stop_on_signals

from chaos import forms

DATABASES = ("sqlite", "postgresql")
OUT = Path(VAR, "chaos")


def main() -> int:
    told = arguments()
    stop_on_signals()
    try:
        return run(told) if told.database else run_all(told)
    except Stop:
        print("Stopped.", file=sys.stderr)
        return 130


def run_all(told) -> int:
    began = time.monotonic()
    failed = [each for at_once in commands(told) for each in side_by_side(at_once)]
    said = f"{len(failed)} runs failed: {failed}" if failed else "All runs passed"
    print(f"{said} after {time.monotonic() - began:.0f} s.", flush=True)
    return 1 if failed else 0


def side_by_side(commands: list[list[str]]) -> list[list[str]]:
    """Those that failed; whoever stops us stops all of them, and they end their servers."""
    processes = [subprocess.Popen(command) for command in commands]
    try:
        codes = [process.wait() for process in processes]
    except Stop:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()
        raise
    return [command for command, code in zip(commands, codes, strict=True) if code]


def arguments():
    parser = argparse.ArgumentParser(prog="chaos", description=__doc__)
    parser.add_argument("--form", choices=forms.FORMS, default="scaled", help="how much, how long")
    parser.add_argument("--seed", type=int, default=1, help="the first seed (1)")
    parser.add_argument("--seeds", type=int, default=1, metavar="N", help="so many seeds (1)")
    parser.add_argument("--database", choices=DATABASES, help="one of them alone")
    parser.add_argument("--only", nargs="*", metavar="SCENARIO", help="not all of the form's")
    parser.add_argument("--template", type=Path, help="SQLite file or SQL dump with all tables")
    parser.add_argument("--out", type=Path, default=OUT, help="folder of reports and logs")
    return parser.parse_args()


def commands(told):
    """Of each seed one for each database: Django knows one database for all its life.

    They wait most of the time, so both run at once.
    """
    for seed in range(told.seed, told.seed + told.seeds):
        more = ["--only", *told.only] if told.only else []
        # What rests on no dice is not repeated.
        if not more and seed > told.seed:
            more = ["--only", "killed"]
        options = ["--form", told.form, "--seed", str(seed), "--out", str(told.out)]
        start = [sys.executable, "-m", "chaos", *options]
        yield [[*start, "--database", database, *more] for database in DATABASES]


def run(told) -> int:
    from chaos import stage  # noqa: PLC0415 - the parent needs none of it

    name = f"{told.database}-{told.form}-seed{told.seed}"
    folder = told.out / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "chaos.sqlite3").unlink(missing_ok=True)
    form = forms.FORMS[told.form]
    report = {
        "seed": told.seed,
        "database": told.database,
        "form": told.form,
        "scale": form.scale,
        "started_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "scenarios": {},
    }
    started = time.monotonic()
    with stage.opened(told.database, folder, scale=form.scale, template=told.template) as opened:
        play(opened, form, told, report["scenarios"])
    passed = all(each["verdict"] == "passed" for each in report["scenarios"].values())
    report |= {
        "seconds": round(time.monotonic() - started),
        "verdict": "passed" if passed else "failed",
    }
    (told.out / f"{name}.json").write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    print(f"{name}: {report['verdict']} after {report['seconds']} s", flush=True)
    return 0 if passed else 1


def play(opened, form, told, scenarios: dict) -> None:
    from chaos import scenarios as all_of_them  # noqa: PLC0415 - needs Django set up
    from chaos.visitors import Visitors  # noqa: PLC0415 - as above

    logging.getLogger("mail.log").setLevel(logging.ERROR)  # what a cut connection leaves over
    dice = random.Random(told.seed)  # noqa: S311 - dice, no secret
    visitors = Visitors(opened.address, opened.receiver, form.pause)
    for scenario in all_of_them.of(opened.database, told.only or form.scenarios):
        started = time.monotonic()
        came_of_it = scenario(all_of_them.Run(opened, visitors, form, dice))
        verdict = "failed" if came_of_it["problems"] else "passed"
        seconds = round(time.monotonic() - started, 1)
        scenarios[scenario.__name__] = {"verdict": verdict, "seconds": seconds, **came_of_it}
        print(f"  {opened.database} {scenario.__name__}: {verdict} ({seconds} s)", flush=True)
        for problem in came_of_it["problems"][:20]:
            print(f"    {problem}", flush=True)


if __name__ == "__main__":
    sys.path.insert(0, os.getcwd())
    sys.exit(main())
