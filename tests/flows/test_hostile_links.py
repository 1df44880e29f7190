"""Calls over a link that mangles what it carries: nobody falls over, and when all hang up nothing is left.

A call that goes wrong is told with its seed, as in `test_lossy_links`.
"""

from __future__ import annotations

import pytest

from kit.lossy import LossyCall

CALLS = 400
AT_ONCE = 40


@pytest.mark.timeout(60)
@pytest.mark.parametrize("first", range(0, CALLS, AT_ONCE))
def test_mangled_messages_break_nothing(first: int) -> None:
    for seed in range(first, first + AT_ONCE):
        call = LossyCall(seed)
        call.link.corruption = 0.2
        try:
            call.run()
            call.everybody_ends()
        except Exception as error:
            raise AssertionError(f"seed {seed}:\n" + "\n".join(call.log)) from error
        if left := call.leaks():
            pytest.fail(f"seed {seed} leaves {', '.join(left)}:\n" + "\n".join(call.log))
