"""1,000 calls over a link that loses 10 %, repeats 10 % and reorders 10 % of all messages: nothing is left of any.

A call that leaks is told with its seed; `LossyCall(seed)` plays it again. Exactly one side ends each call, so the
others show that they notice.
"""

from __future__ import annotations

import pytest

from kit.lossy import LossyCall

CALLS = 1000
AT_ONCE = 50


@pytest.mark.timeout(60)
@pytest.mark.parametrize("first", range(0, CALLS, AT_ONCE))
def test_nothing_is_left_of_calls_over_a_lossy_link(first: int) -> None:
    for seed in range(first, first + AT_ONCE):
        call = LossyCall(seed)
        call.run()
        if left := call.leaks():
            pytest.fail(f"seed {seed} leaves {', '.join(left)}:\n" + "\n".join(call.log))


def test_a_leak_would_be_seen() -> None:
    """The link breaks for good while they talk: each side keeps what it has, for want of a session timer."""
    call = LossyCall(2)
    call.drawn.happens, call.drawn.ends_after, call.drawn.enders = [], 10.0, ("customer",)
    call.drawn.page.answers_after, call.drawn.page.refusal = 0.5, 0
    call.drawn.customer.answers_after, call.drawn.customer.refusal = 0.5, 0
    call.later(8.0, lambda: setattr(call.link, "loss", 1.0))
    call.link.duplication = 0.0
    call.run()
    assert {"the gateway's call", "media at the gateway", "a session of the page"} <= set(call.leaks())


def test_the_same_seed_is_the_same_call() -> None:
    logs = []
    for _ in range(2):
        call = LossyCall(11)
        call.run()
        logs.append(call.log)
    assert logs[0] == logs[1]
    assert len(logs[0]) > 10
