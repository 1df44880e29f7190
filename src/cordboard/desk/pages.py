"""The pages that are open, each with its own cookies for GWS.

CometD allows one long poll per browser and tells browsers apart by the cookie BAYEUX_BROWSER; browsers share cookies
between all pages of a host, whatever their port. So a page's cookies for GWS are kept here, under an identifier that
only the page knows and that it sends as a header.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

from aiohttp import CookieJar
from yarl import URL

from cordboard.access.authorization_code import Granted
from cordboard.desk.agent import SignedInAgent
from cordboard.genesys.guide import GuideListeners

IDLE_SECONDS = 1800.0  # as long as GWS keeps an idle session by default
MOST_PAGES = 4000


Revoke = Callable[[str, str], None]  # gets a DN and the id of a sign-in's tokens


class TooManyPages(Exception):
    """As many agents are signed in as this desk can hold."""


def _jar() -> CookieJar:
    return CookieJar(unsafe=True, quote_cookie=False)  # unsafe: GWS may be known by its IP address


def _nobody(_dn: str, _id: str) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Grant:
    """What the tokens of one sign-in are issued for; `id` is in each of them."""

    dn: str
    id: str


@dataclass(slots=True)
class Page:
    """One open page: its cookies at GWS, who is signed in, and what its tokens are issued for.

    `tokens` are those of GWS's authentication service, `trouble` why the sign-in there failed. `asking` is how many of
    its requests GWS has now, `poll` its long poll.
    """

    identifier: str
    used: float
    agent: SignedInAgent | None = None
    jar: CookieJar = field(default_factory=_jar)
    revoke: Revoke = _nobody
    grant: Grant | None = None
    tokens: Granted | None = None
    renewing: asyncio.Lock = field(default_factory=asyncio.Lock)
    signing_in: bool = False
    trouble: str = ""
    asking: int = 0
    poll: asyncio.Timeout | None = None
    guide: GuideListeners = field(default_factory=GuideListeners)

    def sign_out(self) -> None:
        """Forget agent and cookies, and have the tokens refused from now on; GWS is told nothing."""
        self.withdraw()
        self.agent = None
        self.tokens = None
        self.jar = _jar()

    def granted(self, dn: str, new_id: Callable[[], str]) -> Grant:
        """What a token for this DN is issued for; the tokens for another are refused from now on."""
        if self.grant is None or self.grant.dn != dn:
            self.withdraw()
            self.grant = Grant(dn, new_id())
        return self.grant

    def withdraw(self) -> None:
        """Have the tokens of this sign-in refused from now on."""
        if self.grant is not None:
            given, self.grant = self.grant, None
            self.revoke(given.dn, given.id)

    def cookies(self, names: Collection[str], url: str) -> dict[str, str]:
        """Those of its cookies for `url` that have these names."""
        own = self.jar.filter_cookies(URL(url))
        return {name: own[name].value for name in names if name in own}

    def sends(self, cookies: Mapping[str, str], url: str) -> bool:
        """Whether it asks `url` with these cookies, which are some."""
        own = self.jar.filter_cookies(URL(url))
        return bool(cookies) and all(name in own and own[name].value == value for name, value in cookies.items())

    def take_cookies(self, cookies: Mapping[str, str], url: str) -> None:
        """Send these cookies to `url` from now on."""
        self.jar.update_cookies(cookies, URL(url))


class Pages:
    """The open pages, least recently used first. Bounded: a page without an agent gives way when there are too many."""

    def __init__(self, new_identifier: Callable[[], str], most: int = MOST_PAGES, revoke: Revoke = _nobody) -> None:
        self._new_identifier = new_identifier
        self._most = most
        self._revoke = revoke
        self._pages: OrderedDict[str, Page] = OrderedDict()

    def __len__(self) -> int:
        return len(self._pages)

    def __iter__(self) -> Iterator[Page]:
        return iter(list(self._pages.values()))

    def open(self, now: float) -> Page:
        """A new page. Raises `TooManyPages`."""
        self._drop_idle(now)
        if len(self._pages) >= self._most:
            self._drop_one_without_agent()
        page = Page(self._new_identifier(), now, revoke=self._revoke)
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
            self._pages.popitem(last=False)[1].withdraw()

    def _drop_one_without_agent(self) -> None:
        for identifier, page in self._pages.items():
            if page.agent is None:
                del self._pages[identifier]
                return
        raise TooManyPages
