"""The conference: who hears whom, told by the frequencies of tones."""

from __future__ import annotations

import random
from array import array

import pytest

from cordboard.lab.conference import DEPTH, Conference, Seat
from cordboard.lab.media_server_port import Tape
from cordboard.lab.mixer import FRAME_OCTETS, FRAME_SECONDS, SILENCE
from cordboard.rtp.tone import loudness, strength, tone

FREQUENCIES = {"customer": 450.0, "agent": 1000.0, "colleague": 1600.0, "supervisor": 2300.0}
BEATS = 50


def voice(name: str, seconds: float = 1.0, level: float = 0.2) -> list[bytes]:
    sound = tone(FREQUENCIES[name], seconds, level=level)
    return [sound[start : start + FRAME_OCTETS] for start in range(0, len(sound), FRAME_OCTETS)]


def talk(conference: Conference, seats: dict[str, Seat], beats: int = BEATS, seed: int = 1) -> dict[str, bytes]:
    """Everybody says a tone; what each has heard. The seats are asked in another order in every beat."""
    chance = random.Random(seed)
    voices = {name: voice(name, beats * FRAME_SECONDS) for name in seats}
    heard: dict[str, list[bytes]] = {name: [] for name in seats}
    for beat in range(beats):
        order = list(seats)
        chance.shuffle(order)
        for name in order:
            seats[name].hear(voices[name][beat])
        for name in order:
            heard[name].append(seats[name].next_frame())
    return {name: b"".join(frames) for name, frames in heard.items()}


def parts(sound: bytes) -> set[str]:
    return {name for name, frequency in FREQUENCIES.items() if strength(sound, frequency) > 0.1}


@pytest.mark.parametrize("count", [2, 3, 4])
def test_everybody_hears_all_the_others_and_not_itself(count: int) -> None:
    conference = Conference()
    names = list(FREQUENCIES)[:count]
    heard = talk(conference, {name: conference.join(name) for name in names})
    for name in names:
        others = set(names) - {name}
        assert parts(heard[name]) == others
        shares = [strength(heard[name], FREQUENCIES[other]) for other in others]
        assert sum(shares) > 0.99  # nothing else is in it
        assert max(shares) - min(shares) < 0.05  # all are equally loud


def test_who_is_alone_hears_silence() -> None:
    conference = Conference()
    heard = talk(conference, {"agent": conference.join("agent")}, beats=5)
    assert heard["agent"] == SILENCE * 5


def test_loud_voices_are_limited_and_do_not_wrap() -> None:
    conference = Conference()
    seats = {name: conference.join(name) for name in ("customer", "agent", "colleague")}
    loud = array("h", [30_000] * (FRAME_OCTETS // 2)).tobytes()
    for seat in seats.values():
        seat.hear(loud)
    assert set(array("h", seats["customer"].next_frame())) == {32_767}


@pytest.mark.parametrize(
    ("heard_by", "hearers"),
    [(frozenset[str](), set()), (frozenset({"agent"}), {"agent"}), (None, {"agent", "customer"})],
    ids=["listens in", "coaches", "takes part"],
)
def test_a_supervisor_is_heard_by_its_audience(heard_by: frozenset[str] | None, hearers: set[str]) -> None:
    conference = Conference()
    seats = {name: conference.join(name) for name in ("customer", "agent", "supervisor")}
    seats["supervisor"].heard_by = heard_by
    heard = talk(conference, seats)
    assert {name for name in ("customer", "agent") if "supervisor" in parts(heard[name])} == hearers
    assert parts(heard["supervisor"]) == {"customer", "agent"}


def test_who_leaves_is_heard_no_more_and_the_others_go_on() -> None:
    conference = Conference()
    seats = {name: conference.join(name) for name in ("customer", "agent", "colleague")}
    talk(conference, seats)
    conference.leave("colleague")
    del seats["colleague"]
    heard = talk(conference, seats)
    assert parts(heard["customer"]) == {"agent"}
    assert parts(heard["agent"]) == {"customer"}


def test_who_comes_later_is_heard_at_once() -> None:
    conference = Conference()
    seats = {name: conference.join(name) for name in ("customer", "agent")}
    talk(conference, seats, beats=20)
    seats["colleague"] = conference.join("colleague")
    heard = talk(conference, seats)
    assert parts(heard["customer"]) == {"agent", "colleague"}
    assert parts(heard["colleague"]) == {"agent", "customer"}


def test_a_party_that_pauses_does_not_stop_the_others() -> None:
    conference = Conference()
    seats = {name: conference.join(name) for name in ("customer", "agent", "colleague")}
    seats["colleague"].hear = lambda frame: None  # type: ignore[method-assign]
    heard = talk(conference, seats)
    assert parts(heard["customer"]) == {"agent"}
    assert parts(heard["colleague"]) == {"customer", "agent"}


def test_what_came_too_much_is_dropped() -> None:
    conference = Conference()
    agent, customer = conference.join("agent"), conference.join("customer")
    for value in range(DEPTH + 5):
        agent.hear(array("h", [value] * (FRAME_OCTETS // 2)).tobytes())
    heard = [array("h", customer.next_frame())[0] for _ in range(DEPTH + 1)]
    assert heard == [*range(5, DEPTH + 5), 0]


def test_a_party_that_is_asked_too_seldom_keeps_step() -> None:
    conference = Conference()
    agent, customer = conference.join("agent"), conference.join("customer")
    for _ in range(10):
        customer.next_frame()
    agent.next_frame()
    assert conference.beats == 10
    agent.next_frame()
    assert conference.beats == 11


def test_the_recorder_hears_everybody_while_it_runs() -> None:
    conference = Conference()
    seats = {name: conference.join(name) for name in ("customer", "agent")}
    talk(conference, seats)
    assert conference.recorded == b""
    conference.tape = Tape.RUN
    talk(conference, seats)
    assert len(conference.recorded) == BEATS * FRAME_OCTETS
    assert parts(conference.recorded) == {"customer", "agent"}
    assert loudness(conference.recorded) > 0.1
    for tape in (Tape.PAUSE, Tape.STOP):
        conference.tape = tape
        talk(conference, seats)
        assert len(conference.recorded) == BEATS * FRAME_OCTETS
