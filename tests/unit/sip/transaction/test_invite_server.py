from __future__ import annotations

from cordboard.sip.message import Request
from cordboard.sip.transaction.invite_server import Event, InviteServer, State
from cordboard.sip.transaction.outputs import PassUp, Send
from cordboard.sip.transaction.timers import Timers
from kit.table_cells import expect_every_cell
from unit.sip.transaction.clock import Clock

INVITE = Request("INVITE", "sip:bob@example.com")
ACK = Request("ACK", "sip:bob@example.com")


def invited(reliable: bool = False) -> Clock:
    return Clock(InviteServer(reliable, Timers(), lambda: b"trying", 0.0))


def test_repeated_invite_gets_the_last_provisional_response() -> None:
    clock = invited()
    assert clock.handle(INVITE) == []
    clock.respond(100, b"100")
    assert clock.handle(INVITE) == [Send(b"100")]
    clock.respond(180, b"180")
    assert clock.handle(INVITE) == [Send(b"180")]
    clock.run(1000)
    assert clock.machine.waiting


def test_silent_user_is_helped_out_with_a_100_after_200_milliseconds() -> None:
    silent, quick = invited(), invited()
    quick.respond(180, b"180")
    for clock in (silent, quick):
        clock.run(10)
    assert silent.said == [(0.2, Send(b"trying"))]
    assert silent.handle(INVITE) == [Send(b"trying")]
    assert quick.sent_at == [0.0]
    answered = invited()
    answered.respond(200, b"200")
    answered.run(1)
    assert answered.sent_at == [0.0]


def test_unacknowledged_refusal_is_repeated_up_to_every_four_seconds_and_given_up_after_32() -> None:
    clock = invited()
    clock.respond(486)
    clock.run(100)
    assert clock.sent_at == [0.0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert clock.failures == [(32.0, "timeout")]
    assert clock.machine.finished


def test_ack_ends_repetition_and_more_of_them_are_absorbed_for_five_seconds() -> None:
    clock = invited()
    clock.respond(486, b"486")
    assert clock.handle(INVITE) == [Send(b"486")]
    clock.run(1)
    clock.handle(ACK)
    assert clock.handle(ACK) == clock.handle(INVITE) == []
    assert clock.machine.state is State.CONFIRMED
    assert clock.machine.data == b""
    clock.run(5)
    assert clock.machine.finished
    assert clock.failures == []


def test_reliable_flow_needs_no_repetition_and_no_wait_after_the_ack() -> None:
    clock = invited(reliable=True)
    clock.respond(600)
    clock.run(31)
    assert clock.sent_at == [0.0]
    clock.handle(ACK)
    clock.run(0)
    assert clock.machine.finished


def test_reliable_flow_waits_32_seconds_for_the_ack() -> None:
    clock = invited(reliable=True)
    clock.respond(600)
    clock.run(32)
    assert clock.failures == [(32.0, "timeout")]


def test_after_a_success_repeated_invites_are_absorbed_and_the_user_repeats_its_response() -> None:
    clock = invited()
    clock.respond(200, b"200")
    clock.run(31.9)
    assert clock.handle(INVITE) == []
    assert clock.respond(200, b"200") == [Send(b"200")]
    assert clock.handle(ACK) == [PassUp(ACK)]
    assert clock.sent_at == [0.0, 31.9]
    clock.run(0.1)
    assert clock.machine.finished


def test_no_second_final_response() -> None:
    refused, accepted = invited(), invited()
    refused.respond(486)
    accepted.respond(200)
    assert refused.respond(200) == refused.respond(180) == []
    assert accepted.respond(486) == accepted.respond(180) == []


def test_lost_flow_ends_the_wait_for_the_ack_only() -> None:
    proceeding, completed = invited(), invited()
    completed.respond(486)
    for clock in (proceeding, completed):
        clock.handle(Event.TRANSPORT_ERROR)
    assert proceeding.machine.waiting
    assert completed.machine.finished
    assert completed.machine.deadline is None


def test_every_cell_is_visited() -> None:
    expect_every_cell(InviteServer, globals())
