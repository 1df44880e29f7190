"""Peers with real sockets: SIP Server as a UDP socket, a page as a WebSocket, both speaking the words of `kit.peer`."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import aiohttp

from cordboard.net.udp import UdpSocket, open_udp
from cordboard.sip import digest
from cordboard.sip.message import Message, Request, Response, parse_message, to_bytes
from kit.peer import SipPeer

PATIENCE = 3.0


@dataclass(slots=True)
class UdpPeer:
    """SIP Server's end; `gateway` is where it sends to."""

    peer: SipPeer
    socket: UdpSocket
    inbox: asyncio.Queue[bytes]
    gateway: tuple[str, int] = ("", 0)

    @classmethod
    async def open(cls) -> UdpPeer:
        inbox: asyncio.Queue[bytes] = asyncio.Queue()
        socket = await open_udp("127.0.0.1", 0, lambda data, source: inbox.put_nowait(data))
        at = f"127.0.0.1:{socket.address[1]}"
        peer = SipPeer("trunk", f"sip:1003@{at}", f"sip:5001@{at}", f"<sip:1003@{at}>", f"UDP {at}", brackets=False)
        return cls(peer, socket, inbox)

    def send(self, text: str) -> None:
        self.socket.send(self.peer.build(text), self.gateway)

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
        self.socket.send(to_bytes(response), self.gateway)
        self.peer.forget()
        return request

    def close(self) -> None:
        self.socket.close()


@dataclass(slots=True)
class WebSocketPeer:
    """A page's end: JsSIP's manner (`.invalid` hosts, transport=ws)."""

    peer: SipPeer
    session: aiohttp.ClientSession
    socket: aiohttp.ClientWebSocketResponse
    inbox: asyncio.Queue[bytes]
    reader: asyncio.Task[None]
    dn: str

    @classmethod
    async def open(cls, url: str, dn: str = "5001", origin: str | None = None) -> WebSocketPeer:
        session = aiohttp.ClientSession()
        headers = {"Origin": origin} if origin else {}
        try:
            socket = await session.ws_connect(url, protocols=("sip",), headers=headers)
        except BaseException:
            await session.close()
            raise
        inbox: asyncio.Queue[bytes] = asyncio.Queue()
        own = f"sip:{dn}@gateway.invalid"
        contact = f"<sip:x{dn}@page{dn}.invalid;transport=ws>"
        peer = SipPeer("page", own, "sip:5002@gateway.invalid", contact, f"WS page{dn}.invalid")
        reader = asyncio.get_running_loop().create_task(cls._read(socket, inbox))
        return cls(peer, session, socket, inbox, reader, dn)

    @staticmethod
    async def _read(socket: aiohttp.ClientWebSocketResponse, inbox: asyncio.Queue[bytes]) -> None:
        async for message in socket:
            inbox.put_nowait(message.data.encode())

    async def send(self, text: str) -> None:
        await self.socket.send_str(self.peer.build(text).decode())

    async def expect(self, text: str) -> Message:
        return await expect(self.peer, self.inbox, text)

    async def register(self, authorization: str = "", expires: int = 600, cseq: int = 1) -> Response:
        """Send REGISTER and give its final response."""
        own = self.peer.own
        lines = [
            f"REGISTER {own.split('@')[0].replace(self.dn, '')}gateway.invalid SIP/2.0",
            f"Via: {self.peer.via.replace('WS ', 'SIP/2.0/WS ')};branch=z9hG4bKregister{self.dn}{cseq}",
            "Max-Forwards: 69",
            f"To: <{own}>",
            f"From: <{own}>;tag=register{self.dn}",
            f"Call-ID: register-{self.dn}",
            f"CSeq: {cseq} REGISTER",
            f"Contact: {self.peer.contact};expires={expires}",
            f"Expires: {expires}",
        ]
        if authorization:
            lines.append(f"Authorization: {authorization}")
        await self.socket.send_str("\r\n".join([*lines, "Content-Length: 0", "", ""]))
        response = parse_message(await asyncio.wait_for(self.inbox.get(), PATIENCE))
        assert isinstance(response, Response)
        return response

    async def register_by_digest(self, password: str) -> Response:
        challenged = await self.register()
        assert challenged.status == 401
        challenge = challenged.headers.get("WWW-Authenticate") or ""
        uri = "sip:gateway.invalid"
        answer = digest.authorization(challenge, "REGISTER", uri, self.dn, password, "cnonce", 1)
        return await self.register(answer, cseq=2)

    async def close(self) -> None:
        self.reader.cancel()
        await self.socket.close()
        await self.session.close()


async def expect(peer: SipPeer, inbox: asyncio.Queue[bytes], text: str) -> Message:
    """The next message, which must be what the text says."""
    try:
        data = await asyncio.wait_for(inbox.get(), PATIENCE)
    except TimeoutError:
        raise AssertionError(f"{peer.name} <- {text}: nothing came") from None
    why = peer.match(text, data)
    assert not why, f"{peer.name} <- {text}: {why}\n{data.decode(errors='replace')}"
    return parse_message(data)
