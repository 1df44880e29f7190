"""Whether GWS is there."""

from __future__ import annotations

import asyncio

from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar

GWS_SECONDS = 3.0
GWS_FRESH = 5.0  # seconds that what GWS said is good for


class GwsProbe:
    """Asks GWS whether it is there, once in a few seconds however many want to know; any HTTP answer will do."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._asked: tuple[float, asyncio.Task[str]] | None = None

    async def why_not(self) -> str:
        """Empty while GWS answers."""
        now = asyncio.get_running_loop().time()
        if self._asked is None or now - self._asked[0] >= GWS_FRESH:
            self._asked = (now, asyncio.get_running_loop().create_task(self._ask(), name="desk: is GWS there"))
        return await asyncio.shield(self._asked[1])

    async def close(self) -> None:
        """End a question that is under way."""
        if self._asked is not None:
            self._asked[1].cancel()
            await asyncio.gather(self._asked[1], return_exceptions=True)

    async def _ask(self) -> str:
        try:
            async with (
                ClientSession(timeout=ClientTimeout(total=GWS_SECONDS), cookie_jar=DummyCookieJar()) as client,
                client.get(f"{self._url}/api/v2/diagnostics/version", allow_redirects=False) as answer,
            ):
                return f"GWS answers {answer.status}" if answer.status >= 500 else ""
        except (ClientError, OSError) as error:
            slow = isinstance(error, TimeoutError)
            return "GWS does not answer in time" if slow else "GWS cannot be reached"
