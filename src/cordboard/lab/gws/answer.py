"""GWS's envelope: how bodies and query parameters are read, and how errors are said (reference: GWS API 1.5, 1.6)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from aiohttp import web

from cordboard import observe
from cordboard.genesys.operations import fields_of
from cordboard.genesys.status import Resource, StatusCode, failure, http_status, success
from cordboard.lab.telephony import SWITCH

log = observe.get_log("gws")

MAXIMUM_BODY = 256 * 1024
_CLIPPED = 80
_LONGEST_COUNT = 9
_NUMBER = re.compile(r"\+?[0-9A-Za-z*#._-]{1,64}")


class GwsError(Exception):
    """An answer that is not a success; `status` overrides the HTTP status that goes with the code."""

    def __init__(self, code: StatusCode, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status or http_status(code)


def respond(answer: Resource, status: int = 200) -> web.Response:
    return web.json_response(answer, status=status, headers={"Cache-Control": "no-store"})


def respond_error(error: GwsError) -> web.Response:
    return respond(failure(error.code, error.message), error.status)


def clip(text: object) -> str:
    """What a client sent, short enough to be said back."""
    said = str(text)
    return said if len(said) <= _CLIPPED else said[:_CLIPPED] + "..."


async def read_body(request: web.Request) -> bytes:
    """The whole body. Raises `GwsError` for one that is too long or does not unpack."""
    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise GwsError(StatusCode.PARAMETER_INVALID, f"The body is longer than {MAXIMUM_BODY} bytes", 413) from None
    except web.RequestPayloadError:
        raise GwsError(StatusCode.PARAMETER_INVALID, "The body cannot be unpacked") from None


async def read_object(request: web.Request) -> Resource:
    """The JSON object in the body. Raises `GwsError` 1 when there is none, 2 when it is something else."""
    body = await read_body(request)
    if not body.strip():
        raise GwsError(StatusCode.PARAMETER_MISSING, "The body is missing")
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise GwsError(StatusCode.PARAMETER_INVALID, "The body is not JSON") from None
    if not isinstance(value, dict):
        raise GwsError(StatusCode.PARAMETER_INVALID, "The body is not a JSON object")
    return value


async def read_operation(request: web.Request) -> tuple[str, Resource]:
    """`operationName` and the whole body, with every field that the operation must have."""
    body = await read_object(request)
    operation = text_of(body, "operationName")
    for name in fields_of(operation).required:
        if name not in body:
            raise GwsError(StatusCode.PARAMETER_MISSING, f"The parameter '{name}' is missing")
    return operation, body


def text_of(body: Resource, name: str) -> str:
    """A parameter that must be a text with something in it."""
    if body.get(name) in (None, ""):
        raise GwsError(StatusCode.PARAMETER_MISSING, f"The parameter '{name}' is missing")
    value = body[name]
    if not isinstance(value, str):
        raise GwsError(StatusCode.PARAMETER_INVALID, f"The parameter '{name}' is not a text")
    return value


def object_of(body: Resource, name: str) -> Resource:
    """A parameter that must be an object; absent is an empty one."""
    value = body.get(name, {})
    if not isinstance(value, dict):
        raise GwsError(StatusCode.PARAMETER_INVALID, f"The parameter '{name}' is not an object")
    return value


def optional_text_of(body: Resource, name: str) -> str:
    """A parameter that may be left out, then ""; when it is there it must be a text."""
    return text_of(body, name) if body.get(name) not in (None, "") else ""


def location_of(body: Resource) -> None:
    """`location` is the switch of the destination; the lab has one, so any other is refused."""
    location = optional_text_of(body, "location")
    if location not in ("", SWITCH):
        raise GwsError(StatusCode.PARAMETER_INVALID, f"The location '{clip(location)}' is no switch of this site")


def destination_of(body: Resource) -> str:
    """`destination.phoneNumber`, which must be a number."""
    return number(text_of(object_of(body, "destination"), "phoneNumber"))


def number(text: str) -> str:
    if _NUMBER.fullmatch(text) is None:
        raise GwsError(StatusCode.PARAMETER_INVALID, "The destination is not a phone number")
    return text


def unknown_operation(operation: str) -> GwsError:
    return GwsError(StatusCode.PARAMETER_INVALID, f"The operation '{clip(operation)}' is not known here")


def not_found(what: str, identifier: str) -> GwsError:
    return GwsError(StatusCode.NOT_FOUND, f"{what} '{clip(identifier)}' is not found")


def collection(request: web.Request, plural: str, resources: Iterable[Resource]) -> Resource:
    """`uris` without `fields`, else the resources under their plural name: whole for `*`, else those fields."""
    resources = list(resources)
    if "fields" not in request.query:
        return success(uris=[resource["uri"] for resource in resources if "uri" in resource])
    wanted = request.query["fields"]
    if wanted == "*":
        return success(**{plural: resources})
    names = {name.strip() for name in wanted.split(",")}
    picked = [{name: value for name, value in resource.items() if name in names} for resource in resources]
    return success(**{plural: picked})


def query_words(request: web.Request, name: str) -> list[str]:
    """A comma-separated list in the query, "" when it is not there."""
    return [word.strip() for word in request.query.get(name, "").split(",") if word.strip()]


def page_of(request: web.Request, resources: list[Resource]) -> list[Resource]:
    """`offset` and `limit` of a long list."""
    offset, limit = _count(request, "offset", 0), _count(request, "limit", len(resources))
    return resources[offset : offset + limit]


def _count(request: web.Request, name: str, otherwise: int) -> int:
    said = request.query.get(name)
    if said is None:
        return otherwise
    if not said.isascii() or not said.isdigit() or len(said) > _LONGEST_COUNT:
        raise GwsError(StatusCode.PARAMETER_INVALID, f"The parameter '{name}' is not a number")
    return int(said)


def subresources(request: web.Request) -> set[str]:
    """The names in `?subresources=`, `{"*"}` for all."""
    return set(query_words(request, "subresources"))


def internal_error(request: web.Request, error: Exception) -> web.Response:
    log.error("request failed", exc_info=error, **_asked(request))
    return respond_error(GwsError(StatusCode.INTERNAL_ERROR, "Internal error"))


def refused(request: web.Request, error: GwsError, **who: Any) -> web.Response:
    """The answer for an error, and its one line in the log. The message is left out: it may hold a number."""
    log.info("request refused", code=error.code.name.lower(), **_asked(request), **who)
    return respond_error(error)


def _asked(request: web.Request) -> dict[str, str]:
    return {"method": request.method, "path": clip(request.rel_url.raw_path)}
