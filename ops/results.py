"""What the test runs gave, read from their reports and said at the end."""

import os
import xml.etree.ElementTree as ElementTree

WIDTH = 80


class Results:
    def __init__(self):
        self.lines = []
        self.failed = []
        self.skipped = []
        self.counts = dict.fromkeys(("passed", "failed", "skipped"), 0)
        self.seconds = 0.0

    def note(self, name, code):
        """One step that either worked or did not."""
        self.lines.append(f"{name}: {'failed' if code else 'ok'}")
        if code:
            self.failed.append(name)

    def leave_out(self, what):
        """A whole group of tests that cannot run here."""
        self.skipped.append(what)

    def read(self, name, code, report):
        """Count one run of pytest from its JUnit file."""
        if code or not os.path.exists(report):
            self.failed.append(name)
        if not os.path.exists(report):
            self.lines.append(f"{name}: no report, pytest ended with {code}")
            return
        suite = ElementTree.parse(report).getroot().find("testsuite")  # noqa: S314 - our own file
        tests, failures, errors, skips = (
            int(suite.get(key)) for key in ("tests", "failures", "errors", "skipped")
        )
        failed = failures + errors
        passed = max(0, tests - failed - skips)
        self.seconds += float(suite.get("time"))
        for key, number in zip(self.counts, (passed, failed, skips), strict=True):
            self.counts[key] += number
        self.lines.append(
            f"{name}: {passed} passed, {failed} failed, {skips} skipped in {suite.get('time')}s"
        )
        self.skipped += [f"{name}: {line}" for line in skips_in(suite)]

    def say(self):
        """The last lines of the output; whoever reads only these knows all that matters."""
        print()
        print("\n".join(self.lines))
        if self.skipped:
            print(f"\n{' SKIPPED, NOT TESTED '.center(WIDTH, '!')}")
            print("\n".join(self.skipped))
            print("!" * WIDTH)
        if self.failed:
            print(f"\nFAILED: {', '.join(self.failed)}")
        said = ", ".join(f"{number} {key}" for key, number in self.counts.items())
        print(f"\n{f' {said} in {self.seconds:.2f}s '.center(WIDTH, '=')}", flush=True)

    def write_skipped(self, path):
        with open(path, "w") as file:
            file.writelines(f"{line}\n" for line in self.skipped)


def skips_in(suite):
    for case in suite.iter("testcase"):
        skip = case.find("skipped")
        if skip is not None:
            yield f"{case.get('classname')}.{case.get('name')}: {skip.get('message')}"
