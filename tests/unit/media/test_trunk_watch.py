"""Silence is no news; RTCP that used to come and does not any more is."""

from __future__ import annotations

from cordboard.media.port import MediaEventKind
from cordboard.media.trunk_watch import TrunkWatch

HOUR = 3600.0
TALKING, HELD = "talking", "held"


def looks(
    watch: TrunkWatch, begin: float, seconds: float, packets: int, reports: int, conditions: str = TALKING
) -> list[MediaEventKind]:
    """Every 5 s, with nothing new each time."""
    found = [watch.look(begin + 5.0 * number, packets, reports, conditions) for number in range(int(seconds // 5))]
    return [kind for kind in found if kind is not None]


def test_a_trunk_that_never_reported_may_be_silent_for_hours() -> None:
    watch = TrunkWatch(30.0)
    assert watch.look(0.0, 500, 0, TALKING) is None
    assert looks(watch, 5.0, 8 * HOUR, 500, 0) == []
    assert looks(watch, 9 * HOUR, 60.0, 500, 1) == [], "one report is not used to"


def test_reports_without_sound_are_life() -> None:
    watch = TrunkWatch(30.0)
    found = [watch.look(5.0 * number, 0, number, TALKING) for number in range(5000)]
    assert set(found) == {None}


def test_sound_without_reports_is_life() -> None:
    watch = TrunkWatch(30.0)
    watch.look(0.0, 1, 0, TALKING)
    watch.look(5.0, 250, 3, TALKING)
    assert {watch.look(10.0 + 5.0 * number, 500 + number, 3, TALKING) for number in range(1000)} == {None}


def test_gone_is_told_once_and_so_is_its_return() -> None:
    watch = TrunkWatch(30.0)
    for number in range(4):
        assert watch.look(5.0 * number, 250 * number, number, TALKING) is None
    assert watch.look(44.9, 750, 3, TALKING) is None
    assert watch.look(45.0, 750, 3, TALKING) is MediaEventKind.TRUNK_GONE
    assert looks(watch, 50.0, HOUR, 750, 3) == []
    assert watch.gone
    assert watch.look(2 * HOUR, 751, 3, TALKING) is MediaEventKind.TRUNK_BACK
    assert watch.look(2 * HOUR + 30, 751, 3, TALKING) is MediaEventKind.TRUNK_GONE


def test_never() -> None:
    watch = TrunkWatch(0.0)
    watch.look(0.0, 1, 0, TALKING)
    watch.look(5.0, 2, 5, TALKING)
    assert looks(watch, 10.0, HOUR, 2, 5) == []


def test_a_peer_that_falls_silent_while_held_is_not_gone() -> None:
    watch = TrunkWatch(30.0)
    for number in range(10):
        watch.look(5.0 * number, 250 * number, number, TALKING)
    assert looks(watch, 50.0, HOUR, 2250, 9, HELD) == []
    assert looks(watch, HOUR, 20.0, 2250, 10, HELD) == [], "one that was on its way"
    assert looks(watch, HOUR + 20, HOUR, 2250, 10, HELD) == []


def test_a_peer_that_reports_while_held_is_missed() -> None:
    watch = TrunkWatch(30.0)
    watch.look(0.0, 0, 0, HELD)
    for number in range(1, 4):
        watch.look(5.0 * number, 0, number, HELD)
    assert looks(watch, 20.0, 60.0, 0, 3, HELD) == [MediaEventKind.TRUNK_GONE]


def test_whoever_comes_next_is_not_judged_by_the_one_before() -> None:
    watch = TrunkWatch(30.0)
    for number in range(4):
        watch.look(5.0 * number, 0, number, "127.0.0.1:4000")
    assert looks(watch, 20.0, HOUR, 0, 3, "127.0.0.2:4000") == []
