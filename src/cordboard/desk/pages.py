"""The pages that are open, each with its own cookies for GWS.

CometD allows one long poll per browser and tells browsers apart by the cookie BAYEUX_BROWSER; browsers share cookies
between all pages of a host, whatever their port. So a page's cookies for GWS are kept here, under an identifier that
only the page knows and that it sends as a header.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from aiohttp import CookieJar
from yarl import URL

from cordboard.desk.agent import SignedInAgent

IDLE_SECONDS = 1800.0  # as long as GWS keeps an idle session by default
MOST_PAGES = 4000


class TooManyPages(Exception):
    """As many agents are signed in as this desk can hold."""


def _jar() -> CookieJar:
    return CookieJar(unsafe=True, quote_cookie=False)  # unsafe: GWS may be known by its IP address


@dataclass(slots=True)
class Page:
    """One open page: its cookies at GWS and who is signed in."""

    identifier: str
    used: float
    agent: SignedInAgent | None = None
    jar: CookieJar = field(default_factory=_jar)

    def sign_out(self) -> None:
        """Forget agent and cookies; GWS is told nothing."""
        self.agent = None
        self.jar = _jar()

    def take_cookies(self, cookies: Mapping[str, str], url: str) -> None:
        """Send these cookies to `url` from now on."""
        self.jar.update_cookies(cookies, URL(url))


class Pages:
    """The open pages, least recently used first. Bounded: a page without an agent gives way when there are too many."""

    def __init__(self, new_identifier: Callable[[], str], most: int = MOST_PAGES) -> None:
        self._new_identifier = new_identifier
        self._most = most
        self._pages: OrderedDict[str, Page] = OrderedDict()

    def __len__(self) -> int:
        return len(self._pages)

    def open(self, now: float) -> Page:
        """A new page. Raises `TooManyPages`."""
        self._drop_idle(now)
        if len(self._pages) >= self._most:
            self._drop_one_without_agent()
        page = Page(self._new_identifier(), now)
        self._pages[page.identifier] = page
        return page

    def find(self, identifier: str, now: float) -> Page | None:
        """The page of that identifier, which thereby counts as used."""
        self._drop_idle(now)
        page = self._pages.get(identifier)
        if page is not None:
            page.used = now
            self._pages.move_to_end(identifier)
        return page

    def _drop_idle(self, now: float) -> None:
        while self._pages and now - next(iter(self._pages.values())).used > IDLE_SECONDS:
            self._pages.popitem(last=False)

    def _drop_one_without_agent(self) -> None:
        for identifier, page in self._pages.items():
            if page.agent is None:
                del self._pages[identifier]
                return
        raise TooManyPages
