"""The end of a page's session at GWS, noticed without the page's help, so that its phone is let go within a second.

The end passes through the desk as the page's own EndContactCenterSession, or as GWS's word that the session is over.
When a desktop beside the page ends it, its signs pass: the agent's device is logged out, or GWS dismisses the page's
CometD client. After those the desk asks GWS itself, more than once, because the event is ahead of the session's end.
What passes elsewhere, while a page keeps silent, is found by asking for every page from time to time.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping

from cordboard.config import Settings
from cordboard.desk.gws import Gws, GwsRefused, GwsUnreachable
from cordboard.desk.pages import Page, Pages
from cordboard.net.tasks import Tasks
from cordboard.observe import get_log

_log = get_log("desk")
_ME = re.compile(r"/api/v2/me/?(\?|$)")
_END = "EndContactCenterSession"
_SIGNS = re.compile(rb'"successful"\s*:\s*false|"state"\s*:\s*"(?:LoggedOut|Logout)"')
LONGEST_SIGN = 60  # bytes
ASK_AFTER = (0.0, 0.4, 0.8)  # seconds after a sign, each after the one before


def ends_session(method: str, path: str, body: bytes | None) -> bool:
    """Whether this request to GWS ends its HTTP session (GWS reference 1.10)."""
    if method != "POST" or not _ME.match(path) or not body or _END.encode() not in body:
        return False
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(asked, dict) and asked.get("operationName") == _END


class SignsOfEnd:
    """Reads the answer to a CometD request as it passes; `seen` when something in it can mean the session's end."""

    def __init__(self) -> None:
        self.seen = False
        self._tail = b""

    def read(self, chunk: bytes) -> None:
        """The next piece of the answer."""
        self._tail += chunk
        self.seen = self.seen or _SIGNS.search(self._tail) is not None
        self._tail = self._tail[-LONGEST_SIGN:]


class SessionWatch:
    """Signs pages out whose session is over."""

    def __init__(self, gws: Gws, pages: Pages, settings: Settings) -> None:
        self._gws = gws
        self._pages = pages
        self._seconds = settings.desk.session_check
        self._names = settings.gws.session_cookies
        self._tasks = Tasks("desk")
        self._asking: set[str] = set()

    def start(self) -> None:
        """Begin the rounds over all pages."""
        if self._seconds:
            self._tasks.start(self._rounds(), "sessions of pages")

    async def close(self) -> None:
        await self._tasks.close()

    def ended(self, cookies: Mapping[str, str]) -> None:
        """The session of these cookies is over: all pages that have it are signed out."""
        for page in self._pages:
            if page.sends(cookies, self._gws.url):
                page.sign_out()

    def page_ended(self, page: Page) -> None:
        """The session of this page is over, and so it is for others that came by it."""
        cookies = page.cookies(self._names, self._gws.url)
        page.sign_out()
        self.ended(cookies)

    def doubt(self, page: Page) -> None:
        """Something passed by that the end of the session would explain: ask."""
        if page.agent is not None and page.identifier not in self._asking:
            self._tasks.start(self._ask_often(page), "session of a page")

    async def _rounds(self) -> None:
        while True:
            await asyncio.sleep(self._seconds)
            for page in self._pages:
                if page.grant is not None:
                    await self._ask(page)

    async def _ask_often(self, page: Page) -> None:
        self._asking.add(page.identifier)
        try:
            for wait in ASK_AFTER:
                await asyncio.sleep(wait)
                await self._ask(page)
                if page.agent is None:
                    return
        finally:
            self._asking.discard(page.identifier)

    async def _ask(self, page: Page) -> None:
        jar = page.jar
        try:
            await self._gws.me(page)
        except GwsUnreachable:
            return
        except GwsRefused as error:
            if error.signed_out and page.jar is jar:
                _log.info("the session at GWS has ended: its page is signed out")
                self.page_ended(page)
