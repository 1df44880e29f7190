"""The compiled path and Python's give the same packets and the same figures, whatever comes."""

from __future__ import annotations

import ctypes
import itertools
import random
import socket
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cordboard.media.relay.path.compiled import Ask, library
from cordboard.media.relay.path.state import TABLES, SharedStream, StreamState
from cordboard.media.relay.sides.stream import Stream, new_stream
from cordboard.rtp.g711 import ALAW_TO_ULAW, ULAW_TO_ALAW
from cordboard.rtp.packet import RtpPacket
from cordboard.rtp.rewrite import payload_table
from cordboard.rtp.telephone_event import TelephoneEvent

NUMBERS = (0xCAFE0001, 65530, 0xFFFFFF00)
PCMU, PCMA, COMFORT_NOISE, EVENT, OPUS = 0, 8, 13, 101, 111

GATES = [
    {"payload_types": payload_table({PCMU: 0, EVENT: 126}), "events": (EVENT,)},
    {"payload_types": payload_table({PCMU: 8, EVENT: 126}), "events": (EVENT,), "translations": {PCMU: ULAW_TO_ALAW}},
    {"payload_types": payload_table({PCMA: 0}), "translations": {PCMA: ALAW_TO_ULAW}},
    {"payload_types": payload_table({PCMU: 0}), "translations": {PCMU: bytes(range(255, -1, -1))}},
    {"payload_types": payload_table({OPUS: 96, EVENT: 97}), "events": (EVENT,), "durations": {EVENT: (8000, 48000)}},
    {"payload_types": payload_table({})},
]

STRANGE = [
    bytes([0x80]),
    bytes([0x40, 0]) + bytes(10),  # version 1
    bytes([0x8F, 0]) + bytes(20),  # fewer CSRCs than it says
    bytes([0xA0, 0]) + bytes(10) + b"\x00",  # padding of no length
]

Step = tuple[object, ...]

STEPS = st.one_of(
    st.tuples(st.just("talk"), st.integers(1, 30)),
    st.tuples(st.just("lose"), st.sampled_from([1, 2, 3, 60, 99, 100, 101, 2999, 3000, 3001, 0x8000, 0xFF00])),
    st.tuples(st.just("late"), st.integers(0, 120)),
    st.tuples(st.just("repeat"), st.integers(1, 8)),
    st.tuples(st.just("source"), st.integers(1, 3)),
    st.tuples(st.just("number"), st.sampled_from([0, 1, 100, 65500, 65535])),
    st.tuples(st.just("clock"), st.sampled_from([0, 160, 33_599, 33_600, 40_000, 2**31, 2**32 - 160])),
    st.tuples(st.just("wait"), st.sampled_from([0.0, 0.001, 0.1, 1.0, 5.0, 100.0])),
    st.tuples(st.just("type"), st.sampled_from([PCMU, PCMA, COMFORT_NOISE, OPUS])),
    st.tuples(st.just("event"), st.integers(1, 5)),
    st.tuples(st.just("odd"), st.sampled_from(["csrc", "extension", "marker", "empty"])),
    st.tuples(st.just("strange"), st.sampled_from(range(len(STRANGE)))),
    st.tuples(st.just("gate"), st.sampled_from(range(len(GATES)))),
    st.tuples(st.just("rate"), st.sampled_from([8000, 48000])),
)


class Compiled:
    """A stream whose usual packets the library takes."""

    def __init__(self, path: int) -> None:
        self._library, self._path = library(), path
        self._state = StreamState()
        self.out: list[bytes] = []
        self.usual = 0
        self.stream = SharedStream(self._state, *NUMBERS, self.send)

    def send(self, packet: bytes) -> bool:
        self.out.append(packet)
        return True

    def take(self, packet: bytes, now: float) -> None:
        buffer = ctypes.create_string_buffer(packet, 2048)
        outcome = self._library.path_take(self._path, ctypes.addressof(self._state), buffer, len(packet), now)
        if outcome == 0:
            self.stream.take(packet, now)
            return
        self.usual += 1
        if outcome == 2:
            self.out.append(buffer.raw[: len(packet)])


