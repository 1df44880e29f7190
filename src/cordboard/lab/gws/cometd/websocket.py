"""CometD over WebSocket, which real GWS does not have: off unless a setting switches it on.

A frame carries what a request body carries; a held `/meta/connect` does not keep later frames waiting. A page of
another origin is refused before anything is read, since browsers send cookies with a WebSocket to anybody.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import WSMsgType, web

from cordboard import observe
from cordboard.bayeux.message import MAXIMUM_BYTES, Message, RemoteProtocolError, parse
from cordboard.lab.gws.answer import GwsError, refused
from cordboard.lab.gws.cometd.notifications import Notifications
from cordboard.lab.gws.protection import Origins
from cordboard.lab.gws.settings import GwsSettings
from cordboard.lab.gws.sign_in import COOKIE, Gate, Session
from cordboard.net.tasks import Tasks

log = observe.get_log("gws")

PING = 25.0  # seconds
POLICY_VIOLATION = 1008
UNSUPPORTED_DATA = 1003


class WebSockets:
    """Serves WebSockets of signed-in agents."""

    def __init__(self, notifications: Notifications, gate: Gate, settings: GwsSettings) -> None:
        self._notifications = notifications
        self._gate = gate
        self._on = settings.cometd.websocket
        self._origins = Origins(settings.protection.allowed_origins)

    def wants(self, request: web.Request) -> bool:
        return self._on and request.headers.get("Upgrade", "").lower() == "websocket"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        if not self._is_allowed(request):
            return web.Response(status=403, text="this origin is not allowed\n")
        try:
            session, is_new = self._gate.session_of(request)
        except GwsError as error:
            return refused(request, error)
        response = web.WebSocketResponse(heartbeat=PING, max_msg_size=MAXIMUM_BYTES)
        if is_new:
            response.set_cookie(COOKIE, session.id, path="/", httponly=True, samesite="Lax")
        await response.prepare(request)
        tasks = Tasks("CometD WebSocket")
        try:
            await self._read(response, session, tasks)
        finally:
            await tasks.close()
        return response

    def _is_allowed(self, request: web.Request) -> bool:
        """No browser, the page's own origin, or one that a setting names."""
        origin = request.headers.get("Origin", "")
        return not origin or urlsplit(origin).netloc == request.host or self._origins.allow(origin)

    async def _read(self, response: web.WebSocketResponse, session: Session, tasks: Tasks) -> None:
        async for frame in response:
            if frame.type is not WSMsgType.TEXT or not self._gate.is_alive(session):
                await response.close(code=POLICY_VIOLATION)
                return
            try:
                messages = parse(frame.data.encode())
            except (RemoteProtocolError, UnicodeEncodeError) as error:
                log.info("frame refused", user=session.account.user_name, why=str(error))
                await response.close(code=UNSUPPORTED_DATA)
                return
            tasks.start(self._answer(response, session, messages), "frame")

    async def _answer(self, response: web.WebSocketResponse, session: Session, messages: list[Message]) -> None:
        replies = await self._notifications.answer(messages, session, "", lambda: response.closed, is_websocket=True)
        if replies and not response.closed:
            await response.send_json(replies)
