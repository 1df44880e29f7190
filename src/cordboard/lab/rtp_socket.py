"""An RTP party on a UDP socket of its own."""

from __future__ import annotations

import asyncio
import secrets
import time

from cordboard.lab.mixer import Part
from cordboard.lab.pacer import Pacer
from cordboard.lab.rtp_party import RtpParty
from cordboard.net.udp import UdpSocket, open_udp


class RtpSocket:
    """Made by `open_rtp`; it sends on the pacer's beat until closed."""

    def __init__(self, part: Part, pacer: Pacer) -> None:
        self._pacer = pacer
        self._loop = asyncio.get_running_loop()
        self._socket: UdpSocket | None = None
        self.party = RtpParty(("", 0), part, ssrc=secrets.randbits(32), session_id=secrets.randbits(31))

    async def open(self, host: str) -> None:
        self._socket = await open_udp(host, 0, self._received)
        self.party.address = self._socket.address
        self._pacer.join(self._beat)

    def close(self) -> None:
        self._pacer.leave(self._beat)
        if self._socket is not None:
            self._socket.close()

    def _received(self, data: bytes, source: tuple[str, int]) -> None:
        self.party.receive(data, self._loop.time(), time.time())

    def _beat(self) -> None:
        packet, target = self.party.next_packet(), self.party.target
        if packet is not None and target is not None and self._socket is not None:
            self._socket.send(packet, target)


async def open_rtp(part: Part, host: str, pacer: Pacer) -> RtpSocket:
    """A party on a free port of `host`. Raises `AddressUnusable`."""
    opened = RtpSocket(part, pacer)
    await opened.open(host)
    return opened
