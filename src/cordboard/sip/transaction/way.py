"""Which way a request goes: that of its user, or a reliable one if it is too large for a datagram (RFC 3261 section
18.1.1).

A datagram of more than 1300 octets may be cut into fragments, and many a firewall drops fragments. So a large request
goes over TCP or TLS where the peer is known to take that, and its Via says so; if the connection fails before any
answer came it goes as a datagram after all.
"""

from __future__ import annotations

from collections.abc import Callable

from cordboard.sip.events import Flow
from cordboard.sip.headers import Headers
from cordboard.sip.message import Request
from cordboard.sip.style import WireStyle
from cordboard.sip.transaction.making import with_via

LARGEST_DATAGRAM = 1300  # octets, where the path's MTU is not known

ReliableWay = Callable[[Flow], Flow | None]


def no_reliable_way(flow: Flow) -> Flow | None:
    """For peers that take datagrams only."""
    return None


class Ways:
    """Chooses the way, writes our Via for it and encodes."""

    def __init__(self, via_host: Callable[[Flow], str], style: WireStyle, reliable_way: ReliableWay) -> None:
        self._via_host = via_host
        self._style = style
        self._reliable_way = reliable_way

    def choose(self, flow: Flow, request: Request, branch: str) -> tuple[Flow, bytes]:
        """The way of a request without our Via, which it gets, and the bytes to send there."""
        data = self.prepare(flow, request, branch)
        if flow.reliable or len(data) <= LARGEST_DATAGRAM:
            return flow, data
        way = self._reliable_way(flow)
        return (flow, data) if way is None else (way, self.change(way, request, branch))

    def prepare(self, flow: Flow, request: Request, branch: str) -> bytes:
        """Put our Via for that flow on top, and encode."""
        request.headers = with_via(request.headers, flow, self._via_host(flow), self._style.rport, branch)
        return self._style.encode(request, request=True)

    def change(self, flow: Flow, request: Request, branch: str) -> bytes:
        """Put our Via for that flow in the place of the one on top, and encode."""
        fields = request.headers.items()
        fields.remove(next(field for field in fields if field[0] == "Via"))
        request.headers = Headers(fields)
        return self.prepare(flow, request, branch)
