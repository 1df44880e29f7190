from __future__ import annotations

from itertools import count

from cordboard.desk.admin.sessions import Sessions


def sessions(most: int = 3) -> Sessions:
    numbers = count(1)
    return Sessions(lambda: f"secret-{next(numbers)}", idle=10.0, longest=100.0, most=most)


def test_no_secret_is_used_twice() -> None:
    known = sessions()
    one, other = known.begin("ada", "GWS", 0.0), known.begin("ada", "GWS", 0.0)
    assert len({one.secret, one.csrf, other.secret, other.csrf}) == 4
    assert known.find(one.secret, 1.0) is one
    assert known.find(one.csrf, 1.0) is None
    assert known.find("", 1.0) is None


def test_the_longest_idle_gives_way_when_there_are_too_many() -> None:
    known = sessions()
    first, second, third = (known.begin("ada", "GWS", float(now)) for now in range(3))
    known.find(first.secret, 3.0)
    fourth = known.begin("ada", "GWS", 4.0)
    assert [known.find(each.secret, 5.0) is each for each in (first, second, third, fourth)] == [
        True,
        False,
        True,
        True,
    ]


def test_those_that_ended_are_forgotten() -> None:
    known = sessions()
    for now in (0.0, 20.0, 40.0):
        known.begin("ada", "GWS", now)
    assert len(known) == 1
