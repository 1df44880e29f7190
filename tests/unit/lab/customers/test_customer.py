"""A customer's phone, cell by cell of its table."""

from __future__ import annotations

from typing import Any

import pytest

from cordboard.lab.customers.customer import RINGS_FOR, Customer, Event, State, refusal_of
from cordboard.lab.mixer import playing_tone
from cordboard.lab.rtp_party import RtpParty
from cordboard.sdp.plain import read_plain
from cordboard.sip import events as sip
from cordboard.sip.headers import Headers
from cordboard.sip.message import Request, Response
from kit.table_cells import expect_every_cell

FLOW = sip.Flow("UDP", "customer", ("127.0.0.81", 5070))


def party(port: int = 4000) -> RtpParty:
    return RtpParty(("127.0.0.90", port), playing_tone(440.0), ssrc=1, session_id=1)


def customer(state: State = State.CALLING, number: str = "+15550100", duration: float = 0.0) -> Customer:
    return Customer("s", number, "8000", f"<sip:{number}@127.0.0.90>", party(), state, duration)


def response(status: int, sdp: str = "") -> Response:
    return Response(status, "", Headers(), sdp.encode())


def request(method: str, body: str = "", content_type: str = "application/sdp") -> Request:
    return Request(method, "sip:x@y", Headers([("Content-Type", content_type)]), body.encode())


def offer() -> str:
    return party(5000).offer()


CAN_HANG_UP = [State.CALLING, State.RINGING, State.CALLED, State.TALKING]
LEAVINGS: list[sip.Output] = [sip.Ended("s", sip.EndCause.BYE, None), sip.Cancelled("s", request("CANCEL"))]


def talking(**options: Any) -> Customer:
    subject = customer(**options)
    subject.handle(sip.Accepted("s", response(200, offer()), True), 10.0)
    assert subject.state is State.TALKING
    return subject


def test_it_calls_with_an_offer_and_its_identity() -> None:
    (invite,) = customer().call(FLOW, "sip:8000@h", "<sip:+15550100@h>", "<sip:8000@h>", "id", "Ada")
    assert isinstance(invite, sip.Invite)
    assert read_plain(invite.sdp).port == 4000
    assert ("P-Asserted-Identity", '"Ada" <sip:+15550100@h>') in invite.headers


def test_it_talks_when_answered() -> None:
    subject = customer()
    assert subject.handle(sip.Provisional("s", response(180)), 9.0) == []
    assert subject.state is State.RINGING
    assert subject.handle(sip.Accepted("s", response(200, offer()), True), 10.0) == []
    assert (subject.state, subject.answered_at, subject.party.target) == (State.TALKING, 10.0, ("127.0.0.90", 5000))


def test_it_hears_early_media_and_is_not_answered() -> None:
    subject = customer()
    subject.handle(sip.Provisional("s", response(180)), 9.0)
    subject.handle(sip.Provisional("s", response(183, "rubbish")), 9.1)
    assert subject.party.target is None
    subject.handle(sip.Provisional("s", response(183, offer())), 9.2)
    assert (subject.state, subject.party.target) == (State.RINGING, ("127.0.0.90", 5000))


def test_it_hangs_up_on_an_answer_that_cannot_be_used() -> None:
    subject = customer()
    assert subject.handle(sip.Accepted("s", response(200, "rubbish"), True), 10.0) == [sip.Hangup("s", 486)]
    assert subject.state is State.ENDED


@pytest.mark.parametrize("ringing", [True, False])
def test_it_learns_that_it_is_refused(ringing: bool) -> None:
    subject = customer(State.RINGING if ringing else State.CALLING)
    subject.handle(sip.Rejected("s", 486, None), 1.0)
    assert (subject.state, subject.outcome) == (State.ENDED, "486 Busy Here")


@pytest.mark.parametrize("state", CAN_HANG_UP)
def test_it_can_always_hang_up(state: State) -> None:
    subject = customer(state)
    assert subject.hang_up(1.0) == [sip.Hangup("s", 486)]
    assert (subject.state, subject.outcome) == (State.ENDED, "the customer hung up")
    assert subject.hang_up(2.0) == []


def test_it_hangs_up_after_its_duration() -> None:
    subject = talking(duration=30.0)
    assert subject.deadline == 40.0
    assert subject.tick(39.9) == []
    assert subject.tick(40.0) == [sip.Hangup("s", 486)]
    assert subject.deadline is None


def test_it_answers_re_invites() -> None:
    subject = talking()
    (accept,) = subject.handle(sip.Reinvited("s", request("INVITE", offer().replace("5000", "5004"))), 11.0)
    assert isinstance(accept, sip.Accept)
    assert subject.party.target == ("127.0.0.90", 5004)
    (refusal,) = subject.handle(sip.Reinvited("s", request("INVITE", "rubbish")), 12.0)
    assert refusal == sip.Reject("s", 400)


