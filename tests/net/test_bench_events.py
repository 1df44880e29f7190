"""`make bench-events` in short: every event comes to every page, once and in order, and has a time."""

from __future__ import annotations

import pytest
from bench.events import Seen, delays, measure

CALL: Seen = ("A", "StatusChange", "Ringing", 5.0)
DATA: Seen = ("A", "AttachedDataChanged", "Ringing", 6.0)


async def test_a_short_run() -> None:
    found = await measure(agents=6, rate=20.0, seconds=3.0)
    assert len(found.chromium) > 1
    assert len(found.light) > 10
    assert all(0.0 < each < 5000.0 for each in found.light)
    assert "event_to_callback_p99_ms" in found.report()


def test_what_is_missing_or_disordered_is_no_result() -> None:
    came = [[*CALL[:3], 5.004], [*DATA[:3], 6.006]]
    assert delays([CALL, DATA], came, ahead=0.001) == pytest.approx([3.0, 5.0])
    assert delays([CALL], came) == pytest.approx([4.0])
    for wrong in (came[:1], came[::-1], [came[0], came[0]]):
        with pytest.raises(ValueError, match="of 2 events"):
            delays([CALL, DATA], wrong)
