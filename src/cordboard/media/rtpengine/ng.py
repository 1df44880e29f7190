"""The ng protocol of rtpengine: JSON over UDP, each request with a cookie that its answer repeats.

A request that is not answered is sent again with the same cookie; the daemon then repeats its answer instead of doing
the work twice (rtpengine's documentation, "The NG control protocol").
"""

from __future__ import annotations

import asyncio
import itertools
import json
import secrets
from typing import Any, cast

REPEAT_SECONDS = (0.1, 0.2, 0.4)  # between two sendings of a request; the last one repeats


class NgError(Exception):
    """The daemon refused, or what came is no answer."""


class NgTimeout(NgError):
    """The daemon did not answer in time."""


class NgClient(asyncio.DatagramProtocol):
    """One daemon's control socket; made by `await connect(host, port)`."""

    def __init__(self, host: str, port: int, seconds: float) -> None:
        self.name = f"{host}:{port}"
        self._seconds = seconds
        self._prefix = secrets.token_hex(6)
        self._numbers = itertools.count(1)
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._transport: asyncio.DatagramTransport | None = None
        self._closed = asyncio.Event()

    async def request(self, command: str, seconds: float = 0.0, **words: Any) -> dict[str, Any]:
        """The daemon's answer; underscores in names of `words` stand for hyphens. Raises `NgError`."""
        message = {"command": command, **{name.replace("_", "-"): value for name, value in words.items()}}
        cookie = f"{self._prefix}_{next(self._numbers)}"
        data = f"{cookie} {json.dumps(message, separators=(',', ':'))}".encode()
        answered: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[cookie] = answered
        try:
            async with asyncio.timeout(seconds or self._seconds):
                answer = await self._repeat(data, answered)
        except TimeoutError:
            raise NgTimeout(f"rtpengine at {self.name} does not answer") from None
        finally:
            del self._waiting[cookie]
        if answer.get("result") in ("ok", "pong"):
            return answer
        raise NgError(str(answer.get("error-reason") or answer.get("message") or answer.get("result") or "no result"))

    async def _repeat(self, data: bytes, answered: asyncio.Future[dict[str, Any]]) -> dict[str, Any]:
        for pause in itertools.chain(REPEAT_SECONDS, itertools.repeat(REPEAT_SECONDS[-1])):
            self._send(data)
            done, _ = await asyncio.wait([answered], timeout=pause)
            if done:
                break
        return answered.result()

    def _send(self, data: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            raise NgError(f"the connection to rtpengine at {self.name} is closed")
        self._transport.sendto(data)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, _address: object) -> None:
        cookie, _, text = data.partition(b" ")
        answered = self._waiting.get(cookie.decode("ascii", "replace"))
        if answered is None or answered.done():
            return  # an answer that was repeated, or that nobody waits for any more
        try:
            answer = json.loads(text)
        except ValueError:
            answer = None
        if isinstance(answer, dict):
            answered.set_result(answer)
        else:
            answered.set_exception(NgError(f"what rtpengine at {self.name} answers is not JSON"))

    def error_received(self, _failure: Exception) -> None:
        """Nobody listens there (yet): the repetitions go on."""

    def connection_lost(self, _failure: Exception | None) -> None:
        self._closed.set()

    async def close(self) -> None:
        """Close the socket; what waits for an answer gets none."""
        if self._transport is not None:
            self._transport.close()
            await self._closed.wait()


async def connect(host: str, port: int, seconds: float) -> NgClient:
    """A client of the daemon at that ng socket; nothing is asked yet. Raises `OSError`."""
    client = NgClient(host, port, seconds)
    await asyncio.get_running_loop().create_datagram_endpoint(lambda: client, remote_addr=(host, port))
    return client