def test_it_makes_an_offer_where_it_is_asked_for_one() -> None:
    subject = talking()
    (accept,) = subject.handle(sip.Reinvited("s", request("INVITE")), 11.0)
    assert isinstance(accept, sip.Accept)
    assert read_plain(accept.sdp).port == 4000
    subject.handle(sip.Acknowledged("s", request("ACK", offer().replace("5000", "5006")), False), 12.0)
    assert subject.party.target == ("127.0.0.90", 5006)
    assert subject.handle(sip.Acknowledged("s", request("ACK", "rubbish"), False), 13.0) == [sip.Hangup("s", 486)]


def test_it_takes_digits_by_info_and_knows_what_it_does_not_know() -> None:
    subject = talking()
    digits = request("INFO", "Signal=5\r\nDuration=160\r\n", "application/dtmf-relay")
    assert subject.handle(sip.Requested("s", "t", digits), 11.0) == [sip.Respond("t", 200)]
    odd = request("INFO", "Signal=\r\nnonsense", "application/dtmf-relay")
    assert subject.handle(sip.Requested("s", "t", odd), 11.0) == [sip.Respond("t", 200)]
    assert subject.party.digits == "5"
    assert subject.handle(sip.Requested("s", "t", request("REFER")), 11.0) == [sip.Respond("t", 501)]
    assert subject.handle(sip.Requested("s", "t", request("UPDATE", offer())), 11.0) == [sip.Respond("t", 501)]


@pytest.mark.parametrize("event", LEAVINGS)
def test_the_other_side_leaves(event: sip.Output) -> None:
    subject = customer(State.CALLED) if isinstance(event, sip.Cancelled) else talking()
    assert subject.handle(event, 20.0) == []
    assert (subject.state, subject.outcome) == (State.ENDED, "the other side hung up")


def test_it_is_called_rings_and_answers() -> None:
    subject = customer(State.CALLED)
    assert subject.called(request("INVITE", offer()), 100.0) == [sip.Ring("s", subject.contact)]
    assert subject.deadline == 100.0 + RINGS_FOR
    (accept,) = subject.tick(100.0 + RINGS_FOR)
    assert isinstance(accept, sip.Accept)
    assert (subject.state, subject.party.target) == (State.TALKING, ("127.0.0.90", 5000))


def test_it_answers_an_offerless_call_with_its_own_offer() -> None:
    subject = customer(State.CALLED)
    subject.called(request("INVITE"), 100.0)
    (accept,) = subject.tick(102.0)
    assert isinstance(accept, sip.Accept)
    subject.handle(sip.Acknowledged("s", request("ACK", offer()), True), 103.0)
    assert subject.party.target == ("127.0.0.90", 5000)


def test_it_refuses_an_offer_that_cannot_be_used() -> None:
    subject = customer(State.CALLED)
    subject.called(request("INVITE", offer().replace("0 8 101", "9")), 100.0)
    assert subject.tick(102.0) == [sip.Reject("s", 488)]
    assert subject.state is State.ENDED


def test_a_busy_number_is_busy() -> None:
    subject = customer(State.CALLED, "+15550486")
    subject.called(request("INVITE", offer()), 100.0)
    assert subject.tick(100.3) == [sip.Reject("s", 486)]
    assert subject.outcome == "486 Busy Here"


def test_a_number_that_never_answers() -> None:
    subject = customer(State.CALLED, "+15550408")
    subject.called(request("INVITE", offer()), 100.0)
    assert subject.deadline is None


@pytest.mark.parametrize(
    ("number", "status"),
    [("+15550486", 486), ("9603", 603), ("+15550408", 408), ("+15550100", 0), ("+15550200", 0), ("x", 0), ("", 0)],
)
def test_the_number_plan(number: str, status: int) -> None:
    assert refusal_of(number) == status


def test_events_without_meaning_do_nothing() -> None:
    subject = customer(State.ENDED)
    for event in (
        sip.Ended("s", sip.EndCause.BYE, None),
        sip.Malformed(FLOW, "x"),
        sip.Reinvited("s", request("INVITE")),
    ):
        assert subject.handle(event, 1.0) == []
    assert {event for _, event in Customer.TABLE} == set(Event)


def test_every_cell_is_visited() -> None:
    def test_parametrized() -> None:
        for ringing in (True, False):
            test_it_learns_that_it_is_refused(ringing)
        for state in CAN_HANG_UP:
            test_it_can_always_hang_up(state)
        for event in LEAVINGS:
            test_the_other_side_leaves(event)

    expect_every_cell(Customer, {**globals(), "test_parametrized": test_parametrized})
