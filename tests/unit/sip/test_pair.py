"""Two cores and a bad network between them: whatever happens in between, calls end and nothing is left behind."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import pytest

from cordboard.sip import events
from cordboard.sip.events import Output
from kit.pair import SDP, End, Link, Pair

OVER = (events.Rejected, events.Cancelled, events.Ended)


class Person:
    """A user of one core who does whatever comes to mind, but plays by the rules of the vocabulary."""

    def __init__(self, end: End, random: Random) -> None:
        self.end = end
        self.random = random
        self.living: set[str] = set()
        self.offerless: dict[str, bool] = {}
        self.asked = 0
        end.react = self.react

    def call(self, name: str) -> None:
        self.living.add(name)
        self.offerless[name] = self.random.random() < 0.4
        self.end.call(name, sdp="" if self.offerless[name] else SDP)
        self._plan(name)

    def react(self, output: Output) -> None:
        session = getattr(output, "session", "")
        if isinstance(output, events.Invited):
            self.living.add(session)
            self._plan(session)
            self._soon(lambda: self.end.do(events.Ring(session, self.end.contact)), 1)
            self._soon(lambda: self._answer(session), 8)
        elif isinstance(output, OVER):
            assert session in self.living, f"{session} ended twice, or after its user hung up"
            self.living.discard(session)
        elif isinstance(output, events.Accepted):
            assert session in self.living
            if self.offerless.pop(session, False):
                self._soon(lambda: self.end.do(events.Acknowledge(session, SDP)), 2)
        elif isinstance(output, events.Reinvited):
            assert session in self.living
            self._soon(lambda: self._answer(session), 2)
        elif isinstance(output, events.Requested):
            self._soon(lambda: self.end.do(events.Respond(output.transaction, 200)), 2)

    def _plan(self, session: str) -> None:
        for _ in range(self.random.randrange(4)):
            self._soon(lambda: self._do_something(session), 30)
        self._soon(lambda: self._hang_up(session), 60)

    def _do_something(self, session: str) -> None:
        if session not in self.living:
            return
        if self.random.random() < 0.5:
            self.asked += 1
            self.end.do(events.SendInDialog(session, f"{session}/{self.asked}", "INFO"))
        elif session not in self.offerless:
            self.offerless[session] = self.random.random() < 0.3
            if not self.offerless[session]:
                del self.offerless[session]
            self.end.do(events.Reinvite(session, "" if session in self.offerless else SDP))

    def _answer(self, session: str) -> None:
        if session not in self.living:
            return
        if self.random.random() < 0.8:
            self.end.do(events.Accept(session, self.end.contact, SDP))
        else:
            self.end.do(events.Reject(session, 486))

    def _hang_up(self, session: str) -> None:
        if session in self.living:
            self.living.discard(session)
            self.end.do(events.Hangup(session))

    def _soon(self, action: Any, within: float) -> None:
        self.end.pair.later(self.random.random() * within, action)


def play(seed: int, calls: int, link: Link, transport: str = "UDP") -> tuple[Pair, Person, Person]:
    random = Random(seed)
    pair = Pair(link, transport)
    ann, bob = Person(pair.a, random), Person(pair.b, random)
    for number in range(calls):
        caller = ann if random.random() < 0.5 else bob
        pair.later(random.random() * 30, lambda caller=caller, number=number: caller.call(f"call{number}"))
    pair.run(100)
    return pair, ann, bob


def nothing_left(pair: Pair) -> bool:
    cores = pair.a.core, pair.b.core
    return all((core.transactions, core.sessions, core.deadline) == (0, 0, None) for core in cores)


@pytest.mark.parametrize("seed", range(6))
def test_three_hundred_calls_over_a_bad_network_leave_nothing_behind(seed: int) -> None:
    link = Link(loss=0.1 * (seed % 3), duplication=0.1, delay=0.02, jitter=0.4 * (seed % 2), random=Random(seed))
    pair, ann, bob = play(seed, 50, link)
    pair.run(3 * 32)  # a lost ACK delays a BYE by 64*T1, and a lost BYE takes as long again
    assert nothing_left(pair)
    for person in (ann, bob):
        assert person.living == set()
        replies = Counter(output.key for output in person.end.all(events.Replied))
        assert len(replies) == person.asked
        assert set(replies.values()) <= {1}
    assert pair.a.all(events.Malformed) == pair.b.all(events.Malformed) == []


def test_calls_over_a_websocket_leave_nothing_behind() -> None:
    pair, ann, bob = play(7, 50, Link(delay=0.01), "WS")
    pair.run(64)
    assert nothing_left(pair)
    assert ann.living == bob.living == set()


def test_without_loss_all_is_over_64_t1_after_the_last_hangup() -> None:
    pair, _, _ = play(8, 50, Link(delay=0.01))
    pair.run(64)
    assert nothing_left(pair)
    assert len(pair.a.all(events.Ended)) + len(pair.b.all(events.Ended)) > 5


def test_dead_network_fails_every_call_in_32_seconds() -> None:
    pair = Pair(Link(loss=1.0))
    for number in range(10):
        pair.a.call(f"call{number}")
    pair.run(32)
    assert Counter(pair.a.kinds) == {"Rejected": 10}
    assert nothing_left(pair)


def test_both_reinvite_at_once_and_both_get_through() -> None:
    pair = Pair(Link(delay=0.05))
    pair.a.call()
    pair.run(0.2)
    session = pair.b.last(events.Invited).session
    pair.b.do(events.Accept(session, pair.b.contact, SDP))
    pair.run(0.2)
    names = {"a": "call", "b": session}
    for end in (pair.a, pair.b):
        end.react = lambda output, end=end: (  # type: ignore[misc]
            end.do(events.Accept(output.session, end.contact, SDP)) if isinstance(output, events.Reinvited) else None
        )
    pair.a.do(events.Reinvite(names["a"], "from a"))
    pair.b.do(events.Reinvite(names["b"], "from b"))
    pair.run(3)
    for end in (pair.a, pair.b):
        assert "491 Request Pending" in " ".join(end.lines())
        assert end.all(events.ReinviteRejected) == []
        assert [output.initial for output in end.all(events.Accepted)][-1] is False
        assert end.last(events.Reinvited).request.body == f"from {pair.other(end).name}".encode()


def test_lost_ack_is_sent_again_for_each_success() -> None:
    dropped = []

    def drop(data: bytes) -> bool:
        lost = data.startswith(b"ACK") and len(dropped) < 3
        if lost:
            dropped.append(data)
        return lost

    pair = Pair(Link(drop=drop))
    pair.a.call()
    pair.settle()
    pair.b.do(events.Accept(pair.b.last(events.Invited).session, pair.b.contact, SDP))
    pair.run(20)
    assert [time for time, data in pair.b.sent if b"200 OK" in data] == [0, 0.5, 1.5, 3.5]
    assert pair.b.kinds == ["Invited", "Acknowledged"]
    assert len(set(dropped)) == 1


def test_same_seed_same_call() -> None:
    first, second = (play(3, 10, Link(loss=0.2, jitter=0.3, random=Random(1)))[0] for _ in range(2))
    assert first.a.sent == second.a.sent
    assert len(first.a.sent) > 20
