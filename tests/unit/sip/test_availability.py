"""The health of servers and the choice among them; with messages: tests/flows/test_registration.py."""

from __future__ import annotations

import pytest

from cordboard.sip.availability import (
    Ask,
    Down,
    Failed,
    Failover,
    FailoverSettings,
    Output,
    Returned,
    State,
    Use,
    Well,
    outcome_of,
)
from cordboard.sip.availability.health import Health
from cordboard.sip.events import Tick
from cordboard.sip.headers import Headers
from cordboard.sip.message import Response
from kit.table_cells import expect_every_cell

PAIR = ("primary", "backup")


def pair(**more: float) -> Failover:
    return Failover(PAIR, FailoverSettings(**more), 0.0)


def quiet(failover: Failover, until: float, *dead: str, now: float = 0.0) -> list[Output]:
    """Let time pass; servers that are not dead answer OPTIONS at once. Everything said but `Ask`."""
    said: list[Output] = []
    while (deadline := failover.deadline) is not None and deadline <= until:
        now = max(now, deadline)
        todo = failover.handle(Tick(), now)
        while todo:
            output = todo.pop(0)
            if not isinstance(output, Ask):
                said.append(output)
            elif output.server not in dead:
                todo += failover.handle(Well(output.server, asked=True), now)
    return said


def test_all_well() -> None:
    failover = pair()
    assert quiet(failover, 1000) == []
    assert failover.current == "primary"


def test_silence_is_noticed_within_ten_seconds_and_the_backup_used() -> None:
    failover = pair()
    assert quiet(failover, 10, "primary") == [Down("primary", all=False), Use("backup")]
    assert failover.state("primary") is State.DOWN


def test_one_failure_is_looked_into_at_once() -> None:
    failover = pair()
    quiet(failover, 0.5)
    assert failover.handle(Failed("primary"), 1.0) == [Ask("primary")]
    assert failover.state("primary") is State.SUSPECT
    assert failover.handle(Well("primary"), 1.1) == []
    assert failover.state("primary") is State.UP


def test_the_second_failure_is_enough() -> None:
    failover = pair()
    failover.handle(Failed("primary"), 1.0)
    assert failover.handle(Failed("primary"), 1.5) == [Down("primary", all=False), Use("backup")]


def test_the_primary_takes_its_place_back_when_it_has_proved_itself() -> None:
    failover = pair(failback_seconds=60)
    quiet(failover, 20, "primary")
    assert quiet(failover, 30, now=20) == [Returned("primary")]
    assert quiet(failover, 80, now=30) == []
    assert quiet(failover, 100, now=80) == [Use("primary")]


def test_a_break_begins_the_proof_anew() -> None:
    failover = pair(failback_seconds=60)
    quiet(failover, 20, "primary")
    quiet(failover, 70, now=20)
    failover.handle(Failed("primary"), 70.0)
    failover.handle(Well("primary"), 70.1)
    assert quiet(failover, 125, now=70.1) == []
    assert quiet(failover, 131, now=125) == [Use("primary")]


def test_with_all_down_the_first_that_answers_is_used() -> None:
    failover = pair()
    assert quiet(failover, 60, *PAIR) == [Down("primary", all=False), Down("backup", all=True)]
    assert failover.current == "primary"
    assert not failover.reachable
    assert failover.handle(Well("backup"), 61.0) == [Returned("backup"), Use("backup")]
    assert failover.reachable


def test_the_one_in_use_returns() -> None:
    failover = Failover(("only",), FailoverSettings(), 0.0)
    assert quiet(failover, 60, "only") == [Down("only", all=True)]
    assert quiet(failover, 70, now=60) == [Returned("only")]


def test_a_server_that_answers_no_options_is_not_held_to_it() -> None:
    failover = Failover(("only",), FailoverSettings(), 0.0)
    failover.handle(Well("only"), 0.1)
    assert quiet(failover, 1000, "only") == []
    failover.handle(Failed("only"), 1000.0)
    assert quiet(failover, 2000, "only", now=1000) == []
    assert failover.state("only") is State.SUSPECT
    assert failover.handle(Failed("only"), 2000.0) == [Down("only", all=True)]
    assert quiet(failover, 3000, "only", now=2000) == []
    assert failover.handle(Well("only"), 3000.0) == [Returned("only")]


def test_servers_that_cannot_be_asked_have_their_turns() -> None:
    failover = pair(check_seconds=0)
    failover.handle(Failed("primary"), 1.0)
    assert failover.handle(Failed("primary"), 2.0)[-1] == Use("backup")
    failover.handle(Failed("backup"), 40.0)
    assert failover.handle(Failed("backup"), 41.0) == [Down("backup", all=True), Use("primary")]
    assert failover.handle(Failed("backup"), 42.0) == [], "a late failure of the one that was left"
    assert failover.handle(Failed("primary"), 80.0) == [Use("backup")]
    assert failover.handle(Well("backup"), 81.0) == [Returned("backup")]


def test_a_primary_that_was_never_there_is_found_at_once() -> None:
    assert quiet(pair(), 5, "primary") == [Down("primary", all=False), Use("backup")]


def test_without_checks_nobody_is_asked() -> None:
    failover = pair(check_seconds=0)
    assert failover.deadline is None
    assert failover.handle(Failed("primary"), 1.0) == []
    assert failover.handle(Failed("primary"), 2.0) == [Down("primary", all=False), Use("backup")]
    failover.handle(Well("primary"), 3.0)
    assert failover.deadline == 63.0
    assert failover.handle(Tick(), 63.0) == [Use("primary")]


@pytest.mark.parametrize(
    ("status", "headers", "well"),
    [
        (200, (), True),
        (404, (), True),
        (480, (), True),
        (500, (), True),
        (503, (("Retry-After", "5"),), True),
        (408, (), False),
        (503, (), False),
    ],
)
def test_what_a_response_says_of_its_server(status: int, headers: tuple[tuple[str, str], ...], well: bool) -> None:
    outcome = outcome_of("primary", status, Response(status, "x", Headers(headers)))
    assert outcome == (Well("primary") if well else Failed("primary"))


def test_no_response_says_that_the_server_failed() -> None:
    assert outcome_of("primary", 503, None) == Failed("primary")


def test_every_cell_is_visited() -> None:
    expect_every_cell(Health, globals())
