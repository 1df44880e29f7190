"""SIP Server look-alike: whatever CTI and the phones do, no call breaks, and nothing is left when all have hung up."""

from __future__ import annotations

import pytest

from kit.busy_switch import BusySwitch

DAYS = 300
AT_ONCE = 30


@pytest.mark.parametrize("first", range(0, DAYS, AT_ONCE))
def test_nothing_breaks_and_nothing_is_left(first: int) -> None:
    for seed in range(first, first + AT_ONCE):
        day = BusySwitch(seed)
        day.run()
        day.end()
        if left := day.left():
            pytest.fail(f"seed {seed}: {', '.join(left)}:\n" + "\n".join(day.log))
