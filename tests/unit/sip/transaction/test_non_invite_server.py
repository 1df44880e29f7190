from __future__ import annotations

from cordboard.sip.message import Request
from cordboard.sip.transaction.non_invite_server import Event, NonInviteServer
from cordboard.sip.transaction.outputs import Send
from cordboard.sip.transaction.timers import Timers
from kit.table_cells import expect_every_cell
from unit.sip.transaction.clock import Clock

INFO = Request("INFO", "sip:bob@example.com")


def asked(reliable: bool = False) -> Clock:
    return Clock(NonInviteServer(reliable, Timers(), 0.0))


def test_repeated_request_gets_the_last_response_for_32_seconds() -> None:
    clock = asked()
    assert clock.handle(INFO) == []
    clock.run(3)
    assert clock.respond(200, b"200") == [Send(b"200")]
    clock.run(31.9)
    assert clock.handle(INFO) == [Send(b"200")]
    clock.run(0.1)
    assert clock.machine.finished
    assert clock.failures == []


def test_provisional_responses_are_repeated_too() -> None:
    clock = asked()
    clock.respond(100, b"100")
    assert clock.handle(INFO) == [Send(b"100")]
    clock.respond(183, b"183")
    assert clock.handle(INFO) == [Send(b"183")]
    clock.respond(404, b"404")
    assert clock.handle(INFO) == [Send(b"404")]


def test_reliable_flow_needs_no_wait() -> None:
    clock = asked(reliable=True)
    clock.respond(200)
    clock.run(0)
    assert clock.machine.finished


def test_request_that_nobody_answers_is_forgotten_with_its_client() -> None:
    silent, slow = asked(), asked()
    slow.respond(100)
    for clock in (silent, slow):
        clock.run(100)
        assert clock.failures == [(32.0, "timeout")]
        assert clock.machine.finished
        assert clock.respond(200) == []


def test_no_second_final_response() -> None:
    clock = asked()
    clock.respond(200)
    assert clock.respond(500) == clock.respond(100) == []


def test_lost_flow_makes_the_answer_pointless() -> None:
    waiting, completed = asked(), asked()
    completed.respond(200)
    for clock in (waiting, completed):
        clock.handle(Event.TRANSPORT_ERROR)
    assert waiting.machine.waiting
    assert completed.machine.finished
    assert completed.machine.deadline is None


def test_every_cell_is_visited() -> None:
    expect_every_cell(NonInviteServer, globals())
