"""One SIP core towards SIP Server, primary and backup, over whatever way each is reached.

`current` is the server for registrations and new calls; whoever watches over them says `use`. What is in progress stays
with the server it began with: requests in a dialog follow its route and contact. Messages of both servers are taken.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace

from cordboard.config import Address, Settings
from cordboard.gateway.trunk.credentials import ServerCredentials
from cordboard.gateway.trunk.servers import LISTENER, Server, ServerSearch
from cordboard.gateway.trunk.transports import Transports
from cordboard.net.driver import CoreDriver
from cordboard.net.identifiers import RandomIdentifiers
from cordboard.net.resolver import Resolver
from cordboard.net.stream import Peers
from cordboard.net.tasks import Tasks
from cordboard.observe.log import Occasionally, get_log
from cordboard.observe.metrics import Metrics
from cordboard.observe.trace import GATEWAY, SIP_SERVER, NoTraces, Traces
from cordboard.sip import events as sip
from cordboard.sip.core import SessionTimer, UserAgentCore
from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.location import USUAL_PORT, RecordType, is_literal
from cordboard.sip.message import Response
from cordboard.sip.uri import Uri
from cordboard.sip.via import top_via

log = get_log("gateway")
REMEMBERED_REQUESTS = 5000
UNREACHED = (408, 503)


class TrunkSide:
    """Opened by `open`. `servers` begin with the primary."""

    def __init__(
        self,
        settings: Settings,
        on_output: Callable[[sip.Output], None],
        metrics: Metrics,
        traces: Traces | None = None,
    ) -> None:
        """Raises `CertificateUnusable`."""
        self.servers = servers_of(settings)
        self.current = self.servers[0]
        self._settings = settings
        self._on_output = on_output
        self._metrics = metrics
        self._traces: Traces = traces or NoTraces()
        self._loop = asyncio.get_running_loop()
        self._occasionally = Occasionally(log)
        self._tasks = Tasks("trunk")
        self._flows: OrderedDict[str, sip.Flow] = OrderedDict()  # of requests that wait for an answer, by their key
        gateway, sip_server = settings.gateway, settings.sip_server
        self._tls = bool(gateway.sip_tls) or sip_server.transport in ("tls", "dns")
        peers = Peers(self._allowed, self._tls_name, self._kept)
        self.transports = Transports(sip_server, self, peers, tls=self._tls)
        self.core = UserAgentCore(
            RandomIdentifiers(),
            via_host=lambda flow: self.advertised(flow.transport),
            next_hop=self._next_hop,
            session_timer=SessionTimer(gateway.session_expires, gateway.min_se) if gateway.session_expires else None,
            credentials=ServerCredentials(settings, lambda: self.servers),
            reliable_way=self._reliable_way,
        )
        self._driver = CoreDriver(self.core, self._transmit, self._output)

    @property
    def server(self) -> sip.Flow:
        """The way to the server in use."""
        return self.current.flow

    @property
    def domain(self) -> str:
        return self.current.domain

    @property
    def address(self) -> tuple[str, int]:
        """Where UDP and TCP are listened to."""
        return self.transports.address

    def use(self, server: Server) -> None:
        """Registrations and new calls go to this one from now on."""
        if server is not self.current:
            log.warning("SIP Server changed", server=server.name, address=server.domain)
        self.current = server

    def contact(self, dn: str) -> str:
        """The Contact of a DN: what SIP Server sends INVITE and NOTIFY to, verbatim."""
        transport = self.server.transport
        parameter = "" if transport == "UDP" else f";transport={transport.lower()}"
        return f"<sip:{dn}@{self.advertised(transport)}{parameter}>"

    def advertised(self, transport: str) -> str:
        """Our host:port as SIP Server reaches it."""
        advertise = self._settings.gateway.advertise
        if transport == "TLS":
            return str(Address(advertise.host, self.transports.tls_address[1] or USUAL_PORT["TLS"]))
        return str(advertise if advertise.port else Address(advertise.host, self.address[1]))

    async def open(self) -> None:
        """Raises `NameUnknown`, `PortTaken`, `AddressUnusable` or `CertificateUnusable`."""
        gateway = self._settings.gateway
        resolver = Resolver((each.host, each.port) for each in self._settings.sip_server.dns_servers)
        family = RecordType.AAAA if ":" in gateway.sip.host else RecordType.A
        await ServerSearch(self.servers, resolver, (family,), self._tasks).start()
        await self.transports.open(gateway.sip, gateway.sip_tls)

    def feed(self, input: sip.Input) -> None:
        self._note(input)
        self._driver.feed(input)

    async def close(self) -> None:
        self._driver.close()
        await self._tasks.close()
        await self.transports.close()

    # --- from the transports

    def message(self, flow: sip.Flow, data: bytes) -> None:
        self._traces.message(SIP_SERVER, GATEWAY, data, flow)
        self.feed(sip.Received(flow, data))

    def closed(self, flow: sip.Flow) -> None:
        """A connection ended or cannot be opened: what waits for an answer on it gets 503 (RFC 3261 section 18.4)."""
        self.feed(sip.FlowClosed(flow))

    def _allowed(self, address: str) -> bool:
        return any(server.has(address) for server in self.servers)

    def _tls_name(self, address: str) -> str:
        """The name that the certificate of this address must show: what was configured, never what the DNS said."""
        server = self._server_at(address)
        return self._settings.sip_server.tls_name or (server.host if server else address)

    def _kept(self, flow: sip.Flow) -> bool:
        return any(flow == server.flow for server in self.servers)

    def _server_at(self, address: str) -> Server | None:
        return next((server for server in self.servers if server.has(address)), None)

    # --- from the core

    def _transmit(self, flow: sip.Flow, data: bytes) -> None:
        """An answer whose connection is gone goes over one of ours (RFC 3261 section 18.2.2)."""
        self._traces.message(GATEWAY, SIP_SERVER, data, flow)
        if self.transports.send(flow, data):
            return
        server = self._server_at(flow.remote[0])
        if flow.connection and server is not None and server.flow.transport == flow.transport:
            self.transports.send(server.flow, data)
        else:
            self._loop.call_soon(self.closed, flow)

    def _output(self, output: sip.Output) -> None:
        match output:
            case sip.Malformed():
                self._metrics.malformed.labels("trunk").inc()
                self._occasionally.warning("malformed", "message of SIP Server could not be used", why=output.why)
                return
            case sip.OutOfDialogReplied(key, status, response):
                self._answered(key, status, response)
            case sip.Rejected(session, status, response):
                self._answered(session, status, response)
            case sip.Accepted(session, response, True):
                self._answered(session, response.status, response)
        self._on_output(output)

    # --- ways

    def _next_hop(self, flow: sip.Flow, uri: str) -> sip.Flow:
        """Where a request in a dialog goes: the URI's address and transport. Without a transport that of the dialog,
        although RFC 3263 section 4.1 says UDP: a SIP Server that came by TCP listens for TCP."""
        try:
            target = Uri.parse(uri)
        except RemoteProtocolError:
            return self._way_on(flow)
        asked = "TLS" if target.scheme == "sips" else (target.parameters.get("transport") or "").upper()
        transport = asked if asked and self.transports.has(asked) else flow.transport
        host = target.host.strip("[]")
        if not is_literal(host):
            return self._way_on(flow)
        return sip.Flow(transport, LISTENER, (host, target.port or USUAL_PORT[transport]))

    def _way_on(self, flow: sip.Flow) -> sip.Flow:
        """The flow itself, or where its server is for a connection that the server opened."""
        server = self._server_at(flow.remote[0]) if flow.connection else None
        return server.flow if server is not None else flow

    def _reliable_way(self, flow: sip.Flow) -> sip.Flow | None:
        return replace(flow, transport="TCP") if self._settings.sip_server.large_messages_to_tcp else None

    # --- what became of requests outside dialogs

    def _note(self, input: sip.Input) -> None:
        match input:
            case sip.SendRequest(key=key, flow=flow) | sip.Invite(session=key, flow=flow):
                self._flows[key] = flow
                while len(self._flows) > REMEMBERED_REQUESTS:
                    self._flows.popitem(last=False)

    def _answered(self, key: str, status: int, response: Response | None) -> None:
        flow = self._flows.pop(key, None)
        if response is not None:
            self._compare(response)
        elif flow is not None and status in UNREACHED:
            for server in self.servers:
                server.failed(flow)

    def _compare(self, response: Response) -> None:
        """Warn where SIP Server sees us at another address than it is told to send calls to."""
        advertised = self._settings.gateway.advertise.host
        try:
            seen = top_via(response.headers).parameters.get("received")
        except RemoteProtocolError:
            return
        if seen and is_literal(advertised) and seen.strip("[]") != advertised:
            what = "SIP Server sees another address than [gateway] advertise"
            self._occasionally.warning("advertise", what, seen=seen, advertise=advertised)


def servers_of(settings: Settings) -> tuple[Server, ...]:
    """The primary, and the backup where there is one."""
    wanted = settings.sip_server
    transport = "" if wanted.transport == "dns" else wanted.transport.upper()
    servers = [Server("primary", wanted.address, transport)]
    if wanted.backup:
        servers.append(Server("backup", wanted.backup, transport))
    return tuple(servers)