class Plain:
    """The same in Python."""

    def __init__(self) -> None:
        self.out: list[bytes] = []
        self.stream: Stream = new_stream(*NUMBERS, self.send)

    def send(self, packet: bytes) -> bool:
        self.out.append(packet)
        return True

    def take(self, packet: bytes, now: float) -> None:
        self.stream.take(packet, now)


class Both:
    """A source whose packets go both ways."""

    def __init__(self, path: int) -> None:
        self.plain, self.compiled = Plain(), Compiled(path)
        self.now = 5000.0
        self.ssrc, self.sequence, self.timestamp, self.type = 1, 65520, 2**32 - 1000, PCMU
        self.step("gate", 0)

    def step(self, name: str, argument: object = None) -> None:
        getattr(self, name)(argument)

    def packet(self, back: int = 0, **changes: object) -> bytes:
        fields = {
            "payload_type": self.type,
            "sequence": (self.sequence - back) & 0xFFFF,
            "timestamp": (self.timestamp - 160 * back) & 0xFFFFFFFF,
            "ssrc": self.ssrc,
            "payload": bytes((self.sequence - back + each) & 0xFF for each in range(20)),
        }
        return RtpPacket(**{**fields, **changes}).to_bytes()  # type: ignore[arg-type]

    def take(self, packet: bytes) -> None:
        if len(packet) >= 12:  # what is shorter comes to no stream
            self.plain.take(packet, self.now)
            self.compiled.take(packet, self.now)

    def advance(self, packets: int = 1, seconds: float = 0.02) -> None:
        self.sequence = (self.sequence + packets) & 0xFFFF
        self.timestamp = (self.timestamp + 160 * packets) & 0xFFFFFFFF
        self.now += seconds

    def talk(self, count: int) -> None:
        for _ in range(count):
            self.advance()
            self.take(self.packet())

    def lose(self, count: int) -> None:
        self.advance(count)
        self.talk(1)

    def late(self, back: int) -> None:
        self.take(self.packet(back))

    def repeat(self, count: int) -> None:
        for back in range(count, 0, -1):
            self.take(self.packet(back))

    def source(self, ssrc: int) -> None:
        self.ssrc = ssrc

    def number(self, sequence: int) -> None:
        self.sequence = sequence

    def clock(self, units: int) -> None:
        self.timestamp = (self.timestamp + units) & 0xFFFFFFFF

    def wait(self, seconds: float) -> None:
        self.now += seconds

    def event(self, count: int) -> None:
        self.advance()
        for number in range(count):
            payload = TelephoneEvent(5, 160 * number).to_bytes()
            self.take(self.packet(payload_type=EVENT, payload=payload, marker=not number))
            self.sequence = (self.sequence + 1) & 0xFFFF
            self.now += 0.02

    def odd(self, what: str) -> None:
        self.advance()
        changes = {
            "csrc": {"csrcs": (1, 2)},
            "extension": {"extension": (0xBEDE, b"1234")},
            "marker": {"marker": True},
            "empty": {"payload": b""},
        }
        self.take(self.packet(**changes[what]))

    def strange(self, index: int) -> None:
        self.take(STRANGE[index])

    def gate(self, index: int) -> None:
        for each in (self.plain, self.compiled):
            each.stream.rewriter.map_payloads(**GATES[index])  # type: ignore[arg-type]

    def rate(self, clock_rate: int) -> None:
        for each in (self.plain, self.compiled):
            each.stream.rewriter.set_clock_rate(clock_rate)
            each.stream.reception.set_clock_rate(clock_rate)

    def type_(self, payload_type: int) -> None:
        self.type = payload_type

    def check(self) -> None:
        plain, compiled = self.plain.stream, self.compiled.stream
        assert self.compiled.out == self.plain.out
        compiled.rewriter._catch_up()
        assert figures(compiled.reception) == figures(plain.reception)
        assert figures(compiled.rewriter) == figures(plain.rewriter)
        assert compiled.last_received == plain.last_received
        assert compiled.reception.report() == plain.reception.report()
        assert (compiled.reception.lost, compiled.reception.burst) == (plain.reception.lost, plain.reception.burst)
        assert compiled.rewriter.timestamp_at(self.now + 1) == plain.rewriter.timestamp_at(self.now + 1)


