"""Opens a WebSocket for SIP as a page does, and closes it at once."""

from __future__ import annotations

from dataclasses import dataclass

import aiohttp

from cordboard.doctor.asking.http import AGENT, Http, cause_of
from cordboard.doctor.asking.trouble import Trouble, reason

SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Handshake:
    """How the handshake ended: 101 with the subprotocol that was chosen, or another status."""

    status: int
    protocol: str = ""

    @property
    def opened(self) -> bool:
        return self.status == 101


async def handshake(http: Http, url: str, origin: str, protocol: str = "sip") -> Handshake:
    """One handshake with that Origin. Raises `Trouble` where nothing answers."""
    http.count(url)
    headers = {"User-Agent": AGENT}
    try:
        socket = await http.session.ws_connect(
            url,
            protocols=(protocol,),
            origin=origin,
            headers=headers,
            timeout=aiohttp.ClientWSTimeout(ws_close=1.0),
            ssl=http.tls(verified=False) if url.startswith("wss:") else True,
        )
    except aiohttp.WSServerHandshakeError as refusal:
        return Handshake(refusal.status)
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
        raise Trouble(f"{url} cannot be reached: {reason(cause_of(error))}") from None
    chosen = socket.protocol or ""
    await socket.close()
    return Handshake(101, chosen)
