"""What comes in and what goes out: small JSON objects in, JSON that is sent only when it has changed out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from cordboard.desk.errors import Refusal

WORTH_COMPRESSING = 4096  # bytes


async def words_of(request: web.Request) -> Mapping[str, Any]:
    """The JSON object of a request. Raises `Refusal`."""
    if request.content_type != "application/json":
        raise Refusal(415, "not-json", "the body must be application/json")
    try:
        words = await request.json()
    except (ValueError, RecursionError):
        raise Refusal(400, "not-json", "the body is not JSON") from None
    if not isinstance(words, dict):
        raise Refusal(400, "not-json", "the body is not a JSON object")
    return words


def text_of(words: Mapping[str, Any], name: str, longest: int) -> str:
    """One text of the object, empty where it is missing. Raises `Refusal`."""
    text = words.get(name, "")
    if not isinstance(text, str) or len(text) > longest:
        raise Refusal(400, "wrong-body", f"{name} must be a text of at most {longest} characters")
    return text


def truth_of(words: Mapping[str, Any], name: str) -> bool:
    """One truth value of the object. Raises `Refusal`."""
    value = words.get(name)
    if not isinstance(value, bool):
        raise Refusal(400, "wrong-body", f"{name} must be true or false")
    return value


def answer(request: web.Request, content: object) -> web.Response:
    """The content, or 304 where the page has it already; what is long is compressed."""
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    tag = f'"{hashlib.blake2s(body, digest_size=12).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if request.headers.get("If-None-Match") == tag:
        return web.Response(status=304, headers=headers)
    response = web.Response(body=body, content_type="application/json", charset="utf-8", headers=headers)
    if len(body) > WORTH_COMPRESSING:
        response.enable_compression()
    return response
