"""Runs the checks, at once where none waits for another, and gives their findings in the catalogue's order."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack

from cordboard.config import Settings
from cordboard.doctor.asking.trouble import Trouble
from cordboard.doctor.catalogue import CHECKS
from cordboard.doctor.check import Check, Result, failed, skipped
from cordboard.doctor.finding import Finding, State
from cordboard.doctor.patient import Instruments, Patient
from cordboard.net.tasks import Tasks
from cordboard.observe import get_log

AT_ONCE = 8
CALL = "call"  # the group whose checks make a call
log = get_log("doctor")


async def run(
    settings: Settings,
    only: Iterable[str] | None = None,
    *,
    call: bool = True,
    instruments: Instruments | None = None,
    checks: Sequence[Check] = CHECKS,
) -> AsyncIterator[Finding]:
    """The findings of all checks, or of those named by id or group (`sip.server`, `sip`), as they come.

    Without `call` no call is made. Raises `KeyError` for a name that no check has.
    """
    wanted = chosen(checks, only)
    if not call:
        wanted = [each for each in wanted if each.group != CALL]
    async with AsyncExitStack() as running:
        patient = Patient(settings, instruments or Instruments(), running)
        tasks = Tasks("doctor")
        running.push_async_callback(tasks.close)
        examination = _Examination(patient, wanted)
        begun = [tasks.start(examination.find(each), each.id) for each in wanted]
        for each in begun:
            yield await each


def chosen(checks: Sequence[Check], only: Iterable[str] | None) -> list[Check]:
    """The checks with these ids or in these groups; all for None. Raises `KeyError` for an unknown name."""
    if only is None:
        return list(checks)
    names = list(only)
    for name in names:
        if not any(name in (each.id, each.group) for each in checks):
            raise KeyError(name)
    return [each for each in checks if each.id in names or each.group in names]


class _Examination:
    """Runs each check when those it waits for are done."""

    def __init__(self, patient: Patient, checks: Sequence[Check]) -> None:
        self._patient = patient
        self._places = asyncio.Semaphore(AT_ONCE)
        loop = asyncio.get_running_loop()
        self._failures: dict[str, asyncio.Future[str]] = {each.id: loop.create_future() for each in checks}

    async def find(self, check: Check) -> Finding:
        if failure := await self._failure_before(check):
            self._failures[check.id].set_result(failure)
            return check.found(skipped(f"not looked at, because {failure} has failed"), 0.0)
        async with self._places:
            began = time.monotonic()
            result = await self._examined(check)
            seconds = time.monotonic() - began
        finding = check.found(result, seconds, self._patient.places)
        self._failures[check.id].set_result(check.id if finding.state is State.FAILED else "")
        return finding

    async def _failure_before(self, check: Check) -> str:
        """The id of the failed check because of which there is no use in looking, empty where there is none."""
        for id in check.after:
            if id in self._failures and (failure := await self._failures[id]):
                return failure
        return ""

    async def _examined(self, check: Check) -> Result:
        """The error boundary of a check."""
        try:
            async with asyncio.timeout(check.seconds):
                return await check.examine(self._patient)
        except Trouble as trouble:
            return failed(str(trouble), why=trouble.why, mend=trouble.mend)
        except TimeoutError:
            return failed(f"there was no result within {check.seconds:g} seconds")
        except Exception as error:
            log.error("a check of the doctor failed", check=check.id, error=type(error).__name__, text=str(error)[:200])
            return failed(
                f"the check itself failed: {type(error).__name__}",
                why="This is a mistake of the doctor, not of the site; nothing is known about what it looks at.",
                mend=f"Run `cordboard doctor --only {check.id}` again; if it stays, report it with the log's line.",
            )
