"""Pacing of many registrations; what their messages make of it is in tests/flows/test_registration.py."""

from __future__ import annotations

from dataclasses import replace

from cordboard.sip.events import Tick
from cordboard.sip.message import Headers, Response
from cordboard.sip.registration import (
    Account,
    Forget,
    Move,
    Pace,
    RegistrationPool,
    Reply,
    SendRegister,
    Start,
    State,
    Stop,
    Upkeep,
)
from cordboard.sip.registration.pool import VOID_ALARMS, Said
from cordboard.sip.registration.timing import spread, wait_after
from kit.counted import CountedIdentifiers


def account(dn: str) -> Account:
    return Account("sip:h", f"<sip:{dn}@h>", f"<sip:{dn}@127.0.0.1>", dn, "secret", 1000)


def pool(count: int, in_flight: int = 2, per_second: float = 10) -> RegistrationPool:
    made = RegistrationPool(CountedIdentifiers(), Upkeep(), Pace(in_flight, per_second))
    for number in range(count):
        made.add(f"500{number}", account(f"500{number}"))
    return made


def sent(outputs: list[Said]) -> list[tuple[str, int]]:
    return [(dn, output.cseq) for dn, output in outputs if isinstance(output, SendRegister)]


def good(cseq: int) -> Reply:
    return Reply(200, Response(200, "OK", Headers([("CSeq", f"{cseq} REGISTER"), ("Expires", "1000")])), cseq)


def test_only_so_many_are_on_their_way() -> None:
    subject = pool(3)
    assert sent(subject.handle("5000", Start(), 100.0)) == [("5000", 1)]
    assert sent(subject.handle("5001", Start(), 101.0)) == [("5001", 1)]
    assert sent(subject.handle("5002", Start(), 102.0)) == []
    assert subject.deadline is None
    assert sent(subject.handle("5000", good(1), 103.0)) == [("5002", 1)]


def test_they_leave_one_after_the_other() -> None:
    subject = pool(4, in_flight=10)
    left = []
    for each in ("5000", "5001", "5002", "5003"):
        left += [(100.0, dn) for dn, _ in sent(subject.handle(each, Start(), 100.0))]
    while subject.deadline is not None:
        now = subject.deadline
        left += [(round(now, 3), dn) for dn, _ in sent(subject.tick(now))]
    assert left == [(100.0, "5000"), (100.0, "5001"), (100.1, "5002"), (100.2, "5003")]


def test_the_answer_to_a_challenge_goes_before_those_who_wait() -> None:
    subject = pool(3, in_flight=1, per_second=1000)
    for dn in ("5000", "5001", "5002"):
        subject.handle(dn, Start(), 100.0)
    challenge = Headers([("CSeq", "1 REGISTER"), ("WWW-Authenticate", 'Digest realm="r", nonce="n", algorithm=MD5')])
    assert sent(subject.handle("5000", Reply(401, Response(401, "x", challenge), 1), 101.0)) == [("5000", 2)]


def test_a_dn_that_is_told_otherwise_gives_its_place_back() -> None:
    for input in (Forget(), Move(account("5000"))):
        subject = pool(2, in_flight=1, per_second=1000)
        subject.handle("5000", Start(), 100.0)
        subject.handle("5001", Start(), 100.0)
        assert sent(subject.handle("5000", input, 101.0)) == [("5001", 1)]


def test_nothing_that_waits_for_the_old_registrar_leaves_after_all_have_moved() -> None:
    subject = pool(4, in_flight=2, per_second=1000)
    for dn in subject.dns:
        subject.handle(dn, Start(), 100.0)
    said = subject.move(lambda dn: replace(account(dn), registrar="sip:other"), 101.0)
    assert {output.target for _, output in said if isinstance(output, SendRegister)} == {"sip:other"}
    assert sent(said) == [("5000", 3), ("5001", 3)]
    assert sent(subject.handle("5000", good(3), 102.0)) == [("5002", 3)]


def test_a_reply_that_comes_after_a_move_frees_nothing() -> None:
    subject = pool(2, in_flight=1, per_second=1000)
    subject.handle("5000", Start(), 100.0)
    assert sent(subject.handle("5000", Move(account("5000")), 101.0)) == [("5000", 3)]
    subject.handle("5001", Start(), 102.0)
    assert subject.handle("5000", Reply(408, None, 1), 103.0) == []
    assert sent(subject.handle("5000", good(3), 104.0)) == [("5001", 1)]


def test_timers_of_all_are_one_deadline() -> None:
    subject = pool(2)
    for dn in ("5000", "5001"):
        subject.handle(dn, Start(), 100.0)
        subject.tick(101.0)
        subject.handle(dn, good(1), 102.0)
    assert subject.deadline is not None
    assert 802 <= subject.deadline <= 902
    first = sent(subject.tick(subject.deadline))
    assert len(first) == 1
    assert subject.deadline is not None
    assert len(sent(subject.tick(subject.deadline))) == 1
    subject.handle("5000", Stop(), 910.0)
    assert subject.state("5000") is State.STOPPING


def test_unknown_dns() -> None:
    subject = pool(1)
    assert subject.handle("9999", Start(), 100.0) == []
    assert subject.state("9999") is State.UNREGISTERED
    assert "9999" not in subject
    assert subject.dns == ("5000",)
    assert subject.handle("5000", Tick(), 100.0) == []


def test_waits() -> None:
    assert {0.0 <= spread(str(number)) < 1.0 for number in range(100)} == {True}
    assert wait_after(500, 10**6, None, "seed") <= 60
    assert 30 <= wait_after(503, 1, 30, "seed") <= 31
    assert Upkeep().refresh_after(100, "seed") <= 80
    assert Upkeep(check_seconds=30).refresh_after(10, "seed") <= 8, "a short lifetime is refreshed in its time"


def test_a_dn_that_comes_and_goes_for_ever_leaves_no_alarms_behind() -> None:
    subject = pool(2, in_flight=10, per_second=1000)
    subject.handle("5000", Start(), 100.0)
    subject.handle("5000", good(1), 100.0)
    refresh = subject.deadline
    for turn in range(500):
        now = 101.0 + turn / 10
        subject.handle("5001", Start(), now)
        subject.handle("5001", good(2 * turn + 1), now)
        assert sent(subject.handle("5001", Stop(), now + 0.05)) == [("5001", 2 * turn + 2)]
        subject.handle("5001", good(2 * turn + 2), now + 0.05)
        assert len(subject._alarms) <= 2 * len(subject.dns) + VOID_ALARMS
    assert subject.deadline == refresh
