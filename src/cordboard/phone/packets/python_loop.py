"""The packet loop in Python, on the asyncio loop: for some tens of streams, and where nothing was compiled."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from cordboard.media.relay.dtls_srtp import SrtpSessions
from cordboard.phone.packets.hearing import Times
from cordboard.phone.packets.port import Address, Listener, LoopFigures, Sending, StreamFigures
from cordboard.phone.packets.python_stream import PythonStream
from cordboard.phone.packets.totals import total

SLOTS = 20  # a packet holds 20 ms
TICK = 0.001
LARGEST = 2048
READS = 32  # datagrams of one socket in a row
CATCH_UP = 0.2  # seconds; who is later than that gives the missing packets up
ARRIVED_AT = struct.Struct("=i4s4s")  # in_pktinfo: interface, the address to send from, the address it was sent to


@dataclass(slots=True, eq=False)
class _Outlet:
    sock: socket.socket
    streams: list[PythonStream] = field(default_factory=list)
    by_local: bool = False

    def owner(self, source: Address, local: str) -> PythonStream | None:
        if len(self.streams) == 1 and not self.by_local:
            return self.streams[0]
        for stream in self.streams:
            if stream.destination == source and stream.sending.local in ("", local):
                return stream
        return None


class PythonLoop:
    """See `PacketLoop`. All packets are decrypted, whatever `Sending.check_every` says."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._streams: dict[int, PythonStream] = {}
        self._outlets: dict[int, _Outlet] = {}
        self._slots: list[list[PythonStream]] = [[] for _ in range(SLOTS)]
        self._count = self._tick = self._strays = 0
        self._due = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._busy = 0.0
        self._lateness = Times()

    def add(self, sock: socket.socket, destination: Address | None, keys: SrtpSessions | None, sending: Sending) -> int:
        number, self._count = self._count, self._count + 1
        slot = min(range(SLOTS), key=lambda each: len(self._slots[each]))
        outlet = self._outlet(sock)
        if sending.local and not outlet.by_local:
            outlet.by_local = True
            sock.setsockopt(socket.IPPROTO_IP, _PKTINFO, 1)
        stream = PythonStream(number, slot, sock, destination, keys, sending)
        outlet.streams.append(stream)
        self._slots[slot].append(stream)
        self._streams[number] = stream
        if self._timer is None:
            self._due = time.monotonic()
            self._wait()
        return number

    def point(self, number: int, destination: Address | None) -> None:
        self._streams[number].destination = destination

    def secure(self, number: int, keys: SrtpSessions) -> None:
        self._streams[number].keys = keys

    def expect(self, number: int, frequency: float, ssrc: int = 0) -> None:
        self._streams[number].expect(frequency, ssrc)

    def talk(self, number: int, on: bool) -> None:
        self._streams[number].talking = on

    def send(self, number: int, data: bytes) -> None:
        self._streams[number].send(data)

    def on_datagram(self, number: int, listener: Listener) -> None:
        self._streams[number].listen(listener)

    def figures(self, number: int) -> StreamFigures:
        return self._streams[number].figures()

    def total(self, numbers: Sequence[int]) -> StreamFigures:
        return total([self.figures(number) for number in numbers])

    def reset(self, numbers: Sequence[int]) -> None:
        self._lateness = Times()
        for number in numbers:
            self._streams[number].reset()

    def loop_figures(self) -> LoopFigures:
        return LoopFigures(self._busy, self._lateness.read(), self._strays)

    def remove(self, number: int) -> StreamFigures:
        stream = self._streams.pop(number)
        self._slots[stream.slot].remove(stream)
        outlet = self._outlets[id(stream.sock)]
        outlet.streams.remove(stream)
        if not outlet.streams:
            del self._outlets[id(stream.sock)]
            self._loop.remove_reader(stream.sock)
        return stream.figures()

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for number in list(self._streams):
            self.remove(number)

    def _outlet(self, sock: socket.socket) -> _Outlet:
        outlet = self._outlets.get(id(sock))
        if outlet is None:
            outlet = self._outlets[id(sock)] = _Outlet(sock)
            sock.setblocking(False)
            self._loop.add_reader(sock, self._readable, outlet)
        return outlet

    # --- sending

    def _wait(self) -> None:
        self._timer = self._loop.call_later(max(self._due - time.monotonic(), 0.0), self._send_due)

    def _send_due(self) -> None:
        began, now = time.thread_time(), time.monotonic()
        self._lateness.count(max(now - self._due, 0.0))
        if now - self._due > CATCH_UP:
            self._due = now
        while self._due <= now:
            for stream in self._slots[self._tick % SLOTS]:
                stream.send_sound()
            self._tick += 1
            self._due += TICK
        while self._streams and not self._slots[self._tick % SLOTS]:
            self._tick += 1
            self._due += TICK
        self._busy += time.thread_time() - began
        self._timer = None
        if self._streams:
            self._wait()

    # --- receiving

    def _readable(self, outlet: _Outlet) -> None:
        began = time.thread_time()
        for _ in range(READS):
            try:
                data, control, _, source = outlet.sock.recvmsg(LARGEST, 64 if outlet.by_local else 0)
            except OSError:
                break
            local = _local(control) if control else ""
            stream = outlet.owner(source[:2], local)
            if stream is None:
                self._strays += 1
            else:
                stream.take(data, source[:2], time.monotonic())
            if not outlet.streams:
                break
        self._busy += time.thread_time() - began


_PKTINFO = 8  # IP_PKTINFO of Linux, which `socket` names only from Python 3.13 on


def _local(control: list[tuple[int, int, bytes]]) -> str:
    for level, kind, data in control:
        if level == socket.IPPROTO_IP and kind == _PKTINFO:
            with contextlib.suppress(struct.error):
                return socket.inet_ntoa(ARRIVED_AT.unpack(data)[2])
    return ""
