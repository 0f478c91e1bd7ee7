"""Requests over kept connections, medians, and where the figures go."""

import http.client
import json
import os
import platform
import statistics
import subprocess
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench" / "results.json"
PAGE = ROOT / "docs" / "performance.md"
JSON = {"Content-Type": "application/json", "Accept": "application/json"}


class Client:
    """One kept connection; every answer must have the status that is expected."""

    def __init__(self, port: int, headers: dict[str, str] | None = None):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.headers = {**JSON, **(headers or {})}

    def call(self, method: str, path: str, body=None, *, expect: int = 200):
        return json.loads(self.text(method, path, body, expect=expect))

    def text(self, method: str, path: str, body=None, *, expect: int = 200) -> bytes:
        """The answer as it came: reading its JSON is the client's work, not the server's."""
        sent = json.dumps(body) if body is not None else None
        self.connection.request(method, path, sent, self.headers)
        response = self.connection.getresponse()
        text = response.read()
        if response.status != expect:
            raise RuntimeError(f"{method} {path}: {response.status} {text[:300]!r}")
        return text


def milliseconds(work) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def interleaved(rounds: int, **works) -> dict[str, float]:
    """Median milliseconds of each work, one after the other in every round."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            times[name].append(milliseconds(work))
    return {name: round(statistics.median(taken), 2) for name, taken in times.items()}


def rates(at_once: int = 8, each: int = 50, rounds: int = 5, **make_works) -> dict[str, float]:
    """Median requests per second of `at_once` threads, kind after kind.

    Each kind is first asked once more than it counts, so that every thread of every worker has
    compiled and prepared what it needs. Every request has a connection of its own: kept ones may
    all fall to one worker process, and its share is luck.
    """
    callers = {name: [make() for _ in range(at_once)] for name, make in make_works.items()}
    seen: dict[str, list[float]] = {name: [] for name in callers}
    for turn in range(rounds + 1):
        for name, works in callers.items():
            reached = requests_a_second(works, each)
            if turn:
                seen[name].append(reached)
    return {name: round(statistics.median(reached), 1) for name, reached in seen.items()}


def requests_a_second(works: list, each: int) -> float:
    threads = [threading.Thread(target=repeat, args=(work, each)) for work in works]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(works) * each / (time.perf_counter() - began)


def repeat(work, times: int) -> None:
    for _ in range(times):
        work()


def keep(name: str, figures: dict) -> None:
    """Put the figures of one bench beside those of the others."""
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    results[name] = {"machine": machine(), **figures}
    RESULTS.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n")


def publish(name: str, command: str, table: str) -> None:
    """Replace the part of docs/performance.md that lies between the marks of this bench."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    text = PAGE.read_text(encoding="utf-8")
    before, _begin, rest = text.partition(begin)
    after = rest.partition(end)[2]
    part = f"{begin}\n\n`{command}`, {machine_in_words()}\n\n{table}\n\n{end}"
    PAGE.write_text(before + part + (after or "\n"), encoding="utf-8")


def machine() -> dict:
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "revision": revision(),
        "measured_on": time.strftime("%Y-%m-%d"),
    }


def machine_in_words() -> str:
    facts = machine()
    return (
        f"{facts['cores']} cores, Python {facts['python']}, revision {facts['revision']},"
        f" {facts['measured_on']}"
    )


def revision() -> str:
    asked = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(
        asked, cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()


def as_table(head: list[str], rows: list[list]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)
