"""Words between a page with a real WebSocket and the gateway: MESSAGEs of our own content type."""

from __future__ import annotations

import asyncio
import itertools
import json
from typing import Any

from cordboard.sip.message import Request, Response, parse_message, to_bytes
from kit.sip_sockets import PATIENCE, WebSocketPeer

WORDS = "application/vnd.cordboard+json"
_numbers = itertools.count(1)


async def say(page: WebSocketPeer, words: object) -> int:
    """A MESSAGE of the page's own; the status of its answer."""
    body, number = json.dumps(words), next(_numbers)
    lines = [
        f"MESSAGE sip:{page.dn}@gateway.invalid SIP/2.0",
        f"Via: SIP/2.0/WS page.invalid;branch=z9hG4bKsays{number}",
        "Max-Forwards: 70",
        f"From: <sip:{page.dn}@gateway.invalid>;tag=says{number}",
        f"To: <sip:{page.dn}@gateway.invalid>",
        f"Call-ID: says{number}",
        f"CSeq: {number} MESSAGE",
        f"Content-Type: {WORDS}",
        f"Content-Length: {len(body)}",
        "",
        body,
    ]
    await page.socket.send_str("\r\n".join(lines))
    message = parse_message(await asyncio.wait_for(page.inbox.get(), PATIENCE))
    assert isinstance(message, Response)
    return message.status


async def heard(page: WebSocketPeer) -> dict[str, Any]:
    """The next word to the page, which answers it 200."""
    message = parse_message(await asyncio.wait_for(page.inbox.get(), PATIENCE))
    assert isinstance(message, Request), message
    assert (message.method, message.headers.get("Content-Type")) == ("MESSAGE", WORDS)
    fields = [(name, message.headers.get(name) or "") for name in ("Via", "From", "To", "Call-ID", "CSeq")]
    if not page.socket.closed:
        await page.socket.send_str(to_bytes(Response(200, "OK", type(message.headers)(fields))).decode())
    words: dict[str, Any] = json.loads(message.body)
    return words
