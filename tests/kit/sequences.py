"""Random sequences of inputs with seconds between them, played to a machine at its times."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

fuzz = settings(deadline=None, database=None, max_examples=200)

MUCH = 20  # outputs of one input

Steps = list[Any]


def steps(inputs: st.SearchStrategy[Any]) -> st.SearchStrategy[Steps]:
    """Inputs with seconds that pass between them."""
    return st.lists(st.one_of(inputs, inputs, st.floats(0, 4000)), max_size=40)


def play(
    machine: Any, sequence: Steps, tick: Callable[[], Any], make: Callable[[Any], Any] = lambda step: step
) -> float:
    """Give the machine its inputs at their times, waking it at its deadlines; the time at the end."""
    now = 1000.0
    for step in sequence:
        if not isinstance(step, float):
            assert len(machine.handle(make(step), now)) <= MUCH
        now = pass_time(machine, now, step if isinstance(step, float) else 0.0, tick)
    return now


def pass_time(machine: Any, now: float, seconds: float, tick: Callable[[], Any]) -> float:
    """Wake the machine at each deadline of the next `seconds`; the time then."""
    until, woken = now + seconds, 0
    while (deadline := machine.deadline) is not None and deadline <= until:
        now, woken = max(now, deadline), woken + 1
        assert len(machine.handle(tick(), now)) <= MUCH
        assert machine.deadline is None or machine.deadline > now
        assert woken <= 10 + seconds, "woken more often than each second"
    return until
