"""Machines under random sequences of inputs: none raises, none floods, none wants to be woken in the past.

The SIP core has its own (`tests/unit/sip/test_core_fuzz.py`); calls and SIP Server's are in `test_hostile_links`, the
choice of a SIP Server and the registrations of many DNs in `test_random_availability`.
"""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from cordboard.seat import proof, seat
from cordboard.sip import registrar, registration
from cordboard.sip.events import Flow, FlowClosed, Tick
from cordboard.sip.headers import Headers
from cordboard.sip.message import Request, Response, reason_phrase
from kit.counted import CountedIdentifiers
from kit.mangling import NASTY
from kit.sequences import Steps, fuzz, pass_time, play, steps

FLOWS = [Flow("WS", "page", ("127.0.0.1", 40000), str(number)) for number in range(3)]
nasty = st.sampled_from([piece.decode("latin-1").replace("\r\n", " ") for piece in NASTY])

# --- the client's end of a registration ---

ACCOUNT = registration.Account(
    "sip:127.0.0.2:5070", "<sip:5001@127.0.0.2>", "<sip:5001@127.0.0.1:5060>", "5001", "secret", 1800
)


@st.composite
def replies(draw: st.DrawFn) -> registration.Reply:
    status = draw(st.sampled_from((200, 200, 200, 401, 407, 403, 404, 408, 423, 480, 500, 503, 606)))
    numbers = st.sampled_from(("0", "1", "60", "1800", "4294967295", "99999999999", "-1", "x"))
    names = st.sampled_from(("Contact", "Expires", "Min-Expires", "Retry-After", "WWW-Authenticate", "CSeq", "Date"))
    values = st.one_of(
        numbers,
        nasty,
        numbers.map(lambda number: f"<sip:5001@127.0.0.1:5060>;expires={number}"),
        st.sampled_from(
            ('Digest realm="r", nonce="n"', 'Digest realm="r", nonce="n", stale=true, qop="auth"', "Digest")
        ),
    )
    number = draw(st.integers(0, 6))
    fields = draw(st.lists(st.tuples(names, values), max_size=5))
    response = Response(status, reason_phrase(status), Headers([("CSeq", f"{number} REGISTER"), *fields]))
    return registration.Reply(status, draw(st.sampled_from((response, None))), number)


COMMANDS = (
    registration.Start(),
    registration.Stop(),
    registration.Forget(),
    registration.Renew(),
    registration.Start(),
)
UPKEEPS = (registration.Upkeep(), registration.Upkeep(0.5, 30.0), registration.Upkeep(0.8, 45.0, query=True))


@fuzz
@given(st.sampled_from(UPKEEPS), steps(st.one_of(replies(), st.sampled_from(COMMANDS))))
def test_registration(upkeep: registration.Upkeep, sequence: Steps) -> None:
    machine = registration.Registration(ACCOUNT, CountedIdentifiers(), upkeep)
    now = play(machine, sequence, Tick)
    machine.handle(registration.Forget(), now)
    assert machine.state is registration.State.UNREGISTERED
    assert machine.deadline is None


# --- the registrar ---


@st.composite
def registers(draw: st.DrawFn) -> registrar.Register:
    contacts = st.one_of(
        nasty,
        st.sampled_from(
            ("*", "<sip:a@h>", "<sip:b@h>;expires=0", '<sip:c@h>;+sip.instance="<urn:uuid:1>";reg-id=1', "")
        ),
    )
    fields = [
        ("To", draw(st.one_of(st.sampled_from(("<sip:5001@h>", "<sip:5002@h>", "<sip:5001@H>;x=y")), nasty))),
        ("Call-ID", draw(st.sampled_from(("one", "two")))),
        ("CSeq", f"{draw(st.integers(0, 9))} REGISTER"),
        *[("Contact", contact) for contact in draw(st.lists(contacts, max_size=3))],
        *[
            ("Expires", expires)
            for expires in draw(st.lists(st.sampled_from(("0", "59", "60", "3600", "x")), max_size=1))
        ],
    ]
    return registrar.Register(Request("REGISTER", "sip:h", Headers(fields)), draw(st.sampled_from(FLOWS)))


@fuzz
@given(steps(st.one_of(registers(), registers(), st.sampled_from(FLOWS).map(FlowClosed))))
def test_registrar(sequence: Steps) -> None:
    machine = registrar.Registrar(limit=5)
    now = play(machine, sequence, Tick)
    pass_time(machine, now, 2 * registrar.HOUR, Tick)
    assert len(machine) == 0
    assert machine.deadline is None


@given(registers())
@fuzz
def test_a_register_is_always_answered(register: registrar.Register) -> None:
    first = registrar.Registrar().handle(register, 1000.0)[0]
    assert isinstance(first, registrar.Answer)
    assert first.status in (200, 400, 403, 404, 423, 500)


# --- a DN and its pages ---

flows = st.sampled_from(FLOWS)
pages = st.builds(seat.Page, flows, st.just("sip:p@page.invalid"), st.sampled_from(("a", "b")))
seat_inputs = st.one_of(
    st.builds(seat.PageRegistered, pages),
    st.builds(seat.PageRemoved, flows),
    st.just(seat.PageExpected()),
    st.builds(seat.PageUsable, flows),
    st.builds(seat.PageUnusable, flows, st.just("frozen")),
)


@fuzz
@given(st.booleans(), steps(seat_inputs))
def test_seat(deregisters: bool, sequence: Steps) -> None:
    machine = seat.Seat("5001", deregisters=deregisters)
    now = play(machine, sequence, seat.Tick)
    for flow in FLOWS:
        machine.handle(seat.PageRemoved(flow), now)
    pass_time(machine, now, 60.0, seat.Tick)
    assert machine.pages == []
    assert machine.state is seat.SeatState.ABSENT


@fuzz
@given(steps(seat_inputs))
def test_seat_asks_for_registration_and_takes_it_back_by_turns(sequence: Steps) -> None:
    machine, asked = seat.Seat("5001", deregisters=True), []
    for step in sequence:
        if not isinstance(step, float):
            asked += machine.handle(step, 1000.0)
    words = [each for each in asked if isinstance(each, seat.StartRegistration | seat.StopRegistration)]
    assert all(type(one) is not type(other) for one, other in itertools.pairwise(words))


proof_inputs = st.one_of(
    st.just(proof.Arrived()),
    st.builds(proof.Answered, st.sampled_from(list(proof.Microphone))),
    st.just(proof.Responded()),
    st.just(proof.Doubted()),
)


@fuzz
@given(st.sampled_from((0.0, 1.5, 5.0)), steps(proof_inputs))
def test_proof(ping_seconds: float, sequence: Steps) -> None:
    machine = proof.Proof(proof.ProofSettings(ping_seconds))
    play(machine, sequence, proof.Tick)
