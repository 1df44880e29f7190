"""v3's envelope: how orders are read and how errors are said (reference: GWS API 3.2, 3.3).

Parameters are in `data`; some clients put a few of them beside it (`reasonCode`, `key`), which is taken as well.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from aiohttp import web

from cordboard import observe
from cordboard.genesys.status import Resource
from cordboard.genesys.workspace.key_values import read_pairs
from cordboard.genesys.workspace.messages import failure
from cordboard.genesys.workspace.words import Code
from cordboard.lab.gws.answer import GwsError, clip, read_body

log = observe.get_log("workspace")

_NUMBER = re.compile(r"\+?[0-9A-Za-z*#._-]{1,64}")
_LONGEST_OPERATION = 128


class WorkspaceError(Exception):
    """An answer that is not a success: `status.code`, and the HTTP status it comes with."""

    def __init__(self, code: int, message: str, status: int) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


def unauthorized() -> WorkspaceError:
    return WorkspaceError(Code.UNAUTHORIZED, "Unauthorized", 403)


def wrong(message: str) -> WorkspaceError:
    return WorkspaceError(Code.WRONG_PARAMETER, message, 400)


def not_possible(message: str) -> WorkspaceError:
    return WorkspaceError(Code.FAILED, message, 500)


def not_found(what: str, identifier: str) -> WorkspaceError:
    return WorkspaceError(Code.FAILED, f"{what} '{clip(identifier)}' is not found", 500)


def respond(answer: Resource, status: int = 200) -> web.Response:
    return web.json_response(answer, status=status, headers={"Cache-Control": "no-store"})


def refused(request: web.Request, error: WorkspaceError | GwsError, user: str = "") -> web.Response:
    """The answer for an error, and its one line in the log. The message is left out: it may hold a number."""
    code = error.code if isinstance(error, WorkspaceError) else error.status
    who = {"user": user} if user else {}
    log.info("request refused", code=int(code), method=request.method, path=clip(request.rel_url.raw_path), **who)
    return respond(failure(code, error.message), error.status)


def broken(request: web.Request, error: Exception) -> web.Response:
    log.error("request failed", exc_info=error, method=request.method, path=clip(request.rel_url.raw_path))
    return respond(failure(Code.FAILED, "Internal error"), 500)


@dataclass(frozen=True, slots=True)
class Order:
    """The body of a POST: `data` with what is beside it, and the client's name for the operation."""

    data: Resource
    operation: str = ""

    def text(self, name: str) -> str:
        """A parameter that must be there. Raises `WorkspaceError`."""
        value = self.optional_text(name)
        if not value:
            raise wrong(f"The parameter '{name}' is missing")
        return value

    def optional_text(self, name: str) -> str:
        value = self.data.get(name)
        if value is None:
            return ""
        if not isinstance(value, str | int) or isinstance(value, bool):
            raise wrong(f"The parameter '{name}' is not a text")
        return str(value)

    def number(self, name: str) -> str:
        value = self.text(name)
        if _NUMBER.fullmatch(value) is None:
            raise wrong(f"The parameter '{name}' is not a phone number")
        return value

    def pairs(self, name: str) -> Resource:
        """A key/value list; absent is an empty one."""
        if self.data.get(name) is None:
            return {}
        try:
            return read_pairs(self.data[name])
        except ValueError as error:
            raise wrong(f"The parameter '{name}' {error}") from None


async def read_order(request: web.Request) -> Order:
    """The order of a request; no body is an empty one. Raises `WorkspaceError` or `GwsError`."""
    body = await read_body(request)
    if not body.strip():
        return Order({})
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise wrong("The body is not JSON") from None
    if not isinstance(value, dict):
        raise wrong("The body is not a JSON object")
    data = value.get("data")
    if data is not None and not isinstance(data, dict):
        raise wrong("The parameter 'data' is not an object")
    operation = value.get("operationId", "")
    if not isinstance(operation, str) or len(operation) > _LONGEST_OPERATION:
        raise wrong("The parameter 'operationId' is not a short text")
    beside = {name: one for name, one in value.items() if name not in ("data", "operationId")}
    return Order({**beside, **(data or {})}, operation)
