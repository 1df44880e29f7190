"""The packet loop in C (packet_loop.c), by ctypes: for hundreds of calls. It has a thread of its own.

What must outlive a call into C is kept in `_Kept`: the SRTP sessions and the tone of a stream, as long as the stream
is there.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import socket
import weakref
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

from cordboard.media.compiled.library import NotCompiled, srtp_functions
from cordboard.media.relay.dtls_srtp import SrtpSessions
from cordboard.phone.packets.binding import (
    ADDRESS_ROOM,
    LARGEST,
    FiguresRecord,
    LatencyRecord,
    from_sockaddr,
    library,
    numbers_array,
    sending_record,
    session_of,
    to_sockaddr,
)
from cordboard.phone.packets.port import Address, Listener, LoopFigures, Sending, StreamFigures
from cordboard.phone.packets.sound import codes, coefficient
from cordboard.rtp.g711 import PCMA_TO_LINEAR, PCMU_TO_LINEAR


@dataclass(slots=True, eq=False)
class _Outlet:
    sock: socket.socket
    number: int
    streams: int = 0


@dataclass(slots=True, eq=False)
class _Kept:
    outlet: _Outlet
    tone: bytes
    keys: SrtpSessions | None
    listener: Listener | None = None
    waiting: list[tuple[bytes, Address]] = field(default_factory=list)


class CompiledLoop:
    """See `PacketLoop`. Raises `NotCompiled` where the library or libsrtp's functions are missing."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._library = library()
        functions = srtp_functions()
        addresses = (functions.protect, functions.unprotect, functions.protect_rtcp, functions.unprotect_rtcp)
        linear = array("h", [*PCMU_TO_LINEAR, *PCMA_TO_LINEAR])
        notice = ctypes.c_int()
        table = (ctypes.c_void_p * 4)(*addresses)
        handle = self._library.packet_loop_open(table, linear.tobytes(), ctypes.byref(notice))
        if not handle:
            raise NotCompiled("the packet loop's thread could not be started")
        self._handle = ctypes.c_void_p(handle)
        self._notice = notice.value
        self._kept: dict[int, _Kept] = {}
        self._outlets: dict[int, _Outlet] = {}
        self._data = ctypes.create_string_buffer(LARGEST)
        self._loop.add_reader(self._notice, self._deliver)
        self._end = weakref.finalize(self, self._library.packet_loop_close, self._handle)

    def add(self, sock: socket.socket, destination: Address | None, keys: SrtpSessions | None, sending: Sending) -> int:
        kept = _Kept(self._outlet(sock), codes(sending.frequency, sending.codec), keys)
        outlet = ctypes.c_int64(kept.outlet.number)
        asked = sending_record(sending, kept.tone, talking=sending.talking and keys is None)
        where = to_sockaddr(destination)
        if keys is not None:
            asked.secure = 1
        number: int = self._library.packet_loop_add(
            self._handle, sock.fileno(), ctypes.byref(outlet), where, len(where), ctypes.byref(asked)
        )
        if number < 0:
            self._forget(kept.outlet)
            raise OSError(-number, os.strerror(-number))
        kept.outlet.number = outlet.value
        kept.outlet.streams += 1
        self._kept[number] = kept
        if keys is not None:
            self.secure(number, keys)
            self.talk(number, sending.talking)
        return number

    def point(self, number: int, destination: Address | None) -> None:
        where = to_sockaddr(destination)
        _known(self._library.packet_loop_point(self._handle, number, where, len(where)), number)

    def secure(self, number: int, keys: SrtpSessions) -> None:
        inbound, outbound = session_of(keys.unprotect), session_of(keys.protect)
        _known(self._library.packet_loop_secure(self._handle, number, inbound, outbound), number)
        self._kept[number].keys = keys

    def expect(self, number: int, frequency: float, ssrc: int = 0) -> None:
        factor = ctypes.c_double(coefficient(frequency))
        _known(self._library.packet_loop_expect(self._handle, number, factor, ssrc), number)

    def talk(self, number: int, on: bool) -> None:
        _known(self._library.packet_loop_talk(self._handle, number, int(on)), number)

    def send(self, number: int, data: bytes) -> None:
        _known(self._library.packet_loop_send(self._handle, number, data, len(data)) >= 0, number)

    def on_datagram(self, number: int, listener: Listener) -> None:
        kept = self._kept[number]
        kept.listener = listener
        waiting, kept.waiting = kept.waiting, []
        for data, source in waiting:
            listener(data, source)

    def figures(self, number: int) -> StreamFigures:
        return self.total((number,))

    def total(self, numbers: Sequence[int]) -> StreamFigures:
        figures = FiguresRecord()
        unknown = self._library.packet_loop_figures(
            self._handle, numbers_array(numbers), len(numbers), ctypes.byref(figures)
        )
        if unknown >= 0:
            raise KeyError(numbers[unknown])
        return figures.read()

    def reset(self, numbers: Sequence[int]) -> None:
        unknown = self._library.packet_loop_reset(self._handle, numbers_array(numbers), len(numbers))
        if unknown >= 0:
            raise KeyError(numbers[unknown])

    def loop_figures(self) -> LoopFigures:
        busy, strays, lateness = ctypes.c_int64(), ctypes.c_uint64(), LatencyRecord()
        self._library.packet_loop_own_figures(
            self._handle, ctypes.byref(busy), ctypes.byref(strays), ctypes.byref(lateness)
        )
        return LoopFigures(busy.value / 1e9, lateness.read(), strays.value)

    def remove(self, number: int) -> StreamFigures:
        figures = FiguresRecord()
        _known(self._library.packet_loop_remove(self._handle, number, ctypes.byref(figures)), number)
        kept = self._kept.pop(number)
        kept.outlet.streams -= 1
        self._forget(kept.outlet)
        return figures.read()

    def close(self) -> None:
        if self._end.alive:
            self._loop.remove_reader(self._notice)
            self._end()
            self._kept.clear()
            self._outlets.clear()

    # --- sockets

    def _outlet(self, sock: socket.socket) -> _Outlet:
        outlet = self._outlets.get(id(sock))
        if outlet is None:
            self._loop.remove_reader(sock)
            outlet = self._outlets[id(sock)] = _Outlet(sock, -1)
        return outlet

    def _forget(self, outlet: _Outlet) -> None:
        if outlet.streams == 0:
            self._outlets.pop(id(outlet.sock), None)

    # --- datagrams that are no media

    def _deliver(self) -> None:
        number = ctypes.c_uint32()
        source = ctypes.create_string_buffer(ADDRESS_ROOM)
        while self._end.alive:
            length = self._library.packet_loop_take(self._handle, ctypes.byref(number), source, self._data)
            if length < 0:
                return
            kept = self._kept.get(number.value)
            if kept is None:
                continue
            data, origin = ctypes.string_at(self._data, length), from_sockaddr(source.raw)
            if kept.listener is None:
                kept.waiting.append((data, origin))
            else:
                kept.listener(data, origin)


def _known(found: int, number: int) -> None:
    if not found:
        raise KeyError(number)
