"""The gateway's side towards pages: SIP over WebSocket, one SIP core, the registrar, and who may speak for which DN.

A page proves itself once, in REGISTER (token or digest). From then on its connection stands for the DN: an INVITE on a
connection that has not registered gets 403, and which DN calls is taken from the registration, never from a From
header.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web

from cordboard.call.events import WORDS_TYPE
from cordboard.config.settings import GatewaySettings
from cordboard.gateway.authentication import Challenged, Granted, PageAuthentication, Refused
from cordboard.net.driver import CoreDriver
from cordboard.net.http import HttpServer, serve_http
from cordboard.net.identifiers import RandomIdentifiers
from cordboard.net.tls import Identity
from cordboard.net.websocket import SipWebSockets
from cordboard.observe.log import Occasionally, get_log
from cordboard.observe.metrics import Metrics
from cordboard.observe.trace import GATEWAY, PAGE, NoTraces, Traces
from cordboard.seat.seat import Page
from cordboard.sip import events as sip
from cordboard.sip.address import NameAddress
from cordboard.sip.core import UserAgentCore
from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.fields import media_type
from cordboard.sip.message import Request
from cordboard.sip.registrar import Answer, Bound, Register, Registrar, Unbound, UnboundCause

log = get_log("gateway")
LISTENER = "page"
PATH = "/ws"
PING = "ping "
ANSWER = "X-Cordboard-Microphone"  # in a page's response to a ping: it is alive, and has a microphone or not
LONGEST_WORDS = 2000


class PageOwner(Protocol):
    """Who wants to know what pages do."""

    def page_registered(self, dn: str, page: Page) -> None: ...

    def page_removed(self, dn: str, flow: sip.Flow, for_good: bool) -> None: ...

    def from_page(self, dn: str, output: sip.Invited) -> None: ...

    def in_session(self, session: str, output: sip.Output) -> None: ...

    def page_said(self, dn: str, flow: sip.Flow, words: dict[str, object]) -> None: ...

    def page_responded(self, flow: sip.Flow, microphone: str | None) -> None: ...


@dataclass(slots=True)
class Admitted:
    """A connection that proved itself, by the token of this id; not `registered` it can still be told things."""

    dn: str
    page: Page
    token: str
    registered: bool = True


class PageSide:
    """The pages' listener. `domain` is the host:port in URIs towards pages."""

    def __init__(
        self,
        settings: GatewaySettings,
        authentication: PageAuthentication,
        owner: PageOwner,
        metrics: Metrics,
        traces: Traces | None = None,
    ) -> None:
        self.domain = str(settings.websocket)
        self._settings = settings
        self._authentication = authentication
        self._owner = owner
        self._metrics = metrics
        self._traces: Traces = traces or NoTraces()
        self._occasionally = Occasionally(log)
        self._registrar = Registrar()
        self._admitted: dict[sip.Flow, Admitted] = {}
        self._flows: dict[str, sip.Flow] = {}  # of pings on their way
        transport = "WSS" if settings.websocket_certificate else "WS"
        self._sockets = SipWebSockets(LISTENER, self, self._origin_allowed, transport)
        self._server: HttpServer | None = None
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self.core = UserAgentCore(RandomIdentifiers(), via_host=lambda flow: self.domain, yields=True)
        self._driver = CoreDriver(self.core, self._transmit, self._output)

    @property
    def address(self) -> tuple[str, int]:
        return self._server.address if self._server else ("", 0)

    def contact(self, dn: str) -> str:
        return f"<sip:{dn}@{self.domain};transport=ws>"

    async def open(self) -> None:
        """Raises `PortTaken`, `AddressUnusable` or `CertificateUnusable`."""
        application = web.Application()
        application.router.add_get(PATH, self._sockets.handle)
        host, port = self._settings.websocket.host, self._settings.websocket.port
        identity = Identity(self._settings.websocket_certificate, self._settings.websocket_key)
        tls = identity if identity.certificate else None
        self._server = await serve_http(application, host, port, identity=tls)

    def feed(self, input: sip.Input) -> None:
        self._driver.feed(input)

    def ping(self, page: Page, dn: str, id: str) -> None:
        """Ask for a sign of life; `page_said` and `page_responded` of the owner tell what comes."""
        self._flows[f"{PING}{id}"] = page.flow
        self._say(f"{PING}{id}", page, dn, {"do": "ping", "id": id})

    def tell(self, page: Page, dn: str, words: Mapping[str, object]) -> None:
        """Say something to a page outside a call (architecture section 4.10)."""
        self._say(f"words to {page.identity}", page, dn, words)

    def resting(self, dn: str) -> Page | None:
        """A page of the DN that has un-registered and is still connected, the latest."""
        rests = (each.page for each in reversed(self._admitted.values()) if each.dn == dn and not each.registered)
        return next(rests, None)

    def revoke(self, token: str) -> None:
        """Refuse the tokens of this id from now on; a page that came by one is told, and its connection closed."""
        self._authentication.revoke(token, time.time())
        for flow, admitted in list(self._admitted.items()):
            if admitted.token and admitted.token == token:
                log.info("page let go: its agent has signed out", dn=admitted.dn, flow=flow.connection)
                self.tell(admitted.page, admitted.dn, {"do": "sign out"})
                self._registrar.handle(sip.FlowClosed(flow), self._loop.time())
                self._schedule()
                self._leave(flow, for_good=True)
                del self._admitted[flow]
                self._sockets.drop(flow)

    def _say(self, key: str, page: Page, dn: str, words: Mapping[str, object]) -> None:
        own = f"<sip:{dn}@{self.domain}>"
        body = json.dumps(dict(words), separators=(",", ":")).encode()
        self.feed(sip.SendRequest(key, page.flow, "MESSAGE", page.target, own, own, (), WORDS_TYPE, body))

    async def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        await self._sockets.close()
        if self._server is not None:
            await self._server.close()
        self._driver.close()

    def _origin_allowed(self, origin: str) -> bool:
        """Programs send no Origin; a browser always does."""
        return not origin or origin in self._settings.allowed_origins

    # --- from the WebSocket

    def message(self, flow: sip.Flow, data: bytes) -> None:
        self._traces.message(PAGE, GATEWAY, data, flow)
        self.feed(sip.Received(flow, data))

    def closed(self, flow: sip.Flow) -> None:
        self.feed(sip.FlowClosed(flow))
        self._registrar.handle(sip.FlowClosed(flow), self._loop.time())
        self._schedule()
        self._leave(flow)
        self._admitted.pop(flow, None)
        self._metrics.pages.set(len(self._sockets.flows))

    def _leave(self, flow: sip.Flow, *, for_good: bool = False) -> None:
        admitted = self._admitted.get(flow)
        if admitted is not None and admitted.registered:
            admitted.registered = False
            self._owner.page_removed(admitted.dn, flow, for_good)

    def _dn(self, flow: sip.Flow) -> str:
        """The DN that a connection stands for now, empty for none."""
        admitted = self._admitted.get(flow)
        return admitted.dn if admitted is not None and admitted.registered else ""

    def _transmit(self, flow: sip.Flow, data: bytes) -> None:
        self._traces.message(GATEWAY, PAGE, data, flow)
        self._sockets.send(flow, data)

    # --- from the core

    def _output(self, output: sip.Output) -> None:
        match output:
            case sip.Malformed():
                self._metrics.malformed.labels("page").inc()
                self._occasionally.warning(output.flow.connection, "message of a page unusable", why=output.why)
            case sip.OutOfDialogRequested():
                self._requested(output)
            case sip.Invited():
                self._invited(output)
            case sip.OutOfDialogReplied():
                self._replied(output)
            case sip.Transmit():
                pass
            case _:
                self._owner.in_session(output.session, output)

    def _invited(self, invited: sip.Invited) -> None:
        dn = self._dn(invited.flow)
        if not dn:
            self._occasionally.warning(invited.flow.connection, "INVITE of a page that has not registered")
            self.feed(sip.Reject(invited.session, 403))
            return
        self._owner.from_page(dn, invited)

    def _replied(self, output: sip.OutOfDialogReplied) -> None:
        flow = self._flows.pop(output.key, None)
        if flow is not None and output.response is not None:
            self._owner.page_responded(flow, output.response.headers.get(ANSWER))

    def _requested(self, output: sip.OutOfDialogRequested) -> None:
        """MESSAGE carries the page's answers to our words, OPTIONS asks whether we are there."""
        method = output.request.method
        if method == "REGISTER":
            self._register(output)
        elif not self._dn(output.flow):
            self.feed(sip.Respond(output.transaction, 403))
        else:
            self.feed(sip.Respond(output.transaction, 200 if method in ("MESSAGE", "OPTIONS") else 405))
            if method == "MESSAGE":
                self._owner.page_said(self._dn(output.flow), output.flow, words_of(output.request))

    def _register(self, output: sip.OutOfDialogRequested) -> None:
        dn = dn_of(output.request)
        verdict = self._authentication.judge(output.request, dn, time.time(), self._sockets.origin(output.flow))
        match verdict:
            case Granted():
                self._granted(output, dn, verdict.token)
            case Challenged():
                headers = tuple(("WWW-Authenticate", each) for each in verdict.challenges)
                self.feed(sip.Respond(output.transaction, 401, headers=headers))
            case Refused():
                self._occasionally.warning(f"{dn} {verdict.why}", "page refused", why=verdict.why)
                self.feed(sip.Respond(output.transaction, verdict.status))

    def _granted(self, output: sip.OutOfDialogRequested, dn: str, token: str) -> None:
        self._metrics.pages.set(len(self._sockets.flows))
        for each in self._registrar.handle(Register(output.request, output.flow), self._loop.time()):
            if isinstance(each, Answer):
                self.feed(sip.Respond(output.transaction, each.status, headers=each.headers))
            else:
                self._bound(dn, each, token)
        self._schedule()

    def _bound(self, dn: str, change: Bound | Unbound, token: str) -> None:
        flow = change.binding.flow
        if isinstance(change, Bound):
            page = Page(flow, str(change.binding.contact.uri), change.binding.call_id)
            self._admitted[flow] = Admitted(dn, page, token)
            self._sockets.vouch(flow)
            self._owner.page_registered(dn, page)
        elif change.cause is not UnboundCause.FLOW_CLOSED:
            self._leave(flow)

    def _schedule(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        deadline = self._registrar.deadline
        self._timer = None if deadline is None else self._loop.call_at(deadline, self._expire)

    def _expire(self) -> None:
        """A page that stopped refreshing is as good as gone, whatever its connection says."""
        for change in self._registrar.handle(sip.Tick(), self._loop.time()):
            if isinstance(change, Unbound):
                log.info("page let its registration expire", flow=change.binding.flow.connection)
                self._leave(change.binding.flow)
        self._schedule()


def words_of(request: Request) -> dict[str, object]:
    """What a MESSAGE in our words says, nothing if it is none."""
    if media_type(request.headers.get("Content-Type")) != WORDS_TYPE or len(request.body) > LONGEST_WORDS:
        return {}
    try:
        words = json.loads(request.body)
    except (ValueError, RecursionError):
        return {}
    return words if isinstance(words, dict) else {}


def dn_of(request: Request) -> str:
    """The user part of To, empty if it has none."""
    try:
        return NameAddress.parse(request.headers.get("To") or "").uri.user or ""
    except RemoteProtocolError:
        return ""
