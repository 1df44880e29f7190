"""The compiled packet path's Python side: builds what packet_path.c works on, and takes what it does not do itself."""

from __future__ import annotations

import ctypes
import functools
import ipaddress
import os
import socket
from collections.abc import Callable, Collection
from ctypes import CFUNCTYPE, POINTER, addressof, c_double, c_int, c_int64, c_size_t, c_void_p
from enum import IntEnum
from pathlib import Path
from typing import Any

from cordboard.media.compiled.library import NotCompiled, load, session_pointer, srtp_functions
from cordboard.media.port import Side
from cordboard.media.relay.dtls_srtp import SrtpError, SrtpSessions
from cordboard.media.relay.path.loop import Failure, PacketLoop
from cordboard.media.relay.path.port import PageEnd, TrunkEnd
from cordboard.media.relay.path.state import TABLES, CallState, Endpoint, SharedStream
from cordboard.media.relay.ports import bind_to_send
from cordboard.media.relay.sides.stream import Send, Stream
from cordboard.media.relay.sides.webrtc_port import Page, WebRtcPort
from cordboard.stun.message import Address

LIBRARY = "packet_path"
ALL_NUMBERS = 2**64 - 1
REMEMBERED = 4096  # hosts

Ask = CFUNCTYPE(None, c_int, c_int, c_void_p, c_int, POINTER(Endpoint), c_double)


class _Event(IntEnum):
    """What the compiled path hands over."""

    READY = 0
    PAGE_DATAGRAM = 1
    PAGE_MEDIA = 2
    TRUNK_DATAGRAM = 3
    TRUNK_MEDIA = 4
    NOT_PROTECTED = 5


def library() -> ctypes.CDLL:
    """The compiled path with its signatures. Raises `NotCompiled`."""
    found = load(Path(__file__).parent, LIBRARY)
    if found is None:
        raise NotCompiled("it was not compiled when Cordboard was installed")
    found.path_call_size.restype = c_size_t
    if found.path_call_size() != ctypes.sizeof(CallState):
        raise NotCompiled("it was compiled from another version")
    found.path_new.restype = c_void_p
    found.path_new.argtypes = [c_int, c_int, c_int, c_int, Ask, c_void_p, c_void_p, ctypes.c_char_p]
    found.path_free.argtypes = [c_void_p]
    found.path_assign.argtypes = [c_void_p, POINTER(Endpoint), c_void_p]
    for name in ("path_release", "path_remove"):
        getattr(found, name).argtypes = [c_void_p, c_void_p]
    found.path_hear.argtypes = [c_void_p, c_int, c_void_p]
    found.path_ignore.argtypes = [c_void_p, c_int]
    found.path_strangers.argtypes, found.path_strangers.restype = [c_void_p], c_int64
    found.path_turn.argtypes = [c_void_p, c_double]
    found.path_take.argtypes = [c_void_p, c_void_p, c_void_p, c_int, c_double]
    return found


class CompiledLoop(PacketLoop):
    """A `PacketLoop` that serves the pages' port and the trunks of its calls in C. Raises `NotCompiled`."""

    def __init__(self, on_failure: Failure, port: WebRtcPort) -> None:
        self._library = library()
        functions = srtp_functions()
        super().__init__(on_failure)
        self.port = port
        self.family = port.socket.family
        self.calls: dict[int, CompiledCallPath] = {}
        self._by_page: dict[object, CompiledCallPath] = {}
        self._numbers = 0
        self._ask = Ask(self._asked)  # as long as the library may call it
        self._sounds = bind_to_send(port.socket)
        self._path: int | None = self._library.path_new(
            self._epoll.fileno(),
            port.socket.fileno(),
            (self._sounds or port.socket).fileno(),
            self.family,
            self._ask,
            functions.protect,
            functions.unprotect,
            TABLES,
        )
        if self._path is None:
            self.close()
            raise NotCompiled("there is no memory for it")
        port.on_assigned, port.on_released = self._assigned, self._released

    def turn(self, longest: float) -> None:
        failed = self._library.path_turn(self._path, self._wait(longest))
        if failed:
            raise OSError(-failed, os.strerror(-failed))
        self.run_due_timers()

    def close(self) -> None:
        super().close()
        if self._path is not None:
            self._library.path_free(self._path)
            self._path = None
        if self._sounds is not None:
            self._sounds.close()

    @property
    def strangers(self) -> int:
        """Datagrams to the pages' port that belonged to nobody, as far as Python has not seen them."""
        return int(self._library.path_strangers(self._path))

    # --- calls

    def open_call(self) -> CompiledCallPath:
        """A path for one more call."""
        self._numbers = self._numbers % 0x7FFFFFFF + 1
        call = self.calls[self._numbers] = CompiledCallPath(self, self._numbers)
        return call

    def add(self, call: CompiledCallPath) -> None:
        """Its sides are there."""
        self._by_page[call.page] = call
        self.hear(call, call.state.trunk_socket)

    def hear(self, call: CompiledCallPath, number: int) -> None:
        """Datagrams to the socket of that number are this call's trunk's."""
        _there_is_memory(self._library.path_hear(self._path, number, addressof(call.state)))

    def ignore(self, number: int) -> None:
        """Nothing of that socket is anybody's."""
        self._library.path_ignore(self._path, number)

    def remove(self, call: CompiledCallPath) -> None:
        """Its memory may go afterwards."""
        self._library.path_remove(self._path, addressof(call.state))
        del self.calls[call.state.number]
        if call.begun:
            del self._by_page[call.page]

    def _assigned(self, source: Address, page: Page) -> None:
        call = self._by_page.get(page)
        if call is not None:
            endpoint = _endpoint(source, self.family)
            state = addressof(call.state)
            _there_is_memory(self._library.path_assign(self._path, ctypes.byref(endpoint), state))

    def _released(self, page: Page) -> None:
        call = self._by_page.get(page)
        if call is not None:
            self._library.path_release(self._path, addressof(call.state))

    # --- what is not usual

    def _asked(self, event: int, number: int, data: int, length: int, source: Any, now: float) -> None:
        try:
            _HANDLERS[event](self, number, data, length, source, now)
        except Exception as failure:  # the boundary: one packet is not the others' trouble
            self.on_failure(failure)

    def _ready(self, number: int, _data: int, mask: int, _source: Any, _now: float) -> None:
        handler = self.handler_of(number, mask)
        if handler is not None:
            handler()

    def _page_datagram(self, _number: int, data: int, length: int, source: Any, _now: float) -> None:
        self.port.take(ctypes.string_at(data, length), self._address(source))

    def _page_media(self, number: int, data: int, length: int, _source: Any, now: float) -> None:
        self.calls[number].page.stream.take(ctypes.string_at(data, length), now)

    def _trunk_datagram(self, number: int, data: int, length: int, source: Any, now: float) -> None:
        self.calls[number].trunk.take(ctypes.string_at(data, length), self._address(source), now)

    def _trunk_media(self, number: int, data: int, length: int, _source: Any, now: float) -> None:
        self.calls[number].trunk.stream.take(ctypes.string_at(data, length), now)

    def _not_protected(self, number: int, _data: int, _length: int, _source: Any, _now: float) -> None:
        raise SrtpError(f"libsrtp cannot protect a packet: error {number}")

    def _address(self, source: Any) -> Address:
        endpoint = source.contents
        return socket.inet_ntop(self.family, bytes(endpoint.address)[: _octets(self.family)]), endpoint.port


