"""What C and Python have in common: the structures of figures.h and streams.h, and the functions of packet_loop.c."""

from __future__ import annotations

import ctypes
import socket
from array import array
from collections.abc import Sequence
from pathlib import Path
from types import MethodType
from typing import Any

from pylibsrtp import Session

from cordboard.media.compiled.library import NotCompiled, load, session_pointer
from cordboard.phone.packets.latency import BUCKETS, Latency
from cordboard.phone.packets.port import Address, Sending, StreamFigures
from cordboard.phone.packets.sound import coefficient

FOLDER = Path(__file__).parent
LARGEST = 2048  # bytes of a datagram
ADDRESS_ROOM = 28  # sockaddr_in6
HEARD = 0.5  # of the sound is the tone
COUNTS = ("sent", "unsent", "received", "lost", "late", "repeated", "refused", "foreign")
TIMES = ("first_sent", "last_sent", "first_received", "last_received", "first_heard", "longest_gap")


class LatencyRecord(ctypes.Structure):
    _fields_ = [("longest", ctypes.c_int64), ("counts", ctypes.c_uint32 * BUCKETS)]

    def read(self) -> Latency:
        return Latency(tuple(self.counts), self.longest / 1e9)


class FiguresRecord(ctypes.Structure):
    _fields_ = [
        *((name, ctypes.c_uint64) for name in COUNTS),
        *((name, ctypes.c_int64) for name in TIMES),
        ("tone", ctypes.c_double),
        ("looks", ctypes.c_uint64),
        ("latency", LatencyRecord),
    ]

    def read(self) -> StreamFigures:
        counts = {name: getattr(self, name) for name in COUNTS}
        times = {name: getattr(self, name) / 1e9 for name in TIMES}
        tone = self.tone if self.tone <= 1.0 else 0.0
        return StreamFigures(**counts, **times, latency=self.latency.read(), tone=tone, heard=tone > HEARD)


class SendingRecord(ctypes.Structure):
    _fields_ = [
        ("ssrc", ctypes.c_uint32),
        ("expected_ssrc", ctypes.c_uint32),
        ("payload_type", ctypes.c_uint32),
        ("stamp_every", ctypes.c_uint32),
        ("check_every", ctypes.c_uint32),
        ("talking", ctypes.c_uint32),
        ("secure", ctypes.c_uint32),
        ("tone_length", ctypes.c_uint32),
        ("coefficient", ctypes.c_double),
        ("tone", ctypes.c_char_p),
        ("local", ctypes.c_uint8 * 4),
    ]


def library() -> Any:
    """The functions, with their types. Raises `NotCompiled`."""
    library = load(FOLDER, "packet_loop")
    if library is None:
        raise NotCompiled("the packet loop has not been compiled")
    handle, pointer, number = ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32
    arguments = {
        "open": (ctypes.c_void_p, [pointer, ctypes.c_char_p, pointer]),
        "close": (None, [handle]),
        "add": (ctypes.c_int64, [handle, ctypes.c_int, pointer, ctypes.c_char_p, ctypes.c_uint32, pointer]),
        "point": (ctypes.c_int, [handle, number, ctypes.c_char_p, ctypes.c_uint32]),
        "secure": (ctypes.c_int, [handle, number, pointer, pointer]),
        "expect": (ctypes.c_int, [handle, number, ctypes.c_double, ctypes.c_uint32]),
        "talk": (ctypes.c_int, [handle, number, ctypes.c_int]),
        "send": (ctypes.c_int, [handle, number, ctypes.c_char_p, ctypes.c_int]),
        "figures": (ctypes.c_int64, [handle, pointer, ctypes.c_uint32, pointer]),
        "reset": (ctypes.c_int64, [handle, pointer, ctypes.c_uint32]),
        "own_figures": (None, [handle, pointer, pointer, pointer]),
        "remove": (ctypes.c_int, [handle, number, pointer]),
        "take": (ctypes.c_int, [handle, pointer, pointer, pointer]),
    }
    for name, (result, kinds) in arguments.items():
        function = getattr(library, f"packet_loop_{name}")
        function.restype, function.argtypes = result, kinds
    return library


def session_of(method: object) -> int:
    """The `srtp_t` behind `protect` or `unprotect` of `SrtpSessions`."""
    assert isinstance(method, MethodType)
    assert isinstance(method.__self__, Session)
    return session_pointer(method.__self__)


def sending_record(sending: Sending, tone: bytes, *, talking: bool) -> SendingRecord:
    """What C is told of a stream; the caller keeps `tone`."""
    return SendingRecord(
        ssrc=sending.ssrc,
        expected_ssrc=sending.expected_ssrc,
        payload_type=sending.payload_type,
        stamp_every=sending.stamp_every,
        check_every=sending.check_every,
        talking=talking,
        secure=sending.secure,
        tone_length=len(tone),
        coefficient=coefficient(sending.expected),
        tone=tone,
        local=(ctypes.c_uint8 * 4)(*(socket.inet_aton(sending.local) if sending.local else bytes(4))),
    )


def numbers_array(numbers: Sequence[int]) -> ctypes.Array[ctypes.c_uint32]:
    """Streams' numbers."""
    return (ctypes.c_uint32 * len(numbers))(*numbers)


def to_sockaddr(address: Address | None) -> bytes:
    """A sockaddr; empty for nowhere."""
    if address is None:
        return b""
    host, port = address[:2]
    if ":" in host:
        family = array("H", [socket.AF_INET6]).tobytes()
        return family + port.to_bytes(2, "big") + bytes(4) + socket.inet_pton(socket.AF_INET6, host) + bytes(4)
    family = array("H", [socket.AF_INET]).tobytes()
    return family + port.to_bytes(2, "big") + socket.inet_aton(host) + bytes(8)


def from_sockaddr(raw: bytes) -> Address:
    """Host and port of a sockaddr."""
    family = array("H", raw[:2])[0]
    port = int.from_bytes(raw[2:4], "big")
    if family == socket.AF_INET6:
        return socket.inet_ntop(socket.AF_INET6, raw[8:24]), port
    return socket.inet_ntoa(raw[4:8]), port
