"""The SIP Server look-alike, running: the stack on its sockets, with a media server, as GWS's `Telephony`.

It listens for datagrams and connections at one port and calls a DN by the transport by which it registered.
"""

from __future__ import annotations

import asyncio
import secrets
import ssl
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from cordboard import observe
from cordboard.lab.media_server import MediaServer
from cordboard.lab.media_server_port import MediaReply, MediaRequest
from cordboard.lab.pacer import Pacer
from cordboard.lab.sip_server.calls.leg import Broken, Noted
from cordboard.lab.sip_server.faults import Misbehaviour
from cordboard.lab.sip_server.faults.outage import forgotten, refused
from cordboard.lab.sip_server.identifiers import GenesysIdentifiers
from cordboard.lab.sip_server.machine import CallExpected, DnsOutOfService
from cordboard.lab.sip_server.settings import HostPort, SipServerSettings
from cordboard.lab.sip_server.stack import Stack, StackInput, StackOutput
from cordboard.lab.sip_server.switch import LISTENER, Switch
from cordboard.lab.telephony import (
    CallEvent,
    CallView,
    DnEvent,
    DnView,
    TelephonyEvent,
    TelephonyRequest,
    UserData,
)
from cordboard.lab.wake import Later, Wake
from cordboard.net.errors import PortTaken
from cordboard.net.stream import SipStreams
from cordboard.net.tasks import Tasks
from cordboard.net.tls import Identity, connecting, listening
from cordboard.net.udp import UdpSocket, open_udp
from cordboard.sip.events import Flow, FlowClosed, Malformed, Received, Tick, Transmit

log = observe.get_log("lab.sip_server")

