"""SIP Server with a customer behind it: signalling in the words of `kit.peer`, sound from `kit.trunk`, on real sockets.

It registers whoever asks, takes no notice of what is repeated, and for the rest does what the test says:

    server.send(f"INVITE {server.contacts["5001"]} | {server.describe()}")
    await server.expect("180")
    ...
    server.take(await server.expect("200 | sdp"))
    server.send("ACK")
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from cordboard.net.udp import UdpSocket, open_udp
from cordboard.sdp.plain import PlainRemote
from cordboard.sip.address import NameAddress
from cordboard.sip.message import Message, Request, parse_message, to_bytes
from kit.peer import BODIES, SipPeer
from kit.phone import until
from kit.sip_sockets import expect
from kit.trunk import TrunkPhone


@dataclass(slots=True)
class ServerPhone:
    """`contacts` has the URI that each DN is registered with now, `phone` the customer's sound."""

    peer: SipPeer
    phone: TrunkPhone
    contacts: dict[str, str] = field(default_factory=dict)
    socket: UdpSocket = field(default_factory=lambda: UdpSocket(lambda data, source: None))
    _gateway: tuple[str, int] = ("", 0)
    _inbox: asyncio.Queue[bytes] = field(default_factory=asyncio.Queue)
    _seen: set[bytes] = field(default_factory=set)
    _descriptions: int = 0

    @property
    def address(self) -> tuple[str, int]:
        return self.socket.address

    async def has_registered(self, dn: str) -> str:
        """Wait for it; the URI to call it at."""
        assert await until(lambda: dn in self.contacts), f"{dn} was not registered"
        return self.contacts[dn]

    def describe(self, direction: str = "sendrecv", address: str = "") -> str:
        """Make the next description of the customer's phone; the name of that body."""
        self._descriptions += 1
        BODIES["customer"] = self.phone.describe(self._descriptions, direction, address)
        return "customer"

    def take(self, message: Message) -> PlainRemote:
        """The gateway's description: from now on the sound goes there."""
        return self.phone.take(message.body.decode())

    def send(self, text: str) -> None:
        self.socket.send(self.peer.build(text), self._gateway)

    async def expect(self, text: str) -> Message:
        """The next message, which must be what the text says."""
        return await expect(self.peer, self._inbox, text)

    def came(self, data: bytes, source: tuple[str, int]) -> None:
        """A datagram from the gateway."""
        message = parse_message(data)
        if isinstance(message, Request) and message.method == "REGISTER":
            self._gateway = source
            self._register(message)
        elif data not in self._seen:
            self._seen.add(data)
            self._inbox.put_nowait(data)

    def _register(self, request: Request) -> None:
        """Reference: SIP Server 1.3. One binding per DN; no binding is left after `Expires: 0`."""
        contact, expires = request.headers.get("Contact") or "", request.headers.get("Expires") or ""
        dn = NameAddress.parse(request.headers.get("To") or "").uri.user
        if expires == "0":
            self.contacts.pop(dn, None)
        else:
            self.contacts[dn] = str(NameAddress.parse(contact).uri)
        registrar = SipPeer("registrar", self.peer.own, self.peer.other, contact, self.peer.via)
        registrar.answered["REGISTER"] = request
        response = parse_message(registrar.build("200 REGISTER"))
        response.headers.set("Expires", expires)
        response.headers.set("Contact", f"{contact};expires={expires}")
        self.socket.send(to_bytes(response), self._gateway)

    def close(self) -> None:
        self.socket.close()
        self.phone.close()


@asynccontextmanager
async def server_phone(caller: str = "+15550100", dn: str = "5001") -> AsyncIterator[ServerPhone]:
    """`caller` is the customer's number, `dn` the one who is called by default."""
    server: ServerPhone | None = None

    def came(data: bytes, source: tuple[str, int]) -> None:
        assert server is not None
        server.came(data, source)

    socket = await open_udp("127.0.0.1", 0, came)
    at = f"127.0.0.1:{socket.address[1]}"
    contact = f"<sip:{caller}@{at}>"
    peer = SipPeer("trunk", f"sip:{caller}@{at}", f"sip:{dn}@{at}", contact, f"UDP {at}", brackets=False)
    server = ServerPhone(peer, TrunkPhone(), socket=socket)
    try:
        yield server
    finally:
        server.close()
