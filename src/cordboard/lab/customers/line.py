"""A SIP user agent on a UDP socket of its own: a customer's telephone line."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from cordboard.lab.wake import Wake
from cordboard.net.identifiers import RandomIdentifiers
from cordboard.net.udp import UdpSocket, open_udp
from cordboard.sip.core import UserAgentCore
from cordboard.sip.events import Flow, Input, Output, Received, Tick, Transmit

LISTENER = "customer"
USER_AGENT = "Cordboard-Lab-Customer"


class Line:
    """Made by `open_line`; `on_output` gets what the SIP core reports. After `finish` it closes when it is quiet."""

    def __init__(self, on_output: Callable[[Output, Line], None]) -> None:
        self._on_output = on_output
        self._loop = asyncio.get_running_loop()
        self._wake = Wake(lambda: self.feed([Tick()]))
        self._finishing = False
        self._socket: UdpSocket | None = None
        self.closed = False
        self.core = UserAgentCore(
            RandomIdentifiers(), via_host=lambda flow: f"{self.address[0]}:{self.address[1]}", user_agent=USER_AGENT
        )

    async def open(self, host: str, port: int) -> None:
        self._socket = await open_udp(host, port, self._received)

    @property
    def address(self) -> tuple[str, int]:
        return self._socket.address if self._socket else ("", 0)

    @property
    def now(self) -> float:
        return self._loop.time()

    def feed(self, inputs: Iterable[Input]) -> None:
        """Carry out commands."""
        if self.closed:
            return
        for input in inputs:
            for output in self.core.handle(input, self._loop.time()):
                if isinstance(output, Transmit) and self._socket is not None:
                    self._socket.send(output.data, output.flow.remote)
                elif not isinstance(output, Transmit):
                    self._on_output(output, self)
        self._wake.set(self.core.deadline)
        if self._finishing and not self.core.transactions and not self.core.sessions:
            self.close()

    def flow(self, remote: tuple[str, int]) -> Flow:
        return Flow("UDP", LISTENER, remote)

    def finish(self) -> None:
        """No call will come any more: close as soon as all transactions are over."""
        self._finishing = True
        self.feed([])

    def close(self) -> None:
        self.closed = True
        self._wake.close()
        if self._socket is not None:
            self._socket.close()

    def _received(self, data: bytes, source: tuple[str, int]) -> None:
        self.feed([Received(self.flow(source), data)])


async def open_line(host: str, port: int, on_output: Callable[[Output, Line], None]) -> Line:
    """A line on host:port (0: a free one). Raises `PortTaken` or `AddressUnusable`."""
    line = Line(on_output)
    await line.open(host, port)
    return line