def figures(of: object) -> dict[str, object]:
    """All that it knows; of the timestamps' offset only what is used."""
    names = [name for each in type(of).__mro__ for name in getattr(each, "__slots__", ()) if name != "_state"]
    found = {name: getattr(of, name) for name in names}
    if "_timestamp_offset" in found:
        found["_timestamp_offset"] &= 0xFFFFFFFF
        found["_missing"] = {key: (one, two & 0xFFFFFFFF) for key, (one, two) in found["_missing"].items()}
        found["_missing_order"] = list(found["_missing"])
    return found


@pytest.fixture(scope="module")
def path() -> Iterator[int]:
    asked = Ask(lambda *_: None)
    found = library().path_new(-1, -1, -1, socket.AF_INET, asked, None, None, TABLES)
    yield found
    library().path_free(found)


@given(steps=st.lists(STEPS, max_size=60))
@settings(max_examples=150, deadline=None)
def test_whatever_comes(path: int, steps: list[Step]) -> None:
    both = Both(path)
    for name, argument in steps:
        both.step("type_" if name == "type" else str(name), argument)
    both.check()


def test_both_sides_of_every_limit(path: int) -> None:
    lost = [0, 1, 49, 56, 57, 58, 99, 100, 107, 108, 2998, 2999, 3000]
    waits = [0.0, 0.004, 0.25, 14.75, 100.0]
    clocks = [0, *(limit + each for limit in (32_000, 33_600, 35_200, 112_000) for each in (-161, -160, -159))]
    for count, wait, clock, gate in itertools.product(lost, waits, clocks, (0, 5)):
        both = Both(path)
        both.talk(3)
        both.gate(gate)
        both.wait(wait)
        both.clock((clock - 160 * count) & 0xFFFFFFFF)
        both.lose(count)
        both.talk(2)
        both.check()


@pytest.mark.parametrize("gate", range(len(GATES)))
@pytest.mark.parametrize("payload_type", [PCMU, PCMA, COMFORT_NOISE, EVENT, OPUS])
def test_every_gate_for_every_payload_number(path: int, gate: int, payload_type: int) -> None:
    both = Both(path)
    both.talk(2)
    both.gate(gate)
    both.type_(payload_type)
    both.talk(5)
    both.type_(PCMU)
    both.talk(2)
    both.check()


def test_a_long_talk_over_a_bad_network(path: int) -> None:
    both, chance = Both(path), random.Random(7)
    for _ in range(30_000):
        both.advance(seconds=chance.uniform(0.0, 0.04))
        if chance.random() < 0.05:
            continue
        both.take(both.packet(chance.randint(1, 5) if chance.random() < 0.01 else 0))
    both.check()
    assert both.compiled.usual > 0.95 * len(both.plain.out)


def test_usual_packets_are_the_librarys(path: int) -> None:
    both = Both(path)
    both.talk(1)
    assert both.compiled.usual == 0  # the first of a source
    both.talk(100)
    both.lose(1)
    both.lose(30)
    assert both.compiled.usual == 102
    both.gate(5)
    both.talk(10)
    assert both.compiled.usual == 112
    both.gate(1)
    both.talk(10)
    assert both.compiled.usual == 122
    both.check()


def test_gaps_are_remembered_for_late_packets(path: int) -> None:
    both = Both(path)
    both.talk(5)
    for _ in range(40):
        both.lose(1)
    before = len(both.plain.out)
    for back in range(1, 80, 2):
        both.late(back)
    both.check()
    assert len(both.plain.out) == before + 40
