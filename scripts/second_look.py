"""Run pytest; what failed beside others is looked at once more, alone, and named loudly either way.

usage: python scripts/second_look.py ARGUMENT...        as for pytest

The exit status is pytest's: 0 where all passed at the first or at the second look. There is no second look after a
crash or an error while tests are collected, nor when more than `MOST` failed: that is no accident.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field

import pytest

MOST = 10
PHASES = ("setup", "call", "teardown")


@dataclass(slots=True, eq=False)
class Failures:
    """A plugin that notes which tests failed, and what else went wrong."""

    tests: dict[str, None] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and report.when in PHASES:
            self.tests[report.nodeid] = None
        elif report.failed:  # a process that ended in the middle of a test
            self.others.append(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.others.append(report.nodeid)

    @property
    def deserve_another_look(self) -> bool:
        return not self.others and 0 < len(self.tests) <= MOST


def main(arguments: list[str]) -> int:
    failures = Failures()
    status = int(pytest.main(arguments, plugins=[failures]))
    if status != pytest.ExitCode.TESTS_FAILED or not failures.deserve_another_look:
        return status
    names = list(failures.tests)
    say("FAILED BESIDE OTHERS, once more alone:", names)
    status = subprocess.run([sys.executable, "-m", "pytest", *names], check=False).returncode
    if status:
        say("FAILED BESIDE OTHERS, and alone something failed again:", names)
    else:
        say("FAILED BESIDE OTHERS and passed alone; the cause is to be found and mended:", names)
    return status


def say(title: str, names: list[str]) -> None:
    print("\n" + "!" * 120, title, *(f"  {name}" for name in names), "!" * 120, sep="\n", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