RUN_OCTETS = 16
ATTEMPTS = 20

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
        self._pacer = pacer
        self._later = Later()
        self.misbehaviour = Misbehaviour(settings.faults, settings.trunk)
        self.crashed = False
        self._begin()

    def _begin(self) -> None:
        """Know nothing and have nothing."""
        self._wake = Wake(lambda: self._feed(Tick()))
        self._media = MediaServer(self._settings.media_address, self._feed, self._pacer, self._tasks)
        self._socket: UdpSocket | None = None
        self._streams = SipStreams(LISTENER, self, connecting=_connecting(self._settings))
        self._stack: Stack | None = None

    @classmethod
    async def start(cls, settings: SipServerSettings, pacer: Pacer | None = None) -> SipServer:
        """Listen at `settings.address` (port 0: a free one).

        Raises `PortTaken`, `AddressUnusable` or `CertificateUnusable`.
        """
        tasks = Tasks("SIP Server")
        server = cls(settings, pacer or Pacer(tasks), tasks)
        try:
            await server._open()
        except BaseException:
            await server.close()
            raise
        return server

    async def _open(self) -> None:
        self._socket = await self._open_pair(*self._settings.address)
        self._settings = replace(self._settings, address=self._socket.address)
        self._stack = Stack(
            self._settings,
            GenesysIdentifiers(self._socket.address[0], lambda: str(uuid.uuid4()).upper()),
            run=secrets.token_bytes(RUN_OCTETS),
            secret=secrets.token_bytes(32),
            wall_clock=time.time() - self._loop.time(),
        )

    async def _open_pair(self, host: str, port: int) -> UdpSocket:
        """A port that is free for datagrams and for connections."""
        identity = Identity(self._settings.certificate, self._settings.key)
        context = listening(identity) if identity.certificate else None
        for _ in range(ATTEMPTS):
            opened = await open_udp(host, port, self._received)
            try:
                self._streams.listen(host, opened.address[1], context)
                return opened
            except PortTaken:
                opened.close()
                if port:
                    raise
        raise PortTaken("tcp", (host, port))

    @property
    def connections(self) -> int:
        """How many TCP or TLS connections it has."""
        return len(self._streams.flows)

    @property
    def stack(self) -> Stack:
        assert self._stack is not None
        return self._stack

    @property
    def switch(self) -> Switch:
        """DNs, agents, calls and queues as they are now; another one after a crash."""
        return self.stack.machine.switch

    @property
    def address(self) -> HostPort:
        """Where it listens."""
        return self._settings.address

    @property
    def media_sessions(self) -> int:
        """How many sessions its media server has."""
        return self._media.sessions

    async def close(self) -> None:
        """Stop at once; calls are not ended on the wire."""
        await self._fall()
        await self._tasks.close()

    async def _fall(self) -> None:
        self._later.close()
        self._wake.close()
        self._media.close()
        if self._socket is not None:
            self._socket.close()
        await self._streams.close()

    async def crash(self) -> None:
        """Be gone from one moment to the next, with all bindings and calls; only CTI notices its link."""
        if self.crashed:
            return
        self.crashed = True
        log.warning("SIP Server crashes")
        await self._fall()
        for event in forgotten(self.switch):
            self._tell(event)

    async def come_back(self) -> None:
        """Listen again at the same address, and know nothing. Raises what `start` raises; then it is still gone."""
        if not self.crashed:
            return
        self._begin()
        await self._open()
        self.crashed = False
        log.info("SIP Server is back")

    # --- Telephony ---

    @property
    def available(self) -> bool:
        return not self.crashed

    def request(self, request: TelephonyRequest) -> None:
        if self.crashed:
            return self._tell(refused(request))
        self._feed(request)

    def subscribe(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def calls(self, dn: str) -> list[CallView]:
        return self.switch.views(dn)

    def dn(self, dn: str) -> DnView | None:
        return self.switch.dn_view(dn)

    def annex(self, dn: str) -> dict[str, str]:
        return self.switch.annex(dn)

    # --- the lab's own ---

    def expect_call(self, call_id: str, user_data: UserData) -> None:
        """Attach this data to the call that will come with this Call-ID, as a routing strategy would."""
        self._feed(CallExpected(call_id, user_data))

    def take_out_of_service(self, dns: Iterable[str]) -> None:
        """These DNs, and no others, are out of service though their phones are registered."""
        self._feed(DnsOutOfService(frozenset(dns)))

    def recording(self, call_uuid: str) -> bytes:
        """What was recorded of this call: linear audio, 8000 samples a second; empty for nothing."""
        return self._media.recording(call_uuid)

    # --- inside ---

    def _received(self, data: bytes, source: HostPort) -> None:
        self.message(Flow("UDP", LISTENER, source), data)

    def message(self, flow: Flow, data: bytes) -> None:
        if self.misbehaviour.ignores(flow):
            return
        for after in self.misbehaviour.arrivals(flow):
            self._later.do(after, partial(self._arrived, flow, data))

    def _arrived(self, flow: Flow, data: bytes) -> None:
        refusal = self.misbehaviour.refusal(flow, data)
        if refusal is not None:
            return self._transmit(refusal.flow, refusal.data)
        self._feed(Received(flow, data))

    def closed(self, flow: Flow) -> None:
        self._feed(FlowClosed(flow))

    def _transmit(self, flow: Flow, data: bytes) -> None:
        for after in self.misbehaviour.arrivals(flow):
            self._later.do(after, partial(self._send, flow, data))

    def _send(self, flow: Flow, data: bytes) -> None:
        if flow.transport == "UDP":
            if self._socket is not None:
                self._socket.send(data, flow.remote)
        elif not self._streams.send(flow, data):
            self._loop.call_soon(self.closed, flow)

    def _feed(self, input: StackInput | MediaReply) -> None:
        """Handle inputs one after the other, also those that a listener makes while it is told of an event."""
        if self.crashed:
            return
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
        if isinstance(output, MediaRequest):
            return self._media.request(output)
        match output:
            case Transmit(flow, data):
                self._transmit(flow, data)
            case Malformed(_, why):
                log.warning("message could not be used", why=why)
            case Broken(call_uuid, error):
                log.error("call ended by an error", call=call_uuid, exc_info=error)
            case Noted(call_uuid, what):
                log.info("call goes another way", call=call_uuid, what=what)
            case _:
                self._tell(output)

    def _tell(self, event: TelephonyEvent) -> None:
        _note(event)
        for listener in self._listeners:
            try:
                listener(event)
            except Exception:
                log.exception("a listener failed")


def _connecting(settings: SipServerSettings) -> ssl.SSLContext | None:
    """For calls to phones that registered by TLS; with no certificate there are none, and connections are TCP."""
    if not settings.certificate:
        return None
    return connecting(settings.ca_file, Identity(settings.certificate, settings.key))


def _note(event: TelephonyEvent) -> None:
    if isinstance(event, CallEvent):
        log.info(event.name, dn=event.call.dn, call=event.call.call_uuid)
    elif isinstance(event, DnEvent):
        log.info("DN changed", dn=event.dn.dn, in_service=event.dn.in_service, state=str(event.dn.state))
    else:
        log.warning("request failed", dn=event.dn, code=int(event.code), why=event.message)
