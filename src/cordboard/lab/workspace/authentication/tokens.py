"""What the authentication service has given out: codes, access tokens and refresh tokens, each for a time.

A code is good once, for the address it was sent to (RFC 6749 section 4.1.3); so is a refresh token, which is replaced
with each use. Whoever signs out loses all of theirs.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from cordboard.lab.gws.settings import Account
from cordboard.lab.workspace.settings import WorkspaceSettings

MOST = 10_000  # of each kind; the oldest are forgotten


def challenge_of(verifier: str) -> str:
    """RFC 7636 section 4.2."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class _Given:
    account: Account | None  # None: a client on its own behalf
    until: float
    address: str = ""
    challenge: str = ""


class _Store:
    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._given: OrderedDict[str, _Given] = OrderedDict()

    def give(self, account: Account | None, seconds: float, address: str = "", challenge: str = "") -> str:
        secret = secrets.token_urlsafe(24)
        self._given[secret] = _Given(account, self._clock() + seconds, address, challenge)
        if len(self._given) > MOST:
            self._given.popitem(last=False)
        return secret

    def find(self, secret: str) -> _Given | None:
        given = self._given.get(secret)
        if given is not None and given.until <= self._clock():
            del self._given[secret]
            return None
        return given

    def take(self, secret: str) -> _Given | None:
        """Find, and it is good no more."""
        given = self.find(secret)
        self._given.pop(secret, None)
        return given

    def forget(self, account: Account) -> None:
        for secret in [secret for secret, given in self._given.items() if given.account == account]:
            del self._given[secret]


@dataclass(frozen=True, slots=True)
class Granted:
    """`seconds` is how long the access token is good for; a client on its own behalf gets no refresh token."""

    access: str
    seconds: int
    refresh: str = ""


class Tokens:
    """`clock` gives seconds of any beginning."""

    def __init__(self, settings: WorkspaceSettings, clock: Callable[[], float]) -> None:
        self._settings = settings
        self._codes = _Store(clock)
        self._access = _Store(clock)
        self._refresh = _Store(clock)

    def code(self, account: Account, address: str, challenge: str = "") -> str:
        """A code that is sent to `address`, good for whoever has the verifier of `challenge` (RFC 7636, S256)."""
        return self._codes.give(account, self._settings.code_valid, address, challenge)

    def redeem_code(self, code: str, address: str, verifier: str = "") -> Account | None:
        given = self._codes.take(code)
        if given is None or given.address != address or (given.challenge and given.challenge != challenge_of(verifier)):
            return None
        return given.account

    def grant(self, account: Account | None) -> Granted:
        seconds = self._settings.token_valid
        refresh = self._refresh.give(account, self._settings.refresh_valid) if account else ""
        return Granted(self._access.give(account, seconds), int(seconds), refresh)

    def refresh(self, refresh: str) -> Granted | None:
        given = self._refresh.take(refresh)
        return self.grant(given.account) if given is not None else None

    def account(self, access: str) -> Account | None:
        """Whose access token this is."""
        given = self._access.find(access)
        return given.account if given is not None else None

    def forget(self, account: Account) -> None:
        for store in (self._codes, self._access, self._refresh):
            store.forget(account)
