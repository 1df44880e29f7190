"""Bodies of requests as Workspace sends them: JSON under any content type, or nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from cordboard.desk.errors import Refusal
from cordboard.seat.desk_port import LOUDEST

LONGEST_BODY = 20_000


async def body_of(request: web.Request) -> Mapping[str, Any]:
    """The JSON object of the body, an empty one where there is no body. Raises `Refusal`."""
    if (request.content_length or 0) > LONGEST_BODY:
        raise Refusal(413, "too-long", "the body is too long")
    content = await request.read()
    if len(content) > LONGEST_BODY:
        raise Refusal(413, "too-long", "the body is too long")
    if not content.strip():
        return {}
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        raise Refusal(400, "not-json", "the body is not JSON") from None
    if not isinstance(body, dict):
        raise Refusal(400, "not-json", "the body is not a JSON object")
    return body


def volume_of(value: object) -> int:
    """A volume of 0 to 100, as a number or as text. Raises `Refusal`."""
    if isinstance(value, str) and value.isdecimal() and len(value) < 4:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LOUDEST:
        raise Refusal(400, "wrong-volume", f"a volume is a number from 0 to {LOUDEST}")
    return round(value)


def names_only(body: Mapping[str, Any], dn: str) -> bool:
    """Whether the `users` of a body, where it has some, are this DN and nobody else."""
    users = body.get("users", [dn])
    listed = users if isinstance(users, list) else [users]
    return all(str(user) == dn for user in listed)