_HANDLERS: dict[int, Callable[[CompiledLoop, int, int, int, Any, float], None]] = {
    _Event.READY: CompiledLoop._ready,
    _Event.PAGE_DATAGRAM: CompiledLoop._page_datagram,
    _Event.PAGE_MEDIA: CompiledLoop._page_media,
    _Event.TRUNK_DATAGRAM: CompiledLoop._trunk_datagram,
    _Event.TRUNK_MEDIA: CompiledLoop._trunk_media,
    _Event.NOT_PROTECTED: CompiledLoop._not_protected,
}


class CompiledCallPath:
    """One call's state, shared with the compiled path; it stays in memory until `close` has made both forget it."""

    page: PageEnd
    trunk: TrunkEnd

    def __init__(self, loop: CompiledLoop, number: int) -> None:
        self._loop = loop
        self._keys: SrtpSessions | None = None
        self.state = CallState(number=number, trunk_socket=-1, trunk_connected=-1)
        self._pictures = (0, 0)
        self._plain = False  # the trunk's address is not one that the compiled path can use
        self.begun = self._closed = False

    @property
    def page_refused(self) -> int:
        return int(self.state.page_refused)

    @property
    def trunk_refused(self) -> int:
        return int(self.state.trunk_refused)

    def stream(self, towards: Side, ssrc: int, sequence: int, timestamp: int, send: Send) -> Stream:
        state = self.state.to_page if towards is Side.PAGE else self.state.to_trunk
        return SharedStream(state, ssrc, sequence, timestamp, send)

    def begin(self, page: PageEnd, trunk: TrunkEnd) -> None:
        self.page, self.trunk = page, trunk
        self.state.trunk_socket = trunk.socket.fileno()
        self._loop.add(self)
        self.begun = True

    def open_page(self, keys: SrtpSessions | None, destination: Address | None) -> None:
        state = self.state
        state.unprotect = session_pointer(keys.inbound) if keys is not None else None
        state.protect = session_pointer(keys.outbound) if keys is not None else None
        state.page = _endpoint(destination, self._loop.family)
        self._keys = keys  # those before may go now

    def open_trunk(
        self, source: Address | None, destination: Address | None, connected: socket.socket | None, *, latches: bool
    ) -> None:
        family, state = self._loop.family, self.state
        self._connect(connected.fileno() if connected is not None else -1)
        try:
            state.trunk_source, state.trunk = _endpoint(source, family), _endpoint(destination, family)
            self._plain = False
        except ValueError:
            state.trunk_source, state.trunk = Endpoint(), Endpoint()
            self._plain = True
        state.latches = latches or self._plain
        self._set_pictures()

    def _connect(self, number: int) -> None:
        before = self.state.trunk_connected
        if number != before:
            self.state.trunk_connected = number
            if before >= 0:
                self._loop.ignore(before)
            if number >= 0:
                self._loop.hear(self, number)

    def leave_pictures(self, numbers: Collection[int]) -> None:
        bits = sum(1 << number for number in set(numbers))
        self._pictures = bits & ALL_NUMBERS, bits >> 64
        self._set_pictures()

    def _set_pictures(self) -> None:
        self.state.pictures[:] = (ALL_NUMBERS, ALL_NUMBERS) if self._plain else self._pictures

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._loop.remove(self)


def _octets(family: int) -> int:
    return 4 if family == socket.AF_INET else 16


def _endpoint(address: Address | None, family: int) -> Endpoint:
    """Raises `ValueError` for what is no address of that family."""
    if address is None:
        return Endpoint()
    packed = _packed(address[0])
    if len(packed) != _octets(family):
        raise ValueError("an address of the other family")
    return Endpoint((ctypes.c_uint8 * 16)(*packed), address[1])


@functools.lru_cache(REMEMBERED)
def _packed(host: str) -> bytes:
    return ipaddress.ip_address(host).packed


def _there_is_memory(failed: int) -> None:
    if failed:
        raise MemoryError("no memory for another call")
