"""The last of the ladders: each cell of the call's tables has been visited by one of them, run in the same process."""

from __future__ import annotations

from kit import visited


def test_every_cell_is_visited_by_a_ladder() -> None:
    assert visited.unvisited() == {}
