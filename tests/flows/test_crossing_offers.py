"""Two agents of one gateway talk to each other, and re-INVITEs cross in all four dialogs: the call comes to rest.

A call that does not is told with its seed; `CrossingCall(seed)` plays it again.
"""

from __future__ import annotations

import pytest

from kit.crossing import MOVES, WANTS, CrossingCall

CALLS = 300
AT_ONCE = 30


@pytest.mark.timeout(60)
@pytest.mark.parametrize("first", range(0, CALLS, AT_ONCE))
def test_offers_that_cross_come_to_rest(first: int) -> None:
    come_to_rest(first, WANTS)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("first", range(0, 120, AT_ONCE))
def test_so_do_those_of_media_that_moves(first: int) -> None:
    """What carries it dies again and again: everybody is told of the last place in the end."""
    come_to_rest(first, (*WANTS, MOVES, MOVES))


def come_to_rest(first: int, wants: tuple[str, ...]) -> None:
    for seed in range(first, first + AT_ONCE):
        call = CrossingCall(seed, wants)
        call.run()
        if unrest := call.unrest():
            pytest.fail(f"seed {seed}: {', '.join(unrest)}:\n" + "\n".join(call.log))
        call.end()
        if left := call.leaks():
            pytest.fail(f"seed {seed} leaves {', '.join(left)}:\n" + "\n".join(call.log))
