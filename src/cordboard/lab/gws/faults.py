"""A GWS in trouble, as the lab's page of faults steers it under the key `gws`.

{"slow": 2}               seconds that every REST answer takes besides
{"lose": 0.1}             share of CometD messages that never reach a queue
{"cut": 0.1}              share of answers to polls whose connection breaks on the way
{"refuse": 503}           status of every REST answer, 0 for none
{"refuseCometd": 503}     status of every answer to CometD's POSTs
{"unknownClient": true}   once: all CometD clients are forgotten, their next message is answered 402
{"expireSessions": true}  once: all HTTP sessions have timed out
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from random import Random
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from cordboard.genesys.channels import API_PATH, GMS_PATH, GUIDE_PATH, INTERNAL_API_PATH, NOTIFICATIONS_PATH
from cordboard.genesys.status import StatusCode, failure
from cordboard.genesys.workspace import messages
from cordboard.genesys.workspace import words as workspace

LONGEST_DELAY = 60.0
REFUSED = "The service is out of order"
_COMETD = (NOTIFICATIONS_PATH, GUIDE_PATH, GMS_PATH, workspace.NOTIFICATIONS_PATH)
_REST = (API_PATH, INTERNAL_API_PATH, workspace.ROOT)


@dataclass(frozen=True, slots=True)
class _Trouble:
    slow: float = 0.0
    lose: float = 0.0
    cut: float = 0.0
    refuse: int = 0
    refuse_cometd: int = 0


class GwsFaults:
    """The faults of one GWS, which attaches itself; the default is a GWS that behaves."""

    def __init__(self, seed: int = 0) -> None:
        self._trouble = _Trouble()
        self._random = Random(seed)
        self._once: dict[str, list[Callable[[], None]]] = {"unknownClient": [], "expireSessions": []}

    def attach(self, forget_clients: Callable[[], None], forget_sessions: Callable[[], None]) -> None:
        """One more face of this GWS: what forgets its CometD clients and its sessions."""
        self._once["unknownClient"].append(forget_clients)
        self._once["expireSessions"].append(forget_sessions)

    # --- the page of faults -------------------------------------------------------------------------------------------

    def view(self) -> dict[str, Any]:
        values = asdict(self._trouble)
        return {name: values[field] for name, (field, _) in _FIELDS.items()}

    def check(self, value: object) -> Callable[[], None]:
        """What to call to make it so. Raises `ValueError` saying what is wrong."""
        if not isinstance(value, Mapping):
            raise ValueError('gws must be an object, for example {"slow": 2}')
        changes: dict[str, Any] = {}
        once: list[Callable[[], None]] = []
        for name, said in value.items():
            if name in self._once:
                once += self._once[name] if _truth(name, said) else []
            elif name in _FIELDS:
                field, checked = _FIELDS[name]
                changes[field] = checked(name, said)
            else:
                known = ", ".join([*_FIELDS, *self._once])
                raise ValueError(f"unknown field {name!r} in gws: the fields are {known}")
        return lambda: self._change(changes, once)

    def _change(self, changes: dict[str, Any], once: list[Callable[[], None]]) -> None:
        self._trouble = replace(self._trouble, **changes)
        for happen in once:
            happen()

    def end(self) -> None:
        self._trouble = _Trouble()

    # --- what GWS asks ------------------------------------------------------------------------------------------------

    def loses(self) -> bool:
        """Whether this CometD message is lost."""
        return self._chance(self._trouble.lose)

    def cuts(self) -> bool:
        """Whether the connection of this answer breaks."""
        return self._chance(self._trouble.cut)

    @property
    def middleware(self) -> Middleware:
        @web.middleware
        async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
            is_cometd = request.path.startswith(_COMETD)
            if not is_cometd and not request.path.startswith(_REST):
                return await handler(request)
            if self._trouble.slow and not is_cometd:
                await asyncio.sleep(self._trouble.slow)
            status = self._trouble.refuse_cometd if is_cometd else self._trouble.refuse
            if status:
                is_workspace = request.path.startswith(workspace.ROOT)
                code = StatusCode.INTERNAL_ERROR
                body = messages.failure(status, REFUSED) if is_workspace else failure(code, REFUSED)
                return web.json_response(body, status=status)
            return await handler(request)

        return middleware

    def _chance(self, share: float) -> bool:
        return share > 0 and self._random.random() < share


def _number(most: float, unit: str) -> Callable[[str, object], float]:
    def check(name: str, value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
            raise ValueError(f"gws.{name} must be a number from 0 to {most:g} ({unit})")
        return float(value)

    return check


def _status(name: str, value: object) -> int:
    right = isinstance(value, int) and not isinstance(value, bool) and (value == 0 or 400 <= value <= 599)
    if not isinstance(value, int) or not right:
        raise ValueError(f"gws.{name} must be an HTTP status from 400 to 599, or 0")
    return value


def _truth(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"gws.{name} must be true or false")
    return value


_FIELDS: dict[str, tuple[str, Callable[[str, object], Any]]] = {
    "slow": ("slow", _number(LONGEST_DELAY, "seconds")),
    "lose": ("lose", _number(1.0, "a share of all messages")),
    "cut": ("cut", _number(1.0, "a share of all answers with messages")),
    "refuse": ("refuse", _status),
    "refuseCometd": ("refuse_cometd", _status),
}
