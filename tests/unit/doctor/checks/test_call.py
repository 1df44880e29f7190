"""What is made of a call: from its figures to findings."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from cordboard.config import lab_settings
from cordboard.doctor.asking.call import CallReport, Heard, address_towards
from cordboard.doctor.check import Result
from cordboard.doctor.checks import call
from cordboard.doctor.finding import State
from cordboard.doctor.patient import Instruments, Patient

WELL = Heard(tone=0.98, frequency=440.0, received=50, lost=0, delay=0.002, jitter=0.001, mos=4.4)
GOOD = CallReport(ringing=0.1, sound_after=0.08, caller_heard=WELL, called_heard=replace(WELL, frequency=1000.0))
DEAF = replace(WELL, tone=0.0, received=0, mos=1.0)


async def found(id: str, report: CallReport) -> Result:
    """The result of one check of a call that was so."""
    (check,) = [each for each in call.CHECKS if each.id == id]
    async with AsyncExitStack() as running:
        patient = Patient(lab_settings(), Instruments(secret=b"x" * 32), running)

        async def made() -> CallReport:
            return report

        await patient.once("call", made)
        return await check.examine(patient)


@pytest.mark.parametrize(
    ("id", "report", "state", "said"),
    [
        ("call.connected", GOOD, State.OK, "after 100 ms"),
        ("call.connected", replace(GOOD, ringing=2.0), State.WARNING, "which is late"),
        ("call.sound", GOOD, State.OK, "440 Hz and 1000 Hz"),
        ("call.sound", replace(GOOD, caller_heard=DEAF), State.FAILED, "the calling phone does not hear"),
        ("call.sound", replace(GOOD, called_heard=DEAF), State.FAILED, "the called phone does not hear"),
        ("call.sound", replace(GOOD, called_heard=DEAF, caller_heard=DEAF), State.FAILED, "neither hears"),
        ("call.quality", GOOD, State.OK, "MOS 4.4, 0 packets lost"),
        ("call.quality", replace(GOOD, caller_heard=replace(WELL, mos=3.6, lost=4)), State.WARNING, "MOS 3.6, 4"),
        ("call.quality", replace(GOOD, caller_heard=replace(WELL, mos=2.0, lost=20)), State.FAILED, "MOS 2.0"),
        ("call.time_to_sound", GOOD, State.OK, "80 ms"),
        ("call.time_to_sound", replace(GOOD, sound_after=1.5), State.WARNING, "1500 ms"),
        ("call.time_to_sound", replace(GOOD, sound_after=4.0), State.FAILED, "4000 ms"),
    ],
)
async def test_a_call_that_was_so(id: str, report: CallReport, state: State, said: str) -> None:
    result = await found(id, report)
    assert (result.state, said in result.what) == (state, True), result


def test_our_address_towards_another() -> None:
    assert address_towards("127.0.0.9").startswith("127.")
    assert address_towards("not an address") == "127.0.0.1"
