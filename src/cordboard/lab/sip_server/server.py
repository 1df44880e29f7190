"""The SIP Server look-alike, running: the stack on a UDP socket, with a media server, as GWS's `Telephony`."""

from __future__ import annotations

import asyncio
import secrets
import time
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import replace

from cordboard import observe
from cordboard.lab.media_server import MediaServer
from cordboard.lab.media_server_port import CloseMedia, MediaReply, OpenMedia, PointMedia
from cordboard.lab.pacer import Pacer
from cordboard.lab.sip_server.calls.leg import Broken
from cordboard.lab.sip_server.identifiers import GenesysIdentifiers
from cordboard.lab.sip_server.machine import CallExpected
from cordboard.lab.sip_server.settings import HostPort, SipServerSettings
from cordboard.lab.sip_server.stack import Stack, StackInput, StackOutput
from cordboard.lab.sip_server.switch import LISTENER
from cordboard.lab.telephony import (
    CallEvent,
    CallView,
    DnEvent,
    DnView,
    TelephonyEvent,
    TelephonyRequest,
    UserData,
)
from cordboard.lab.wake import Wake
from cordboard.net.tasks import Tasks
from cordboard.net.udp import UdpSocket, open_udp
from cordboard.sip.events import Flow, Malformed, Received, Tick, Transmit

log = observe.get_log("lab.sip_server")

RUN_OCTETS = 16

Listener = Callable[[TelephonyEvent], None]


class SipServer:
    """Implements `cordboard.lab.telephony.Telephony`; made by `SipServer.start`."""

    def __init__(self, settings: SipServerSettings, pacer: Pacer, tasks: Tasks) -> None:
        self._settings = settings
        self._tasks = tasks
        self._loop = asyncio.get_running_loop()
        self._listeners: list[Listener] = []
        self._inputs: deque[StackInput] = deque()
        self._working = False
        self._wake = Wake(lambda: self._feed(Tick()))
        self._media = MediaServer(settings.media_address, self._feed, pacer, tasks)
        self._socket: UdpSocket | None = None
        self._stack: Stack | None = None

    @classmethod
    async def start(cls, settings: SipServerSettings, pacer: Pacer | None = None) -> SipServer:
        """Listen on `settings.address` (port 0: a free one). Raises `PortTaken` or `AddressUnusable`."""
        tasks = Tasks("SIP Server")
        server = cls(settings, pacer or Pacer(tasks), tasks)
        try:
            await server._open()
        except BaseException:
            await server.close()
            raise
        return server

    async def _open(self) -> None:
        host, port = self._settings.address
        self._socket = await open_udp(host, port, self._received)
        settings = replace(self._settings, address=self._socket.address)
        self._stack = Stack(
            settings,
            GenesysIdentifiers(self._socket.address[0], lambda: str(uuid.uuid4()).upper()),
            run=secrets.token_bytes(RUN_OCTETS),
            secret=secrets.token_bytes(32),
            wall_clock=time.time() - self._loop.time(),
        )

    @property
    def stack(self) -> Stack:
        assert self._stack is not None
        return self._stack

    @property
    def address(self) -> HostPort:
        """Where it listens."""
        assert self._socket is not None
        return self._socket.address

    @property
    def media_sessions(self) -> int:
        """How many sessions its media server has."""
        return self._media.sessions

    async def close(self) -> None:
        """Stop at once; calls are not ended on the wire."""
        self._wake.close()
        self._media.close()
        if self._socket is not None:
            self._socket.close()
        await self._tasks.close()

    # --- Telephony ---

    def request(self, request: TelephonyRequest) -> None:
        self._feed(request)

    def subscribe(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def calls(self, dn: str) -> list[CallView]:
        return self.stack.machine.switch.views(dn)

    def dn(self, dn: str) -> DnView | None:
        return self.stack.machine.switch.dn_view(dn)

    def annex(self, dn: str) -> dict[str, str]:
        return self.stack.machine.switch.annex(dn)

    # --- the lab's own ---

    def expect_call(self, call_id: str, user_data: UserData) -> None:
        """Attach this data to the call that will come with this Call-ID, as a routing strategy would."""
        self._feed(CallExpected(call_id, user_data))

    # --- inside ---

    def _received(self, data: bytes, source: HostPort) -> None:
        self._feed(Received(Flow("UDP", LISTENER, source), data))

    def _feed(self, input: StackInput | MediaReply) -> None:
        """Handle inputs one after the other, also those that a listener makes while it is told of an event."""
        self._inputs.append(input)
        if self._working:
            return
        self._working = True
        try:
            while self._inputs:
                for output in self.stack.handle(self._inputs.popleft(), self._loop.time()):
                    self._carry_out(output)
        finally:
            self._working = False
            self._wake.set(self.stack.deadline)

    def _carry_out(self, output: StackOutput) -> None:
        match output:
            case Transmit(flow, data):
                if self._socket is not None:
                    self._socket.send(data, flow.remote)
            case OpenMedia() | PointMedia() | CloseMedia():
                self._media.request(output)
            case Malformed(_, why):
                log.warning("message could not be used", why=why)
            case Broken(call_uuid, error):
                log.error("call ended by an error", call=call_uuid, exc_info=error)
            case _:
                self._tell(output)

    def _tell(self, event: TelephonyEvent) -> None:
        _note(event)
        for listener in self._listeners:
            try:
                listener(event)
            except Exception:
                log.exception("a listener failed")


def _note(event: TelephonyEvent) -> None:
    if isinstance(event, CallEvent):
        log.info(event.name, dn=event.call.dn, call=event.call.call_uuid)
    elif isinstance(event, DnEvent):
        log.info("DN changed", dn=event.dn.dn, in_service=event.dn.in_service, state=str(event.dn.state))
    else:
        log.warning("request failed", dn=event.dn, code=int(event.code), why=event.message)
