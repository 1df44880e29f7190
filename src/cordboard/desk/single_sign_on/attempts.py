"""Sign-ins that have begun and wait for the browser to come back.

An attempt belongs to one page, and by a cookie to one browser: without the cookie, somebody could send an agent's
browser through a sign-in of his own making and have the agent's session on his own page, or his on the agent's
(RFC 6749 section 10.12). Each attempt is good once.
"""

from __future__ import annotations

import hmac
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from cordboard.access.authorization_code import Attempt

LASTS = 600.0  # seconds: an agent may have to find his second factor
MOST = 1000  # in all; the oldest give way
MOST_OF_PAGE = 4
COOKIE_PREFIX = "cordboard-sign-in-"
_OF_STATE = 12  # characters of `state` in the cookie's name, so that two attempts of one browser do not meet


@dataclass(frozen=True, slots=True)
class Begun:
    """An attempt, whose page and browser it is, and when it was begun."""

    attempt: Attempt
    page: str = field(repr=False)
    browser: str = field(repr=False)
    since: float

    @property
    def cookie(self) -> str:
        """The name of the cookie that holds `browser`."""
        return COOKIE_PREFIX + self.attempt.state[:_OF_STATE]


class Attempts:
    """By `state`, the oldest first. `new_secret` gives 43 characters or more that nobody can guess."""

    def __init__(self, redirect_uri: str, new_secret: Callable[[], str]) -> None:
        self._redirect_uri = redirect_uri
        self._new_secret = new_secret
        self._begun: OrderedDict[str, Begun] = OrderedDict()

    def __len__(self) -> int:
        return len(self._begun)

    def begin(self, page: str, now: float) -> Begun:
        """A new attempt of a page."""
        self._drop_old(now)
        own = [state for state, begun in self._begun.items() if begun.page == page]
        for state in own[: max(0, len(own) - MOST_OF_PAGE + 1)]:
            del self._begun[state]
        new = self._new_secret
        begun = Begun(Attempt(new(), new(), new(), self._redirect_uri), page, new(), now)
        self._begun[begun.attempt.state] = begun
        return begun

    def take(self, state: str, cookies: Callable[[str], str | None], now: float) -> Begun | None:
        """The attempt of this state, which is good no more; None where the browser is not the one that began it."""
        self._drop_old(now)
        begun = self._begun.get(state)
        if begun is None or not hmac.compare_digest((cookies(begun.cookie) or "").encode(), begun.browser.encode()):
            return None
        del self._begun[state]
        return begun

    def _drop_old(self, now: float) -> None:
        while self._begun and (len(self._begun) >= MOST or now - next(iter(self._begun.values())).since > LASTS):
            self._begun.popitem(last=False)
