"""What the sides of a call tell about the way of their packets, so that a compiled path can take the usual ones."""

from __future__ import annotations

import socket
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Protocol

from cordboard.media.port import Side
from cordboard.media.relay.dtls_srtp import SrtpSessions
from cordboard.media.relay.path.loop import PacketLoop
from cordboard.media.relay.sides.stream import PacketSink, Send, Stream, new_stream
from cordboard.stun.message import Address


class PageEnd(Protocol):
    """Takes from a path what came from the page."""

    stream: PacketSink


class TrunkEnd(Protocol):
    """Takes from a path what came from the trunk."""

    stream: Stream

    @property
    def socket(self) -> socket.socket:
        """Where others than the trunk's source are heard."""

    def take(self, data: bytes, source: Address, now: float) -> None:
        """One datagram."""


class CallPath(Protocol):
    """One call's. Everything is told at once when it changes; `close` comes before the sockets are closed."""

    @property
    def page_refused(self) -> int:
        """Datagrams that the path has refused for the page's side, and likewise for the trunk's."""

    @property
    def trunk_refused(self) -> int: ...

    def stream(self, towards: Side, ssrc: int, sequence: int, timestamp: int, send: Send) -> Stream:
        """A stream with nothing agreed yet, once for each side."""

    def begin(self, page: PageEnd, trunk: TrunkEnd) -> None:
        """Both sides are there."""

    def open_page(self, keys: SrtpSessions | None, destination: Address | None) -> None:
        """Keys that are believed, and where to send; None: there are none, or nowhere."""

    def open_trunk(
        self, source: Address | None, destination: Address | None, connected: socket.socket | None, *, latches: bool
    ) -> None:
        """Whom to take packets from, and where to send; `connected`: the socket that is connected to the source and not
        to be used after the next call; `latches`: another source may become the source."""

    def leave_pictures(self, numbers: Collection[int]) -> None:
        """The page's payload numbers that are not this call's sound."""

    def close(self) -> None:
        """No packet comes any more."""


class PlainCallPath:
    """All packets go through the sides."""

    page_refused = trunk_refused = 0

    def stream(self, towards: Side, ssrc: int, sequence: int, timestamp: int, send: Send) -> Stream:
        return new_stream(ssrc, sequence, timestamp, send)

    def begin(self, page: PageEnd, trunk: TrunkEnd) -> None:
        pass

    def open_page(self, keys: SrtpSessions | None, destination: Address | None) -> None:
        pass

    def open_trunk(
        self, source: Address | None, destination: Address | None, connected: socket.socket | None, *, latches: bool
    ) -> None:
        pass

    def leave_pictures(self, numbers: Collection[int]) -> None:
        pass

    def close(self) -> None:
        pass


@dataclass(frozen=True, slots=True)
class PacketPath:
    """A worker's: the loop that serves the packets, what calls a path for each call, and its name for the log."""

    loop: PacketLoop
    open_call: Callable[[], CallPath] = PlainCallPath
    name: str = "python"
