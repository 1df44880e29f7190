"""Two cores that use every extension, over a good and a bad network: what one says, the other understands."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import pytest

from cordboard.sip import digest, events
from cordboard.sip.core import SessionTimer
from cordboard.sip.events import Credentials, Output
from kit.pair import SDP, Link, Pair
from unit.sip.test_pair import Person, nothing_left

TIMER = SessionTimer(expires=90)


def pair_of(link: Link | None = None, **options: Any) -> Pair:
    return Pair(link, session_timer=TIMER, credentials=lambda flow, address: Credentials("5001", "secret"), **options)


def called(pair: Pair, sdp: str = SDP) -> str:
    pair.a.call(sdp=sdp)
    pair.settle()
    return pair.b.last(events.Invited).session


# --- each extension, both ends against each other ---


def test_reliable_ringing_with_an_answer() -> None:
    pair = pair_of()
    session = called(pair)
    pair.b.do(events.Ring(session, pair.b.contact, 183, "early answer", reliable=True))
    pair.b.do(events.Accept(session, pair.b.contact, ""))
    pair.settle()
    assert pair.a.last(events.Provisional).reliable
    assert pair.a.last(events.Accepted).response.body == b"early answer"
    assert pair.b.last(events.Acknowledged).initial
    pair.run(31)
    assert [line for line in pair.b.lines() if "183" in line] == ["SIP/2.0 183 Session Progress"]


def test_reliable_ringing_with_an_offer() -> None:
    pair = pair_of()
    session = called(pair, sdp="")
    pair.b.do(events.Ring(session, pair.b.contact, 183, "offer", reliable=True))
    pair.b.do(events.Accept(session, pair.b.contact, "offer"))
    pair.settle()
    assert pair.a.all(events.Accepted) == []
    pair.a.do(events.Acknowledge("call", "answer"))
    pair.settle()
    assert pair.b.last(events.ProvisionalAcknowledged).request.body == b"answer"
    assert pair.a.last(events.Accepted).initial
    assert pair.b.last(events.Acknowledged).request.body == b""
    assert pair.a.core.snapshot("call") is not None


def test_early_media_and_its_change_by_update() -> None:
    pair = pair_of()
    session = called(pair)
    pair.b.do(events.Ring(session, pair.b.contact, 183, "answer", reliable=True))
    pair.settle()
    pair.b.do(events.SendInDialog(session, "u", "UPDATE", content_type="application/sdp", body=b"new offer"))
    pair.settle()
    asked = pair.a.last(events.Requested)
    pair.a.do(events.Respond(asked.transaction, 200, content_type="application/sdp", body=b"new answer"))
    pair.settle()
    replied = pair.b.last(events.Replied).response
    assert replied is not None
    assert replied.body == b"new answer"
    pair.b.do(events.Accept(session, pair.b.contact, ""))
    pair.settle()
    assert pair.a.last(events.Accepted).response.body == b""


def answer_updates(pair: Pair) -> None:
    for end in (pair.a, pair.b):
        end.react = lambda output, end=end: (  # type: ignore[misc]
            end.do(events.Respond(output.transaction, 200)) if isinstance(output, events.Requested) else None
        )


def test_session_is_refreshed_by_the_caller_for_as_long_as_it_lives() -> None:
    pair = pair_of()
    session = called(pair)
    pair.b.do(events.Accept(session, pair.b.contact, SDP))
    answer_updates(pair)
    pair.run(1000)
    assert sum(line.startswith("UPDATE") for line in pair.a.lines()) == 22
    assert not any(line.startswith("UPDATE") for line in pair.b.lines())
    assert pair.a.core.sessions == pair.b.core.sessions == 1


def test_both_ends_find_out_when_the_other_is_gone() -> None:
    """One end dies without a word: the other must not think for ever that the call goes on."""
    for survivor in ("a", "b"):
        link = Link()
        pair = pair_of(link)
        session = called(pair)
        pair.b.do(events.Accept(session, pair.b.contact, SDP))
        answer_updates(pair)
        pair.run(100)
        link.loss = 1.0
        pair.run(90)
        end = pair.a if survivor == "a" else pair.b
        cause = end.last(events.Ended).cause
        assert cause in (events.EndCause.EXPIRED, events.EndCause.DIALOG_GONE)
        pair.run(64)
        assert end.core.sessions == 0


def challenging(pair: Pair) -> None:
    """`b` refuses what carries no right answer to its challenge."""
    nonce = digest.nonce(b"secret", 0.0)

    def react(output: Output) -> None:
        if isinstance(output, events.Invited | events.Reinvited | events.Requested):
            given = output.request.headers.get("Authorization", "")
            right = digest.verify(given, output.request.method, "5001", "secret", "lab", lambda value: value == nonce)
            refusal = (("WWW-Authenticate", digest.challenge("lab", nonce)),)
            if isinstance(output, events.Requested):
                pair.b.do(events.Respond(output.transaction, 200 if right else 401, headers=() if right else refusal))
            elif right:
                pair.b.do(events.Accept(output.session, pair.b.contact, SDP))
            else:
                pair.b.do(events.Reject(output.session, 401, headers=refusal))

    pair.b.react = react


def test_digest_end_to_end() -> None:
    pair = pair_of()
    challenging(pair)
    pair.a.call()
    pair.settle()
    pair.a.do(events.SendInDialog("call", "k", "INFO"))
    pair.a.do(events.Reinvite("call", SDP))
    pair.run(100)
    assert pair.a.last(events.Replied).status == 200
    assert [each.initial for each in pair.a.all(events.Accepted)] == [True, False]
    assert pair.a.lines().count("INVITE sip:bob@127.0.0.2:5060 SIP/2.0") == 2
    assert pair.a.core.sessions == pair.b.core.sessions == 1


# --- all together, with a bad network ---


class Expert(Person):
    """A person who rings reliably, offers early and refreshes when asked."""

    def react(self, output: Output) -> None:
        if isinstance(output, events.Invited) and self.random.random() < 0.2:
            challenge = digest.challenge("lab", f"n{self.random.random()}")
            if "Authorization" not in output.request.headers:
                self.end.do(events.Reject(output.session, 401, headers=(("WWW-Authenticate", challenge),)))
                return
        if isinstance(output, events.Invited):
            session, sdp = output.session, SDP if self.random.random() < 0.5 else ""
            self._soon(lambda: self.end.do(events.Ring(session, self.end.contact, 183, sdp, reliable=True)), 1)
        elif isinstance(output, events.Provisional) and output.response.body and self.offerless.get(output.session):
            self._soon(lambda: self.end.do(events.Acknowledge(output.session, SDP)), 2)
        elif isinstance(output, events.RefreshDue):
            self.end.do(events.Reinvite(output.session, SDP))
        super().react(output)


def play(seed: int, calls: int, link: Link) -> tuple[Pair, list[Expert]]:
    random = Random(seed)
    pair = pair_of(link)
    people = [Expert(pair.a, random), Expert(pair.b, random)]
    for number in range(calls):
        caller = random.choice(people)
        pair.later(random.random() * 30, lambda caller=caller, number=number: caller.call(f"call{number}"))  # type: ignore[misc]
    pair.run(100)
    return pair, people


@pytest.mark.parametrize("seed", range(4))
def test_calls_over_a_bad_network_leave_nothing_behind(seed: int) -> None:
    link = Link(loss=0.1 * (seed % 3), duplication=0.1, delay=0.02, jitter=0.4 * (seed % 2), random=Random(seed))
    pair, people = play(seed, 60, link)
    pair.run(4 * 32)
    assert nothing_left(pair)
    said = Counter(line.split(" ", 1)[0] for end in (pair.a, pair.b) for line in end.lines())
    assert said["PRACK"] > 20
    for person in people:
        assert person.living == set()
        replies = Counter(output.key for output in person.end.all(events.Replied))
        assert len(replies) == person.asked
        assert set(replies.values()) <= {1}
    assert pair.a.all(events.Malformed) == pair.b.all(events.Malformed) == []
