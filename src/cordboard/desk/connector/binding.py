"""Which agent a request comes from: the browser's session of GWS, as GWS itself says, and nothing else."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from aiohttp import web

from cordboard.config import Settings
from cordboard.desk.agent import NoPhone, SignedInAgent, agent_of
from cordboard.desk.errors import Refusal
from cordboard.desk.gws import Gws, GwsRefused, GwsUnreachable
from cordboard.desk.pages import Page
from cordboard.desk.session_cookies import session_cookies
from cordboard.desk.session_watch import SessionWatch

MOST_SESSIONS = 4000
FAILURE_SECONDS = 2.0  # before a GWS that did not answer is asked again for the same session

Key = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Known:
    """A session of GWS that is good `until` then, or that GWS could not be asked about. `asking` is held meanwhile."""

    page: Page
    agent: SignedInAgent | None = None
    until: float = 0.0
    failure: GwsUnreachable | None = None
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)


class Sessions:
    """Sessions by their cookies, the least recently used first; bounded."""

    def __init__(self, settings: Settings, gws: Gws, watch: SessionWatch, clock: Callable[[], float]) -> None:
        self._settings = settings
        self._gws = gws
        self._watch = watch
        self._clock = clock
        self._known: OrderedDict[Key, Known] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    async def agent(self, request: web.Request) -> SignedInAgent:
        """The agent whose session the browser has. Raises `Refusal`, `GwsUnreachable`."""
        cookies = session_cookies(request, self._settings.gws.session_cookies)
        if not cookies:
            raise Refusal(403, "signed-out", "the browser has no session of GWS")
        known = self._known_by(cookies)
        async with known.asking:
            if self._clock() < known.until and known.failure is not None:
                raise known.failure
            if known.agent is None or self._clock() >= known.until:
                await self._renew(known, cookies)
            assert known.agent is not None
            return known.agent

    def forget(self, dn: str) -> None:
        """Ask GWS again about every session of this DN's agent."""
        for known in self._known.values():
            if known.agent is not None and known.agent.dn == dn:
                known.agent = None

    def _known_by(self, cookies: Mapping[str, str]) -> Known:
        key = tuple(sorted(cookies.items()))
        known = self._known.get(key)
        if known is None:
            while len(self._known) >= MOST_SESSIONS:
                self._known.popitem(last=False)
            known = self._known[key] = Known(Page("", 0.0))
            known.page.take_cookies(cookies, self._gws.url)
        self._known.move_to_end(key)
        return known

    async def _renew(self, known: Known, cookies: Mapping[str, str]) -> None:
        known.agent = known.failure = None
        try:
            known.agent = await self._ask(known, cookies)
        except GwsUnreachable as error:
            known.failure, known.until = error, self._clock() + FAILURE_SECONDS
            raise
        known.until = self._clock() + self._settings.connector.session_seconds

    async def _ask(self, known: Known, cookies: Mapping[str, str]) -> SignedInAgent:
        try:
            user = await self._gws.me(known.page)
            return agent_of(user, lambda dn: self._settings.agent(dn) is not None)
        except GwsRefused as error:
            self._known.pop(tuple(sorted(cookies.items())), None)
            if not error.signed_out:
                raise Refusal(502, "gws-refuses", f"GWS refuses: {error}") from None
            self._watch.ended(cookies)
            raise Refusal(403, "signed-out", "GWS does not know the session of this browser") from None
        except NoPhone as error:
            raise Refusal(403, "no-phone", str(error)) from None
