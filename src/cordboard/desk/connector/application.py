"""The connector's place in the desk: `/connector/<Name>` is its first version, `/connector/v2/<name>` its second."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from cordboard.config import Settings
from cordboard.desk.connector import v1, v2
from cordboard.desk.connector.access import Access
from cordboard.desk.connector.binding import Sessions
from cordboard.desk.connector.bodies import body_of
from cordboard.desk.connector.endpoints import Endpoints
from cordboard.desk.connector.overhearing import Overhearing
from cordboard.desk.connector.phone import Phone
from cordboard.desk.errors import Refusal, refusal
from cordboard.desk.gws import Gws, GwsUnreachable
from cordboard.desk.session_watch import SessionWatch
from cordboard.observe import Occasionally, get_log
from cordboard.observe.trace import Traces
from cordboard.seat.desk_port import SeatWords

_occasionally = Occasionally(get_log("connector"))
_V1_METHODS = frozenset({"GET", "POST"})


class Connector:
    """Answers for the phones of all agents. `clock` gives seconds of the Unix epoch; `traces` are those of calls."""

    def __init__(
        self,
        settings: Settings,
        gws: Gws,
        watch: SessionWatch,
        seats: SeatWords,
        clock: Callable[[], float],
        traces: Traces | None = None,
    ) -> None:
        self._settings = settings
        self._seats = seats
        self._access = Access(settings)
        self._endpoints = Endpoints(seats, self._silent)
        self._overhearing = Overhearing(traces)
        self.sessions = Sessions(settings, gws, watch, clock)

    def add_to(self, application: web.Application) -> None:
        """Add the routes; the desk's other rules for Host and Origin do not hold here."""
        application.router.add_route("*", self._settings.connector.path + "/{path:.*}", self.answer)

    def close(self) -> None:
        self._endpoints.close()

    async def answer(self, request: web.Request) -> web.Response:
        """Every call of both versions."""
        try:
            response = await self._answer(request)
        except Refusal as error:
            _occasionally.info(error.code, "connector: request refused", code=error.code)
            response = refusal(error.status, error.code, error.why)
        except GwsUnreachable as error:
            _occasionally.warning("gws", "connector: GWS does not answer", why=str(error))
            response = refusal(error.status, "gws-unreachable", str(error))
        response.headers.update(self._access.headers(request))
        return response

    async def _answer(self, request: web.Request) -> web.Response:
        if request.method == "OPTIONS":
            self._access.check(request, moves=False)
            return web.Response(status=204)
        operation = _operation(request)
        self._access.check(request, moves=operation.moves)
        agent = await self.sessions.agent(request)
        body = await body_of(request) or dict(request.query)
        phone = Phone(agent.dn, self._settings, self._seats, self._endpoints)
        what = f"{request.method} {self._settings.connector.path}/{request.match_info['path'].strip('/')}"
        if operation.moves:
            self._overhearing.asked(agent.dn, what, body)
        try:
            answer = await operation.perform(phone, body)
        except Refusal as error:
            self._overhearing.answered(agent.dn, what, error.status, {"code": error.code})
            raise
        self._overhearing.answered(agent.dn, what, 200, answer)
        return web.json_response(answer)

    def _silent(self, dn: str) -> None:
        if self._settings.connector.when_pings_stop == "unregister":
            self._seats.say(dn, {"do": "unregister"})


def _operation(request: web.Request) -> v1.Operation:
    path = request.match_info["path"].strip("/")
    version, _, name = path.rpartition("/")
    if version == "v2":
        found = v2.OPERATIONS.get((request.method, name))
        known = any(name == each for _, each in v2.OPERATIONS)
    else:
        known = not version and path.lower() in v1.OPERATIONS
        found = v1.OPERATIONS.get(path.lower()) if known and request.method in _V1_METHODS else None
    if found is None and known:
        raise Refusal(405, "wrong-method", f"{name} is not called by {request.method}")
    if found is None:
        raise Refusal(404, "unknown-call", "the connector has no such call")
    return found
