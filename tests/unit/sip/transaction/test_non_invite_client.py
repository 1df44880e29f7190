from __future__ import annotations

from cordboard.sip.transaction.non_invite_client import Event, NonInviteClient, State
from cordboard.sip.transaction.timers import Timers
from kit.table_cells import expect_every_cell
from unit.sip.transaction.clock import Clock, response


def request(reliable: bool = False) -> Clock:
    return Clock(NonInviteClient(b"INFO", reliable, Timers(), 0.0))


def test_unanswered_request_is_repeated_up_to_every_four_seconds_and_given_up_after_32() -> None:
    clock = request()
    clock.run(100)
    assert clock.sent_at == [0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert clock.failures == [(32.0, "timeout")]
    assert clock.machine.finished


def test_reliable_flow_needs_no_repetition_and_no_wait_at_the_end() -> None:
    clock = request(reliable=True)
    clock.run(31)
    clock.handle(response(200))
    clock.run(0)
    assert clock.sent_at == []
    assert clock.machine.finished


def test_reliable_flow_gives_up_too() -> None:
    clock = request(reliable=True)
    clock.run(32)
    assert clock.failures == [(32.0, "timeout")]


def test_after_a_provisional_response_repetition_is_slow() -> None:
    clock = request()
    clock.run(1)
    clock.handle(response(100))
    clock.handle(response(100))
    clock.run(100)
    assert clock.sent_at == [0.5, 1.5, 5.5, 9.5, 13.5, 17.5, 21.5, 25.5, 29.5]
    assert clock.failures == [(32.0, "timeout")]
    assert clock.passed_up == [100, 100]


def test_final_response_is_passed_up_once_and_its_repetitions_absorbed_for_five_seconds() -> None:
    clock = request()
    clock.handle(response(200))
    assert clock.machine.data == b""
    clock.run(4.9)
    clock.handle(response(200))
    assert not clock.machine.finished
    clock.run(0.1)
    assert clock.machine.finished
    assert clock.passed_up == [200]
    assert clock.sent_at == []


def test_final_response_after_a_provisional_one() -> None:
    clock = request()
    clock.handle(response(183))
    clock.handle(response(500))
    assert clock.machine.state is State.COMPLETED
    assert clock.passed_up == [183, 500]


def test_lost_flow_is_reported_unless_the_final_response_came() -> None:
    trying, proceeding, completed = request(), request(), request()
    proceeding.handle(response(100))
    completed.handle(response(200))
    for clock in (trying, proceeding, completed):
        clock.handle(Event.TRANSPORT_ERROR)
        assert clock.machine.finished
        assert clock.machine.deadline is None
    assert [len(clock.failures) for clock in (trying, proceeding, completed)] == [1, 1, 0]


def test_every_cell_is_visited() -> None:
    expect_every_cell(NonInviteClient, globals())
