"""The worker's one UDP port for all pages.

A datagram finds its page by the source that ICE has validated for it; a STUN request, which is how a source becomes
valid, by the ufrag in its USERNAME. Everything else from a source that no check has vouched for is dropped unseen: a
DTLS ClientHello sprayed over the port cannot disturb anybody's handshake.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Protocol

from cordboard.media.relay.ports import LONGEST, receiver
from cordboard.stun.message import Address, username_of

BATCH = 64  # packets that are read before others have their turn


class Page(Protocol):
    """What the port needs of a call's page side."""

    def receive_stun(self, ufrag: str, data: bytes, source: Address, now: float) -> None: ...

    def receive_dtls(self, data: bytes, source: Address, now: float) -> None: ...

    def receive_media(self, data: bytes, source: Address) -> None: ...


class WebRtcPort:
    """Reads the socket and gives each datagram to its page."""

    def __init__(self, sock: socket.socket) -> None:
        self._receive = receiver(sock)
        self.sendto = sock.sendto
        self.socket = sock
        self.port: int = sock.getsockname()[1]
        self._by_source: dict[Address, Page] = {}
        self._by_ufrag: dict[str, Page] = {}
        self.strangers = 0  # datagrams that belonged to nobody
        self.on_assigned: Callable[[Address, Page], None] | None = None
        self.on_released: Callable[[Page], None] | None = None

    def readable(self) -> None:
        """Read what is there, up to a batch, and hand it on."""
        receive, page_of = self._receive, self._by_source.get
        for _ in range(BATCH):
            try:
                data, source = receive(LONGEST)
            except BlockingIOError:
                return
            page = page_of(source)
            if page is not None and len(data) >= 12 and 127 < data[0] < 192:
                page.receive_media(data, source)
            else:
                self.take(data, source)

    def take(self, data: bytes, source: Address) -> None:
        """Give one datagram to its page."""
        if len(data) < 12:
            self.strangers += 1
            return
        first = data[0]  # RFC 7983
        page = self._by_source.get(source)
        if first < 4:
            self._receive_stun(data, source)
        elif page is None:
            self.strangers += 1
        elif 127 < first < 192:
            page.receive_media(data, source)
        elif 19 < first < 64:
            page.receive_dtls(data, source, time.monotonic())

    def _receive_stun(self, data: bytes, source: Address) -> None:
        ufrag = (username_of(data) or "").partition(":")[0]
        page = self._by_ufrag.get(ufrag)
        if page is None:
            self.strangers += 1
        else:
            page.receive_stun(ufrag, data, source, time.monotonic())

    def listen(self, ufrag: str, page: Page) -> None:
        """Requests with that ufrag are for this page."""
        self._by_ufrag[ufrag] = page

    def unlisten(self, ufrag: str) -> None:
        self._by_ufrag.pop(ufrag, None)

    def assign(self, source: Address, page: Page) -> None:
        """Datagrams from that source are this page's now; a browser may use the port of an earlier call again."""
        if self._by_source.get(source) is page:
            return
        self._by_source[source] = page
        if self.on_assigned is not None:
            self.on_assigned(source, page)

    def release(self, page: Page) -> None:
        """Forget a page's sources."""
        for source in [source for source, owner in self._by_source.items() if owner is page]:
            del self._by_source[source]
        if self.on_released is not None:
            self.on_released(page)

    def send(self, data: bytes, destination: Address) -> bool:
        """False when the kernel did not take it: as good as lost on the way."""
        try:
            self.sendto(data, destination)
        except OSError:
            return False
        return True
