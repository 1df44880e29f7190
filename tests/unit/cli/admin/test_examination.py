from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from cordboard.cli.admin.examination import SECONDS, Rounds
from cordboard.doctor import Finding, State
from cordboard.net.tasks import Tasks
from cordboard.observe import Metrics

FOUND = Finding("sip.server", "SIP Server answers", State.FAILED, "it does not")


class Doctor:
    """Gives a finding when it may."""

    def __init__(self, fails: bool = False) -> None:
        self.may = asyncio.Event()
        self.rounds = 0
        self.fails = fails

    async def run(self) -> AsyncIterator[Finding]:
        self.rounds += 1
        yield FOUND
        await self.may.wait()
        if self.fails:
            raise ValueError("of the doctor")
        yield FOUND


async def ended(rounds: Rounds) -> None:
    assert rounds.under_way is not None
    await asyncio.wait_for(rounds.under_way, 5)


async def test_one_round_at_a_time_is_remembered_and_counted() -> None:
    doctor, tasks, metrics = Doctor(), Tasks("test"), Metrics()
    now = 100.0
    rounds = Rounds(doctor.run, tasks, metrics, lambda: now)
    rounds.begin()
    rounds.begin()
    doctor.may.set()
    await ended(rounds)
    assert doctor.rounds == 1
    assert [each["id"] for each in rounds.last.findings] == ["sip.server", "sip.server"]
    assert 'cordboard_doctor_findings{state="failed"} 2.0' in metrics.text().decode()
    rounds.begin()
    await ended(rounds)
    assert doctor.rounds == 2
    await tasks.close()


async def test_round_that_hangs_gives_way() -> None:
    doctor, tasks = Doctor(), Tasks("test")
    times = iter([100.0, 100.0 + SECONDS + 1, 400.0])
    rounds = Rounds(doctor.run, tasks, Metrics(), lambda: next(times))
    rounds.begin()
    rounds.begin()
    assert rounds.last.began == 100.0 + SECONDS + 1
    await tasks.close()


async def test_doctor_that_fails_is_told() -> None:
    doctor, tasks = Doctor(fails=True), Tasks("test")
    rounds = Rounds(doctor.run, tasks, Metrics(), lambda: 100.0)
    rounds.begin()
    doctor.may.set()
    await ended(rounds)
    assert rounds.last.trouble == "The examination broke off (ValueError); the log tells more."
    await tasks.close()
