"""The state of a call that the compiled path and Python share: the same memory, so that nothing has to be copied.

Theory of operation. `CallState` is `struct call` of packet_path.c. `SharedStream` and what belongs to it are the
objects that everything else works with; they differ from their parents only in where some of their fields are. The
rest of the fields is Python's alone, because the usual path has no use for it: which numbers are missing among them.
A gap that the compiled path has met is noted in `gaps`, and caught up on before Python looks at the next packet.
"""

from __future__ import annotations

import ctypes
from collections.abc import Collection, Mapping, Sequence
from ctypes import addressof, c_double, c_int32, c_int64, c_uint8, c_uint16, c_uint32, c_uint64, c_void_p, memmove
from enum import IntEnum
from typing import Any

from cordboard.media.descriptions.codecs import SILENT
from cordboard.media.relay.sides.stream import Send, Stream
from cordboard.rtp.g711 import ALAW_TO_ULAW, ULAW_TO_ALAW
from cordboard.rtp.rewrite import Header, StreamRewriter, named
from cordboard.rtp.statistics import ReceptionStatistics

GAPS = 16
TABLES = ULAW_TO_ALAW + ALAW_TO_ULAW


class Way(IntEnum):
    """What happens to a payload number; `OTHER` is Python's."""

    DROP = 0
    PASS = 1
    TO_ALAW = 2
    TO_ULAW = 3
    OTHER = 4


class ReceptionState(ctypes.Structure):
    _fields_ = [
        ("transit", c_double),
        ("jitter", c_double),
        ("cycles", c_int64),
        ("received", c_int64),
        ("bursts", c_int64),
        ("gap_missing", c_int64),
        ("ssrc", c_uint32),
        ("timestamp", c_uint32),
        ("clock_rate", c_uint32),
        ("highest", c_uint16),
        ("gap_after", c_uint16),
        ("has_ssrc", c_uint8),
        ("has_transit", c_uint8),
        ("has_timestamp", c_uint8),
        ("unused", c_uint8),
    ]


class Gap(ctypes.Structure):
    _fields_ = [
        ("timestamp_offset", c_uint32),
        ("sequence", c_uint16),
        ("step", c_uint16),
        ("sequence_offset", c_uint16),
        ("unused", c_uint16),
    ]


class RewriterState(ctypes.Structure):
    _fields_ = [
        ("latest_at", c_double),
        ("packets", c_uint64),
        ("octets", c_uint64),
        ("ssrc", c_uint32),
        ("source", c_uint32),
        ("latest", c_uint32),
        ("leap", c_uint32),
        ("clock_rate", c_uint32),
        ("timestamp_offset", c_uint32),
        ("sequence", c_uint16),
        ("highest", c_uint16),
        ("sequence_offset", c_uint16),
        ("has_source", c_uint8),
        ("gap_count", c_uint8),
        ("gaps", Gap * GAPS),
        ("way", c_uint8 * 128),
        ("number", c_uint8 * 128),
    ]


class StreamState(ctypes.Structure):
    _fields_ = [
        ("reception", ReceptionState),
        ("rewriter", RewriterState),
        ("first_received", c_double),
        ("last_received", c_double),
        ("first_sent", c_double),
        ("sent", c_int64),
    ]


class Endpoint(ctypes.Structure):
    """An address and a port; port 0 is nobody."""

    _fields_ = [("address", c_uint8 * 16), ("port", c_uint16)]


class CallState(ctypes.Structure):
    _fields_ = [
        ("to_trunk", StreamState),
        ("to_page", StreamState),
        ("unprotect", c_void_p),
        ("protect", c_void_p),
        ("page_refused", c_int64),
        ("trunk_refused", c_int64),
        ("pictures", c_uint64 * 2),
        ("page", Endpoint),
        ("trunk", Endpoint),
        ("trunk_source", Endpoint),
        ("latches", c_uint16),
        ("number", c_int32),
        ("trunk_socket", c_int32),
        ("trunk_connected", c_int32),
    ]


def _shared(field: str) -> Any:
    """An attribute that is a field of the object's `_state`."""

    def read(self: Any) -> Any:
        return getattr(self._state, field)

    def write(self: Any, value: Any) -> None:
        setattr(self._state, field, value)

    return property(read, write)


