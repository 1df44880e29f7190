"""The lab's HTTP API for customers' calls, as routes for whoever serves HTTP.

    POST   /lab/calls              {"from":"+15550100","to":"8000","tone":440,"userData":{...},"duration":30} -> 201
    GET    /lab/calls
    GET    /lab/calls/{id}         what the customer hears, and more
    POST   /lab/calls/{id}/digits  {"digits":"12"}
    DELETE /lab/calls/{id}         hangs up

Whatever is wrong with a request is said in `error`: what it is and what would be right.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from cordboard.lab.customers import CustomerCall, Customers, TooManyCalls

NUMBER = re.compile(r"\+?[0-9*#]{1,32}")
DIGITS = re.compile(r"[0-9*#A-D]{1,64}")
FIELDS = ("from", "to", "tone", "userData", "duration", "name")
TONES = (200, 3300)
LONGEST = 86_400
MAXIMUM_USER_DATA = 16_384
MAXIMUM_NAME = 64
DEFAULT_CALLER = "+15550100"
DEFAULT_USER_DATA = {"CustomerSegment": "Gold", "ServiceType": "Billing", "CustomerName": "Example Customer"}


class BadRequest(Exception):
    """What is wrong, for the answer."""


@dataclass(frozen=True, slots=True)
class Order:
    """A call that was asked for, checked."""

    caller: str
    number: str
    tone: float | None
    user_data: dict[str, Any]
    duration: float
    name: str

    @classmethod
    def parse(cls, body: dict[str, Any]) -> Order:
        """Raises `BadRequest`."""
        unknown = [name for name in body if name not in FIELDS]
        if unknown:
            raise BadRequest(f"unknown field {unknown[0]!r}: the fields are {', '.join(FIELDS)}")
        user_data = body.get("userData", DEFAULT_USER_DATA)
        if not isinstance(user_data, dict):
            raise BadRequest('userData must be an object, for example {"CustomerSegment": "Gold"}')
        if len(json.dumps(user_data)) > MAXIMUM_USER_DATA:
            raise BadRequest(f"userData must not be longer than {MAXIMUM_USER_DATA} characters")
        name = body.get("name", "")
        if not isinstance(name, str) or len(name) > MAXIMUM_NAME or not name.isprintable() or set(name) & set('"\\'):
            raise BadRequest(f"name must be a text of at most {MAXIMUM_NAME} characters without quotes")
        return cls(
            _number(body, "from", DEFAULT_CALLER),
            _number(body, "to", None),
            _quantity(body, "tone", TONES[0], TONES[1], "Hz"),
            user_data,
            _quantity(body, "duration", 0, LONGEST, "seconds") or 0.0,
            name,
        )


def routes(customers: Customers) -> list[web.RouteDef]:
    """The routes, ready for `web.Application.add_routes`."""
    api = _Api(customers)
    return [
        web.post("/lab/calls", api.place),
        web.get("/lab/calls", api.every),
        web.get("/lab/calls/{id}", api.one),
        web.post("/lab/calls/{id}/digits", api.digits),
        web.delete("/lab/calls/{id}", api.hang_up),
    ]


class _Api:
    def __init__(self, customers: Customers) -> None:
        self._customers = customers

    async def place(self, request: web.Request) -> web.Response:
        try:
            order = Order.parse(await _body(request))
            call = await self._customers.place(
                order.caller,
                order.number,
                tone=order.tone,
                user_data=order.user_data,
                duration=order.duration,
                name=order.name,
            )
        except BadRequest as error:
            return _error(400, str(error))
        except TooManyCalls as error:
            return _error(503, f"{error}; hang some up with DELETE /lab/calls/<id>")
        return web.json_response({"id": call.id}, status=201, headers={"Location": f"/lab/calls/{call.id}"})

    async def every(self, request: web.Request) -> web.Response:
        return web.json_response({"calls": [_short(call) for call in self._customers.calls]})

    async def one(self, request: web.Request) -> web.Response:
        call = self._find(request)
        return web.json_response(call.view()) if call else _no_such(request)

    async def digits(self, request: web.Request) -> web.Response:
        call = self._find(request)
        if call is None:
            return _no_such(request)
        try:
            digits = (await _body(request)).get("digits")
            if not isinstance(digits, str) or not DIGITS.fullmatch(digits):
                raise BadRequest('digits must be 1 to 64 of 0-9, *, # and A-D, for example {"digits": "12"}')
        except BadRequest as error:
            return _error(400, str(error))
        if call.over or call.rtp.party.target is None:
            why = "digits can be sent while the customer is talking or hears early media"
            return _error(409, f"{why}, not while {call.customer.state}")
        call.rtp.party.send_digits(digits)
        return web.Response(status=204)

    async def hang_up(self, request: web.Request) -> web.Response:
        call = self._find(request)
        if call is None:
            return _no_such(request)
        self._customers.hang_up(call)
        return web.Response(status=204)

    def _find(self, request: web.Request) -> CustomerCall | None:
        return self._customers.find(request.match_info["id"])


def _short(call: CustomerCall) -> dict[str, Any]:
    customer = call.customer
    return {"id": call.id, "from": customer.own, "to": customer.other, "state": str(customer.state)}


async def _body(request: web.Request) -> dict[str, Any]:
    """The JSON object of the request. Raises `BadRequest`."""
    try:
        body = await request.json()
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise BadRequest('the body must be a JSON object, for example {"from": "+15550100", "to": "8000"}')
    return body


def _number(body: dict[str, Any], name: str, default: str | None) -> str:
    value = body.get(name, default)
    if not isinstance(value, str) or not NUMBER.fullmatch(value):
        raise BadRequest(f'{name} must be a number as text, digits with or without a leading +, for example "8000"')
    return value


def _quantity(body: dict[str, Any], name: str, least: int, most: int, unit: str) -> float | None:
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise BadRequest(f"{name} must be a number from {least} to {most} ({unit})")
    return float(value)


def _error(status: int, message: str) -> web.Response:
    return web.json_response({"error": message}, status=status)


def _no_such(request: web.Request) -> web.Response:
    return _error(404, "there is no such call; GET /lab/calls lists them")
