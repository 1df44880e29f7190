from __future__ import annotations

from cordboard.sip.message import Response
from cordboard.sip.transaction.invite_client import Event, InviteClient, State
from cordboard.sip.transaction.outputs import PassUp, Send
from cordboard.sip.transaction.timers import Timers
from kit.table_cells import expect_every_cell
from unit.sip.transaction.clock import Clock, response


def acknowledge(final: Response) -> bytes:
    return f"ACK {final.status}".encode()


def invite(reliable: bool = False) -> Clock:
    return Clock(InviteClient(b"INVITE", reliable, Timers(), acknowledge, 0.0))


def test_unanswered_invite_is_repeated_with_doubling_intervals_and_given_up_after_32_seconds() -> None:
    clock = invite()
    clock.run(100)
    assert clock.sent_at == [0.5, 1.5, 3.5, 7.5, 15.5, 31.5]
    assert clock.failures == [(32.0, "timeout")]
    assert clock.machine.finished
    assert clock.machine.deadline is None


def test_unanswered_invite_is_not_repeated_on_a_reliable_flow() -> None:
    clock = invite(reliable=True)
    clock.run(100)
    assert clock.sent_at == []
    assert clock.failures == [(32.0, "timeout")]


def test_provisional_response_ends_repetition_and_every_limit() -> None:
    clock = invite()
    clock.run(2)
    clock.handle(response(100))
    clock.run(1000)
    clock.handle(response(180))
    assert clock.sent_at == [0.5, 1.5]
    assert clock.passed_up == [100, 180]
    assert clock.machine.waiting
    assert clock.machine.deadline is None


def test_refusal_is_acknowledged_each_time_it_comes_and_passed_up_once() -> None:
    clock = invite()
    assert clock.handle(response(486)) == [Send(b"ACK 486"), PassUp(response(486))]
    assert clock.handle(response(486)) == [Send(b"ACK 486")]
    clock.run(31.9)
    assert clock.handle(response(486)) == [Send(b"ACK 486")]
    assert not clock.machine.finished
    clock.run(0.1)
    assert clock.machine.finished
    assert clock.passed_up == [486]


def test_refusal_after_provisional_response() -> None:
    clock = invite()
    clock.handle(response(180))
    clock.handle(response(603))
    assert clock.machine.state is State.COMPLETED
    assert clock.machine.data == b"ACK 603"


def test_refused_invite_on_a_reliable_flow_ends_at_once() -> None:
    clock = invite(reliable=True)
    clock.handle(response(404))
    clock.run(0)
    assert clock.machine.finished


def test_success_is_passed_up_each_time_for_32_seconds_and_not_acknowledged_here() -> None:
    clock = invite()
    clock.handle(response(200))
    clock.run(31.9)
    clock.handle(response(200))
    clock.run(0.1)
    assert clock.machine.finished
    assert clock.passed_up == [200, 200]
    assert clock.sent_at == []


def test_success_after_provisional_response_keeps_nothing_of_the_request() -> None:
    clock = invite()
    clock.handle(response(183))
    clock.handle(response(200))
    assert clock.machine.state is State.ACCEPTED
    assert clock.machine.data == b""


def test_responses_that_come_too_late_change_nothing() -> None:
    refused, accepted = invite(), invite()
    refused.handle(response(486))
    accepted.handle(response(200))
    assert refused.handle(response(180)) == refused.handle(response(200)) == []
    assert accepted.handle(response(180)) == accepted.handle(response(486)) == []
    assert refused.machine.state is State.COMPLETED
    assert accepted.machine.state is State.ACCEPTED


def test_cancelled_invite_is_waited_for_32_seconds() -> None:
    clock = invite()
    clock.handle(response(180))
    clock.run(10)
    clock.handle(Event.CANCELLED)
    clock.run(100)
    assert clock.failures == [(42.0, "timeout")]
    assert clock.machine.finished


def test_final_response_to_cancelled_invite_ends_the_wait() -> None:
    clock = invite()
    clock.handle(response(180))
    clock.handle(Event.CANCELLED)
    clock.handle(response(487))
    clock.run(100)
    assert clock.failures == []
    assert clock.passed_up == [180, 487]


def test_lost_flow_is_reported_unless_the_final_response_came() -> None:
    calling, proceeding, completed = invite(), invite(), invite()
    proceeding.handle(response(180))
    completed.handle(response(486))
    for clock in (calling, proceeding, completed):
        clock.handle(Event.TRANSPORT_ERROR)
        assert clock.machine.finished
        assert clock.machine.deadline is None
    assert [len(clock.failures) for clock in (calling, proceeding, completed)] == [1, 1, 0]
    assert calling.failures[0][1] == "transport error"


def test_every_cell_is_visited() -> None:
    expect_every_cell(InviteClient, globals())