def _optional(field: str) -> Any:
    """An attribute that may be None: the field `has_...` says whether it is not."""
    flag = f"has_{field}"

    def read(self: Any) -> Any:
        return getattr(self._state, field) if getattr(self._state, flag) else None

    def write(self: Any, value: Any) -> None:
        setattr(self._state, flag, value is not None)
        if value is not None:
            setattr(self._state, field, value)

    return property(read, write)


class SharedReception(ReceptionStatistics):
    """`ReceptionStatistics` on the state of a stream."""

    __slots__ = ("_state",)

    ssrc = _optional("ssrc")
    _clock_rate = _shared("clock_rate")
    _jitter = _shared("jitter")
    _highest = _shared("highest")
    _cycles = _shared("cycles")
    _received = _shared("received")
    _transit = _optional("transit")
    _timestamp = _optional("timestamp")
    _bursts = _shared("bursts")
    _gap_after = _shared("gap_after")
    _gap_missing = _shared("gap_missing")

    def __init__(self, state: ReceptionState, misorder: int) -> None:
        self._state = state
        super().__init__(misorder=misorder)


class SharedRewriter(StreamRewriter):
    """`StreamRewriter` on the state of a stream; offsets are kept modulo their range, which is all that is used."""

    __slots__ = ("_state",)

    ssrc = _shared("ssrc")
    sequence = _shared("sequence")
    packets = _shared("packets")
    octets = _shared("octets")
    _clock_rate = _shared("clock_rate")
    _leap = _shared("leap")
    _source = _optional("source")
    _highest = _shared("highest")
    _latest = _shared("latest")
    _latest_at = _shared("latest_at")
    _sequence_offset = _shared("sequence_offset")
    _timestamp_offset = _shared("timestamp_offset")

    def __init__(self, state: RewriterState, ssrc: int, sequence: int, timestamp: int) -> None:
        self._state = state
        super().__init__(ssrc, sequence, timestamp, SILENT)

    def map_payloads(
        self,
        payload_types: Sequence[int | None],
        *,
        events: Collection[int] = (),
        translations: Mapping[int, bytes] | None = None,
        durations: Mapping[int, tuple[int, int]] | None = None,
    ) -> None:
        super().map_payloads(payload_types, events=events, translations=translations, durations=durations)
        numbers, ways = bytearray(128), bytearray(128)  # most of them are dropped: written at once
        for number, target in named(payload_types):
            numbers[number] = target
            ways[number] = _way(number in events, (translations or {}).get(number))
        state = addressof(self._state)
        memmove(state + RewriterState.number.offset, bytes(numbers), 128)
        memmove(state + RewriterState.way.offset, bytes(ways), 128)

    def rewrite(self, packet: bytes | bytearray, now: float, header: Header | None = None) -> bytes | None:
        if self._state.gap_count:
            self._catch_up()
        return super().rewrite(packet, now, header)

    def _catch_up(self) -> None:
        for index in range(self._state.gap_count):
            gap = self._state.gaps[index]
            self._remember_missing(gap.sequence, gap.step, (gap.sequence_offset, gap.timestamp_offset))
        self._state.gap_count = 0


def _way(is_event: bool, translation: bytes | None) -> Way:
    if is_event:
        return Way.OTHER
    ways = {None: Way.PASS, ULAW_TO_ALAW: Way.TO_ALAW, ALAW_TO_ULAW: Way.TO_ULAW}
    return ways.get(translation, Way.OTHER)


class SharedStream(Stream):
    """`Stream` on the state of a call."""

    __slots__ = ("_state",)

    sent = _shared("sent")
    first_received = _shared("first_received")
    last_received = _shared("last_received")
    first_sent = _shared("first_sent")

    def __init__(self, state: StreamState, ssrc: int, sequence: int, timestamp: int, send: Send) -> None:
        self._state = state
        rewriter = SharedRewriter(state.rewriter, ssrc, sequence, timestamp)
        super().__init__(rewriter, send, SharedReception(state.reception, rewriter.MISORDER))
