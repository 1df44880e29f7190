"""A SIP server behind a WebSocket that answers as it is told: for clients that are to be refused.

async with answering_server() as server:
    server.register = 403
    ... server.url ...
    server.drop()
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import WSMsgType, web

from cordboard.net.driver import CoreDriver
from cordboard.net.identifiers import RandomIdentifiers
from cordboard.sip import events as sip
from cordboard.sip.core import UserAgentCore
from cordboard.sip.message import Request

HOST = "127.0.0.1"
CHALLENGE = 'Digest realm="site", nonce="n", algorithm=MD5, qop="auth"'


class AnsweringServer:
    """`register` and `invite` are statuses, 0: no answer; `requests` has all that came and were no re-sending."""

    def __init__(self) -> None:
        self.register = 200
        self.invite = 486
        self.sdp = ""  # of the 200 to an INVITE
        self.requests: list[Request] = []
        self.outputs: list[sip.Output] = []
        self.url = ""
        self.session = ""  # of the last INVITE
        self._flow = sip.Flow("WS", "test", (HOST, 0))
        self._connections = 0
        self._socket: web.WebSocketResponse | None = None
        self._wire: asyncio.Transport | None = None
        self._driver = CoreDriver(
            UserAgentCore(RandomIdentifiers(), via_host=lambda flow: HOST), self._transmit, self._took
        )

    def feed(self, input: sip.Input) -> None:
        self._driver.feed(input)

    @property
    def flow(self) -> sip.Flow:
        """The client's latest connection."""
        return self._flow

    def drop(self) -> None:
        """End the connection as a process does that is killed."""
        assert self._wire is not None
        self._wire.abort()

    def close(self) -> None:
        self._driver.close()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self._socket = socket = web.WebSocketResponse(protocols=("sip",))
        await socket.prepare(request)
        self._wire = request.transport
        self._connections += 1
        self._flow = flow = sip.Flow("WS", "test", (HOST, 0), f"test-{self._connections}")
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                self.feed(sip.Received(flow, message.data.encode()))
        self.feed(sip.FlowClosed(flow))
        return socket

    def _transmit(self, flow: sip.Flow, data: bytes) -> None:
        if self._socket is not None and not self._socket.closed:
            asyncio.get_running_loop().create_task(self._socket.send_str(data.decode()))

    def _took(self, output: sip.Output) -> None:
        self.outputs.append(output)
        match output:
            case sip.OutOfDialogRequested():
                self.requests.append(output.request)
                self._answer(output)
            case sip.Invited():
                self.requests.append(output.request)
                self.session = output.session
                if self.invite == 200:
                    self.feed(sip.Accept(output.session, f"<sip:{HOST}>", self.sdp))
                elif self.invite:
                    self.feed(sip.Reject(output.session, self.invite))
            case sip.Requested():
                self.feed(sip.Respond(output.transaction, 200))

    def _answer(self, output: sip.OutOfDialogRequested) -> None:
        status = self.register if output.request.method == "REGISTER" else 200
        headers: tuple[sip.Header, ...] = ()
        if status == 200:
            contact = output.request.headers.get("Contact") or ""
            headers = (("Contact", f"{contact};expires=600"),) if contact else ()
        elif status == 401:
            headers = (("WWW-Authenticate", CHALLENGE),)
        if status:
            self.feed(sip.Respond(output.transaction, status, headers=headers))


@asynccontextmanager
async def answering_server(tls: ssl.SSLContext | None = None) -> AsyncIterator[AnsweringServer]:
    """`tls` makes it WSS."""
    server = AnsweringServer()
    application = web.Application()
    application.router.add_get("/ws", server.handle)
    runner = web.AppRunner(application, handler_cancellation=True, shutdown_timeout=0.2, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, HOST, 0, ssl_context=tls)
    await site.start()
    port = runner.addresses[0][1]
    server.url = f"{'wss' if tls else 'ws'}://{HOST}:{port}/ws"
    try:
        yield server
    finally:
        server.close()
        await runner.cleanup()
        await asyncio.sleep(0.01)  # TLS says goodbye
