"""Calls whose worker has died, until there is another."""

from __future__ import annotations

from typing import Any

from cordboard.media.relay.placement.placement import Placement, Worker


class Link:
    """As much of a `WorkerLink` as placement asks."""

    load = 0.0
    load_calls = 0
    draining = False


def worker(running: dict[int, Worker], index: int = 0) -> Worker:
    link: Any = Link()
    running[index] = Worker(index, 1000 + index, link, None)
    return running[index]


def test_homeless_calls_are_given_up_when_no_worker_comes() -> None:
    running: dict[int, Worker] = {}
    placement = Placement(running, 0)
    placement.own(worker(running), "call")
    loss = placement.lose(running.pop(0))
    assert placement.give_up(loss) == ["call"]
    assert placement.calls == 0


def test_the_wait_after_a_first_death_does_not_end_the_wait_after_a_second() -> None:
    running: dict[int, Worker] = {}
    placement = Placement(running, 0)
    placement.own(worker(running), "call")
    first = placement.lose(running.pop(0))
    worker(running)
    assert placement.move() == ["call"]
    second = placement.lose(running.pop(0))
    assert placement.give_up(first) == []
    assert placement.give_up(second) == ["call"]


def test_a_call_that_found_a_worker_is_not_given_up() -> None:
    running: dict[int, Worker] = {}
    placement = Placement(running, 0)
    placement.own(worker(running), "call")
    loss = placement.lose(running.pop(0))
    found = worker(running)
    placement.move()
    assert placement.give_up(loss) == []
    assert placement.carrying("call") is found
