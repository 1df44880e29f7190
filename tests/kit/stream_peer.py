"""SIP Server's end over TCP or TLS, speaking the words of `kit.peer`: requests go on a connection of its own to the
gateway's Contact, responses back on the connection that the request came by.
"""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass, field

from cordboard.config import Address
from cordboard.net.stream import SipStreams
from cordboard.sip.events import Flow
from cordboard.sip.message import Message, Request, parse_message, to_bytes
from kit.peer import SipPeer
from kit.sip_sockets import PATIENCE, expect


@dataclass
class StreamPeer:
    """`gateway` is where its own connection goes; `came_by` the flow of the latest request."""

    host: str = "127.0.0.1"
    listening: ssl.SSLContext | None = None
    connecting: ssl.SSLContext | None = None
    port: int = 0
    gateway: tuple[str, int] = ("", 0)
    inbox: asyncio.Queue[bytes] = field(default_factory=asyncio.Queue)
    came_by: Flow | None = None
    flows: list[Flow] = field(default_factory=list)
    ended: list[Flow] = field(default_factory=list)

    def open(self) -> None:
        """Listen, also once more after `close`, then at the same port."""
        self.streams = SipStreams("peer", self, connecting=self.connecting)
        self.streams.listen(self.host, self.port, self.listening)
        self.port = self.address[1]
        at = str(Address(*self.address))
        via = f"{self.streams.transport} {at}"
        self.peer = SipPeer("trunk", f"sip:1003@{at}", f"sip:5001@{at}", f"<sip:1003@{at}>", via, brackets=False)

    @property
    def address(self) -> tuple[str, int]:
        return self.streams.address

    @property
    def own_flow(self) -> Flow:
        return Flow(self.streams.transport, "peer", self.gateway)

    def message(self, flow: Flow, data: bytes) -> None:
        self.flows.append(flow)
        if not data.startswith(b"SIP/2.0"):
            self.came_by = flow
        self.inbox.put_nowait(data)

    def closed(self, flow: Flow) -> None:
        self.ended.append(flow)

    def send(self, text: str) -> None:
        flow = self.came_by if text[0].isdigit() and self.came_by else self.own_flow
        self.streams.send(flow, self.peer.build(text))

    async def expect(self, text: str) -> Message:
        return await expect(self.peer, self.inbox, text)

    async def answer_register(self, status: int = 200) -> Request:
        """Take the next REGISTER and answer it as SIP Server does."""
        request = parse_message(await asyncio.wait_for(self.inbox.get(), PATIENCE))
        assert isinstance(request, Request)
        assert request.method == "REGISTER"
        self.peer.answered["REGISTER"] = request
        response = parse_message(self.peer.build(f"{status} REGISTER"))
        contact, expires = request.headers.get("Contact") or "", request.headers.get("Expires") or ""
        response.headers.set("Contact", f"{contact};expires={expires}")
        response.headers.set("Expires", expires)
        assert self.came_by is not None
        self.streams.send(self.came_by, to_bytes(response))
        self.peer.forget()
        return request

    async def close(self) -> None:
        await self.streams.close()
