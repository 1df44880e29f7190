"""The lab's HTTP API for a SIP Server that misbehaves, as routes for whoever serves HTTP.

    GET    /lab/faults   {"drop":0,"duplicate":0,"reorder":0,"delay":0,"refuse":{},"retryAfter":0,"silent":false,...}
    POST   /lab/faults   {"drop":0.1,"refuse":{"REGISTER":503},"retryAfter":30}   changes what it names, 200 with all
    POST   /lab/faults   {"crashed":true}   gone, with all bindings and calls; false: back, and empty
    POST   /lab/faults   {"gws":{"slow":2}}   what others of the lab have under a key of their own
    DELETE /lab/faults   behaves again -> 204

Whatever is wrong with a request is said in `error`: what it is and what would be right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Protocol

from aiohttp import web

from cordboard.lab.sip_server.faults import Faults
from cordboard.lab.sip_server.server import SipServer
from cordboard.net.errors import AddressUnusable, PortTaken
from cordboard.sip.grammar import is_token

LONGEST_DELAY = 60
LONGEST_RETRY = 86_400
HIGHEST_SEED = 2**32 - 1


class BadRequest(Exception):
    """What is wrong, for the answer."""


class OtherFaults(Protocol):
    """Faults of somebody else in the lab."""

    def view(self) -> Any: ...

    def check(self, value: object) -> Callable[[], None]:
        """What to call to make it so. Raises `ValueError` saying what is wrong with the value."""

    def end(self) -> None: ...


def changed(faults: Faults, body: Mapping[str, Any]) -> Faults:
    """The faults with what the body names; raises `BadRequest`."""
    fields: dict[str, Any] = {}
    for name, value in body.items():
        if name == "crashed":
            continue
        if name not in _FIELDS:
            raise BadRequest(f"unknown field {name!r}: the fields are {', '.join([*_FIELDS, 'crashed'])}")
        field, check = _FIELDS[name]
        fields[field] = check(name, value)
    return replace(faults, **fields)


def view(faults: Faults, crashed: bool) -> dict[str, Any]:
    """The faults as JSON."""
    values = {name: getattr(faults, field) for name, (field, _) in _FIELDS.items()}
    return {**values, "refuse": dict(faults.refuse), "crashed": crashed}


def routes(server: SipServer, others: Mapping[str, OtherFaults] | None = None) -> list[web.RouteDef]:
    """The routes, ready for `web.Application.add_routes`; `others` by their keys."""
    api = _Api(server, others or {})
    return [
        web.get("/lab/faults", api.show),
        web.post("/lab/faults", api.change),
        web.delete("/lab/faults", api.end),
    ]


class _Api:
    def __init__(self, server: SipServer, others: Mapping[str, OtherFaults]) -> None:
        self._server = server
        self._others = others

    async def show(self, request: web.Request) -> web.Response:
        others = {key: faults.view() for key, faults in self._others.items()}
        return web.json_response(view(self._server.misbehaviour.faults, self._server.crashed) | others)

    async def change(self, request: web.Request) -> web.Response:
        try:
            body = await _body(request)
            happen = [self._others[key].check(body.pop(key)) for key in list(body) if key in self._others]
            crashed = _truth("crashed", body.get("crashed", self._server.crashed))
            self._server.misbehaviour.change(changed(self._server.misbehaviour.faults, body))
        except (BadRequest, ValueError) as error:
            return web.json_response({"error": str(error)}, status=400)
        for each in happen:
            each()
        return await self._crash(request, crashed)

    async def _crash(self, request: web.Request, crashed: bool) -> web.Response:
        try:
            await (self._server.crash() if crashed else self._server.come_back())
        except (PortTaken, AddressUnusable) as error:
            return web.json_response({"error": f"SIP Server cannot come back: {error}"}, status=503)
        return await self.show(request)

    async def end(self, request: web.Request) -> web.Response:
        self._server.misbehaviour.change(Faults())
        for faults in self._others.values():
            faults.end()
        answer = await self._crash(request, False)
        return web.Response(status=204) if answer.status == 200 else answer


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise BadRequest('the body must be a JSON object, for example {"drop": 0.1}')
    return body


def _share(name: str, value: object) -> float:
    return _quantity(name, value, 1, "a share of all messages: 0.1 is 10 %")


def _seconds(name: str, value: object) -> float:
    return _quantity(name, value, LONGEST_DELAY, "seconds")


def _quantity(name: str, value: object, most: int, unit: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise BadRequest(f"{name} must be a number from 0 to {most} ({unit})")
    return float(value)


def _whole(most: int) -> Callable[[str, object], int]:
    def check(name: str, value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
            raise BadRequest(f"{name} must be a whole number from 0 to {most}")
        return value

    return check


def _truth(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise BadRequest(f"{name} must be true or false")
    return value


def _refusals(name: str, value: object) -> dict[str, int]:
    right = isinstance(value, dict) and all(
        is_token(method) and isinstance(status, int) and not isinstance(status, bool) and 300 <= status <= 699
        for method, status in value.items()
    )
    if not isinstance(value, dict) or not right or "ACK" in value:
        raise BadRequest(f'{name} must name methods and statuses of 300 to 699, for example {{"REGISTER": 503}}')
    return dict(value)


_FIELDS: dict[str, tuple[str, Callable[[str, object], Any]]] = {
    "drop": ("drop", _share),
    "duplicate": ("duplicate", _share),
    "reorder": ("reorder", _share),
    "delay": ("delay", _seconds),
    "refuse": ("refuse", _refusals),
    "retryAfter": ("retry_after", _whole(LONGEST_RETRY)),
    "silent": ("silent", _truth),
    "seed": ("seed", _whole(HIGHEST_SEED)),
}
