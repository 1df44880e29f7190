from __future__ import annotations

import pytest
from bench.search import Search
from hypothesis import given
from hypothesis import strategies as st


def run(search: Search, border: int) -> list[int]:
    """Every level up to the border is good; what was tried."""
    tried = []
    while (level := search.next) is not None:
        tried.append(level)
        search.tell(level, good=level <= border)
    return tried


def test_steps_up_and_then_closes_in() -> None:
    search = Search(first=100, factor=1.5, precision=0.05)
    assert run(search, 180) == [100, 150, 225, 187, 168, 177, 182]
    assert (search.best, search.bad) == (177, 182)


@given(st.integers(1, 5000), st.integers(1, 500), st.floats(1.1, 3.0), st.floats(0.01, 0.3))
def test_result_is_good_and_close_to_the_border(border: int, first: int, factor: float, precision: float) -> None:
    search = Search(first, factor, 10_000, precision)
    tried = run(search, border)
    assert len(tried) == len(set(tried)) < 120
    assert search.bad is not None
    assert search.best <= border < search.bad
    assert search.bad - search.best <= max(1.0, precision * search.bad)


def test_last_level_leaves_the_border_open() -> None:
    search = Search(first=100, factor=2.0, last=300)
    assert run(search, 1000) == [100, 200, 300]
    assert search.open_ended
    assert search.best == 300


def test_nothing_is_good() -> None:
    search = Search(first=4)
    assert run(search, 0) == [4, 2, 1]
    assert search.best == 0
    assert not search.open_ended


def test_level_that_says_nothing_new_is_refused() -> None:
    search = Search(first=10)
    search.tell(10, good=True)
    with pytest.raises(ValueError, match="level 10"):
        search.tell(10, good=False)
