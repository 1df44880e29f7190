from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cordboard.sip.transaction.alarms import Alarms


def test_earliest_first() -> None:
    alarms: Alarms[str] = Alarms()
    assert alarms.deadline is None
    alarms.set("b", 2.0)
    alarms.set("a", 1.0)
    assert alarms.deadline == 1.0
    assert alarms.pop_due(0.9) is None
    assert alarms.pop_due(5.0) == "a"
    assert alarms.pop_due(5.0) == "b"
    assert alarms.pop_due(5.0) is None
    assert len(alarms) == 0


def test_only_the_latest_time_counts() -> None:
    alarms: Alarms[str] = Alarms()
    alarms.set("a", 1.0)
    alarms.set("a", 3.0)
    assert alarms.deadline == 3.0
    alarms.set("a", 2.0)
    assert alarms.deadline == 2.0
    alarms.set("a", None)
    assert alarms.deadline is None
    alarms.set("never", None)
    assert len(alarms) == 0


def test_changed_times_do_not_pile_up() -> None:
    alarms: Alarms[str] = Alarms()
    for number in range(10_000):
        alarms.set("a", float(number))
    assert len(alarms._heap) < 100
    assert alarms.deadline == 9999.0


@given(st.lists(st.tuples(st.integers(0, 5), st.one_of(st.none(), st.floats(0, 100)))))
def test_same_as_a_dictionary(changes: list[tuple[int, float | None]]) -> None:
    alarms: Alarms[int] = Alarms()
    plain: dict[int, float] = {}
    for item, at in changes:
        alarms.set(item, at)
        plain.pop(item, None)
        if at is not None:
            plain[item] = at
        assert alarms.deadline == (min(plain.values()) if plain else None)
    popped = []
    while (item := alarms.pop_due(1000)) is not None:
        popped.append(item)
    assert sorted(popped) == sorted(plain)
    assert [plain[item] for item in popped] == sorted(plain.values())
